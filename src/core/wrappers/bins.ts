import { ConfigError, describe } from "../../base/errors.ts";
import type { Box } from "../spaces/box.ts";
import type { SpaceDType } from "../spaces/dtype.ts";

/** A finite Box cut into equal bins along each element. */
export class Bins {
  /** How many there are along each element. */
  readonly counts: readonly number[];
  /** Their number altogether. */
  readonly total: number;
  readonly #edges: readonly Float64Array[]; // counts[i] + 1 each

  constructor(box: Box<SpaceDType>, bins: number | readonly number[]) {
    const { low, high, flatSize, dtype } = box;
    if (box.boundedBelow.includes(0) || box.boundedAbove.includes(0)) {
      throw new ConfigError(
        `Expected a Box with finite bounds to cut into bins, got ${box}. Clip or rescale it first.`,
      );
    }
    const counts = typeof bins === "number" ? Array<number>(flatSize).fill(bins) : bins;
    if (counts.length !== flatSize || !counts.every((count) => Number.isInteger(count) && count >= 1)) {
      throw new ConfigError(`Expected bins to be an integer ≥ 1 or ${flatSize} of them, got ${describe(bins)}.`);
    }
    this.counts = counts;
    this.total = counts.reduce((product, count) => product * count, 1);
    const round = dtype === "float32" ? Math.fround : (x: number) => x; // numpy's linspace keeps the box's type
    this.#edges = counts.map((count, i) => {
      const width = round(round(high[i] - low[i]) / count);
      const edges = Float64Array.from({ length: count + 1 }, (_, k) => round(round(k * width) + low[i]));
      edges[count] = high[i];
      return edges;
    });
  }

  /** The lower and the upper edge of a bin. */
  bounds(element: number, bin: number): readonly [number, number] {
    return [this.#edges[element][bin], this.#edges[element][bin + 1]];
  }

  /** Which bin a value lies in: a lower edge belongs to its bin; beyond the ends, the bins there. */
  find(element: number, value: number): number {
    const edges = this.#edges[element];
    let bin = 0;
    while (bin + 1 < this.counts[element] && value >= edges[bin + 1]) bin++;
    return bin;
  }

  /** One number for all the bins; the last element counts fastest. */
  flatten(bins: ArrayLike<number>): number {
    let flat = 0;
    for (let i = 0; i < this.counts.length; i++) flat = flat * this.counts[i] + bins[i];
    return flat;
  }

  unflatten(flat: number): Int32Array {
    const bins = new Int32Array(this.counts.length);
    for (let i = bins.length - 1, rest = flat; i >= 0; i--) {
      bins[i] = rest % this.counts[i];
      rest = Math.floor(rest / this.counts[i]);
    }
    return bins;
  }
}
