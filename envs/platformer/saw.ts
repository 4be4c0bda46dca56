import type { Saw } from "./level.ts";
import { SUBPIXELS } from "./world.ts";

/** How far from its first place a saw is at a step, in subpixels: out, back, and again. */
export function sawOffset({ reach, speed, phase }: Saw, step: number): number {
  const length = reach * SUBPIXELS;
  if (length === 0) return 0;
  const run = (step * speed + phase) % (2 * length);
  return run < length ? run : 2 * length - run;
}

/** The x of a saw's centre at a step, in subpixels. */
export function sawX(saw: Saw, step: number): number {
  return saw.x * SUBPIXELS + (saw.axis === "x" ? sawOffset(saw, step) : 0);
}

/** The y of a saw's centre at a step, in subpixels. */
export function sawY(saw: Saw, step: number): number {
  return saw.y * SUBPIXELS + (saw.axis === "y" ? sawOffset(saw, step) : 0);
}
