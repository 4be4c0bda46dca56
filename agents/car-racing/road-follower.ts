import type { Actor, Policy } from "../policy.ts";

const SIZE = 96; // pixels a row of the observation
const MIDDLE = SIZE / 2;
const NEAR_ROW = 60; // the car stands in row 72
const FAR_ROW = 34;
const ZOOM_STEPS = 45; // the camera comes down in the first second
const SPEED_COLUMN = 13; // of the instruments' speed bar
const INSTRUMENTS = 84; // their first row
const ROWS_PER_SPEED = 0.048; // rows of the bar for each m/s
const GREY = 14; // the road's channels differ by less

/**
 * Follows CarRacing's road by its grey: a yardstick for evaluations, written by hand and never a teacher. It reads the
 * 96 × 96 observation only: the road's middle near and far ahead, and the speed bar.
 */
export class RoadFollower implements Policy<Uint8Array, Float32Array> {
  readonly name = "road-follower";

  begin(_seed: number): Actor<Uint8Array, Float32Array> {
    let steps = 0;
    let steering = 0;
    return {
      act: (observation) => {
        if (steps++ < ZOOM_STEPS) return Float32Array.of(0, steps < 20 ? 0.3 : 0.1, 0);
        const { near, far, sight } = lookAhead(observation);
        const aim = 0.6 * near + 0.4 * far; // pixels to the right
        steering = Math.max(-1, Math.min(1, 0.05 * aim));
        const bend = Math.abs(far - near) + (FAR_ROW < sight ? 2 * (sight - FAR_ROW) : 0);
        const wanted = Math.max(14, 60 - 0.8 * bend);
        const over = speedOf(observation) - wanted;
        return Float32Array.of(steering, over < 0 ? Math.min(0.6, -0.1 * over) : 0, over > 6 ? 0.4 : 0);
      },
    };
  }
}

/** The road's middle, in pixels right of the car, near and as far as it can be followed up to the far row. */
function lookAhead(observation: Uint8Array): { near: number; far: number; sight: number } {
  let middle = MIDDLE;
  let near = 0;
  let row = NEAR_ROW + 8;
  for (; row >= FAR_ROW; row--) {
    const found = roadMiddle(observation, row, middle);
    if (found === undefined) break;
    middle = found;
    if (row === NEAR_ROW) near = middle - MIDDLE;
  }
  return { near, far: middle - MIDDLE, sight: row + 1 };
}

/** The middle of the stretch of road in a row that lies nearest to a column; none within half the picture: undefined. */
function roadMiddle(observation: Uint8Array, row: number, column: number): number | undefined {
  const start = Math.round(column);
  for (let off = 0; off < MIDDLE / 2; off++) {
    for (const from of [start - off, start + off]) {
      if (!isRoad(observation, row, from)) continue;
      let left = from;
      let right = from;
      while (isRoad(observation, row, left - 1)) left--;
      while (isRoad(observation, row, right + 1)) right++;
      return (left + right) / 2;
    }
  }
  return undefined;
}

function isRoad(observation: Uint8Array, row: number, column: number): boolean {
  if (column < 0 || column >= SIZE) return false;
  const at = (row * SIZE + column) * 3;
  const green = observation[at + 1];
  return Math.abs(observation[at] - green) < GREY && Math.abs(observation[at + 2] - green) < GREY;
}

/** m/s, as the instruments show it. */
function speedOf(observation: Uint8Array): number {
  let height = 0; // rows
  for (let row = INSTRUMENTS; row < SIZE; row++) height += observation[(row * SIZE + SPEED_COLUMN) * 3 + 1] / 255;
  return height / ROWS_PER_SPEED;
}
