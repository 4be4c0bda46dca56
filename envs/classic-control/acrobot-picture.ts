import type { RenderFrame } from "../../src/core/env.ts";
import { Canvas, type Point } from "../canvas.ts";

const SIZE = 500; // pixels
const SCALE = SIZE / 4.4; // pixels a metre
const MIDDLE = SIZE / 2;
const LINK = [0, 204, 204] as const;
const JOINT = [204, 204, 0] as const;

/** Both links at their angles (rad; 0: hanging, the second against the first) and the height to reach: 500 × 500. */
export function drawAcrobot(angle1: number, angle2: number): RenderFrame {
  const canvas = new Canvas(SIZE, SIZE, [255, 255, 255]);
  const goal = Math.floor(MIDDLE + SCALE);
  canvas.rectangle({ left: 0, right: SIZE, bottom: goal, top: goal + 1 }, [0, 0, 0]);
  const elbow: Point = [MIDDLE + SCALE * Math.sin(angle1), MIDDLE - SCALE * Math.cos(angle1)];
  drawLink(canvas, [MIDDLE, MIDDLE], angle1);
  drawLink(canvas, elbow, angle1 + angle2);
  return canvas.frame();
}

function drawLink(canvas: Canvas, [x, y]: Point, angle: number): void {
  const sin = Math.sin(angle);
  const cos = Math.cos(angle);
  const onLink = (along: number, across: number): Point => [
    x + SCALE * (along * sin + across * cos),
    y + SCALE * (across * sin - along * cos),
  ];
  canvas.polygon([onLink(0, -0.1), onLink(1, -0.1), onLink(1, 0.1), onLink(0, 0.1)], LINK);
  canvas.circle([x, y], 0.1 * SCALE, JOINT);
}
