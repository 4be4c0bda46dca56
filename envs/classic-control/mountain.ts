import type { RenderFrame } from "../../src/core/env.ts";
import { Canvas } from "../canvas.ts";

export const MIN_POSITION = -1.2;
export const MAX_POSITION = 0.6;
export const MAX_SPEED = 0.07; // a step

/** The valley with the car at `position` and the flag at `goal`: 600 × 400. */
export function drawMountain(position: number, goal: number): RenderFrame {
  const canvas = new Canvas(600, 400, [255, 255, 255]);
  canvas.circle([position, goal], 3, [0, 0, 0]);
  return canvas.frame();
}
