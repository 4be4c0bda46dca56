import type { RenderFrame } from "../../src/core/env.ts";
import { Canvas, type Point } from "../canvas.ts";

const SIZE = 500; // pixels
const SCALE = SIZE / 4.4; // pixels a metre
const ROD = [204, 77, 77] as const;
const ARROW = [0, 0, 0] as const;

/** The rod at an angle (0: upright, counter-clockwise positive) and an arrow as large as the torque: 500 × 500. */
export function drawPendulum(angle: number, torque: number): RenderFrame {
  const canvas = new Canvas(SIZE, SIZE, [255, 255, 255]);
  const middle = SIZE / 2;
  const sin = Math.sin(angle + Math.PI / 2);
  const cos = Math.cos(angle + Math.PI / 2);
  const onRod = (along: number, across: number): Point => [
    middle + SCALE * (along * cos - across * sin),
    middle + SCALE * (along * sin + across * cos),
  ];
  canvas.polygon([onRod(0, -0.1), onRod(1, -0.1), onRod(1, 0.1), onRod(0, 0.1)], ROD);
  canvas.circle(onRod(0, 0), 0.1 * SCALE, ROD);
  canvas.circle(onRod(1, 0), 0.1 * SCALE, ROD);
  if (Math.abs(torque) > 0) drawTorque(canvas, torque);
  canvas.circle([middle, middle], 0.05 * SCALE, [0, 0, 0]);
  return canvas.frame();
}

/** Three quarters of a circle, open to the upper left, ending in an arrow head on the left; mirrored for a positive torque. */
function drawTorque(canvas: Canvas, torque: number): void {
  const side = torque > 0 ? -1 : 1;
  const middle = SIZE / 2;
  const radius = 0.23 * SCALE * Math.abs(torque);
  const width = Math.max(1.5, radius / 16);
  const tip: Point = [middle - side * radius, middle + radius * 0.16];
  const back = middle - radius * 0.16;
  const [from, to] = side > 0 ? [-Math.PI, Math.PI / 2] : [Math.PI / 2, 2 * Math.PI];
  canvas.arc({ center: [middle, middle], radius, width, from, to }, ARROW);
  const wing = radius * 0.12;
  const notch: Point = [tip[0], back + radius * 0.1];
  canvas.polygon([tip, [tip[0] - wing, back], notch], ARROW);
  canvas.polygon([tip, [tip[0] + wing, back], notch], ARROW);
}
