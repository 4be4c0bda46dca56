import type { RenderFrame } from "../../src/core/env.ts";
import { Canvas, type Point } from "../canvas.ts";

export const MIN_POSITION = -1.2;
export const MAX_POSITION = 0.6;
export const MAX_SPEED = 0.07; // a step

const SCALE = 600 / (MAX_POSITION - MIN_POSITION); // pixels a unit
const CLEARANCE = 10; // pixels from the ground to the car
const CAR = { width: 40, height: 20, wheel: 8 };
const SEGMENTS = 99;

/** The valley with the car at `position` and the flag at `goal`, as Gymnasium draws it: 600 × 400. */
export function drawMountain(position: number, goal: number): RenderFrame {
  const canvas = new Canvas(600, 400, [255, 255, 255]);
  for (let i = 0; i < SEGMENTS; i++) canvas.line(groundAt(i), groundAt(i + 1), 1.2, [0, 0, 0]);

  const tilt = Math.cos(3 * position); // about the slope of the ground
  const onCar = (x: number, y: number): Point => [
    (position - MIN_POSITION) * SCALE + x * Math.cos(tilt) - y * Math.sin(tilt),
    height(position) * SCALE + CLEARANCE + x * Math.sin(tilt) + y * Math.cos(tilt),
  ];
  const half = CAR.width / 2;
  canvas.polygon([onCar(-half, 0), onCar(half, 0), onCar(half, CAR.height), onCar(-half, CAR.height)], [0, 0, 0]);
  for (const x of [half / 2, -half / 2]) canvas.circle(onCar(x, 0), CAR.wheel, [128, 128, 128]);

  const pole = Math.trunc((goal - MIN_POSITION) * SCALE);
  const foot = Math.trunc(height(goal) * SCALE);
  canvas.rectangle({ left: pole, right: pole + 1, bottom: foot, top: foot + 50 }, [0, 0, 0]);
  const flag: Point[] = [
    [pole + 0.5, foot + 50],
    [pole + 0.5, foot + 40],
    [pole + 25, foot + 45],
  ];
  canvas.polygon(flag, [204, 204, 0]);
  return canvas.frame();
}

function height(position: number): number {
  return Math.sin(3 * position) * 0.45 + 0.55;
}

function groundAt(segment: number): Point {
  const position = MIN_POSITION + (segment / SEGMENTS) * (MAX_POSITION - MIN_POSITION);
  return [(position - MIN_POSITION) * SCALE, height(position) * SCALE];
}
