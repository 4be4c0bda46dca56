import { RandomStream } from "./random.ts";

/**
 * Standard normals by the thousand: one long table from a seed, read from random places. Training noise needs many numbers and
 * no long independence; copying them is fifty times faster than drawing them.
 */
export class NoiseTable {
  readonly #values: Float32Array;

  constructor(seed: number | string, size = 1 << 20) {
    const random = new RandomStream(seed, "noise-table");
    this.#values = Float32Array.from({ length: size }, () => random.normal());
  }

  /** `rows` × `width` normals, each row from a place that `random` picks. */
  rows({ rows, width }: { rows: number; width: number }, random: RandomStream): Float32Array {
    const table = this.#values;
    const out = new Float32Array(rows * width);
    for (let row = 0; row < rows; row++) {
      const end = (row + 1) * width;
      for (let at = row * width; at < end; ) {
        const from = random.integer(0, table.length);
        const part = table.subarray(from, from + Math.min(end - at, table.length - from));
        out.set(part, at);
        at += part.length;
      }
    }
    return out;
  }
}
