import type { Env, Step } from "../../../src/core/env.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";

/** The board, in cells of 8 × 8 pixels. */
const [ROWS, COLUMNS, CELL] = [2, 4, 8];
/** Numbers in a picture of it. */
export const PICTURE = ROWS * COLUMNS * CELL ** 2 * 3;
/** Whoever stands here after a step is paid. */
export const BANK = 1;
export const PAY = 5;
/** Whoever comes here is out. */
export const EXIT = 7;
const LONGEST = 12;

/** Where a step leads from a cell: 0 up, 1 right, 2 down, 3 left; into a wall nowhere. */
export function moved(cell: number, action: number): number {
  const row = Math.floor(cell / COLUMNS) + [-1, 0, 1, 0][action];
  const column = (cell % COLUMNS) + [0, 1, 0, -1][action];
  return row < 0 || row >= ROWS || column < 0 || column >= COLUMNS ? cell : row * COLUMNS + column;
}

/** The cell in which the i-th number of a picture lies. */
const cellAt = (i: number): number => {
  const [row, column] = [Math.floor(i / (3 * COLUMNS * CELL)), Math.floor(i / 3) % (COLUMNS * CELL)];
  return Math.floor(row / CELL) * COLUMNS + Math.floor(column / CELL);
};

/** The brightest cell of a picture. */
export function dotIn(picture: ArrayLike<number>): number {
  const sums = new Float64Array(ROWS * COLUMNS);
  for (let i = 0; i < PICTURE; i++) sums[cellAt(i)] += picture[i];
  return sums.indexOf(Math.max(...sums));
}

/** A white dot on black that four actions move about a board. */
export class DotGame implements Env<Uint8Array, number> {
  readonly observationSpace = new Box({ low: 0, high: 255, shape: [ROWS * CELL, COLUMNS * CELL, 3], dtype: "uint8" });
  readonly actionSpace = new Discrete(4);
  #cell = 0;
  #steps = 0;

  reset({ seed = 0 }: { seed?: number } = {}) {
    this.#cell = new RandomStream(seed, "dot").integer(0, EXIT);
    this.#steps = 0;
    return { observation: this.#draw(), info: {} };
  }

  step(action: number): Step<Uint8Array> {
    this.#cell = moved(this.#cell, action);
    this.#steps++;
    const terminated = this.#cell === EXIT;
    return {
      observation: this.#draw(),
      reward: this.#cell === BANK ? PAY : 0,
      terminated,
      truncated: !terminated && this.#steps === LONGEST,
      info: {},
    };
  }

  render() {
    return undefined;
  }

  close() {}

  #draw(): Uint8Array {
    return Uint8Array.from({ length: PICTURE }, (_, i) => (cellAt(i) === this.#cell ? 255 : 0));
  }
}
