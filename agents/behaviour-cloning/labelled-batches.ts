import type { NdArray } from "../../src/compute/array.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { BatchSource } from "../../src/training/trainable.ts";

/** N steps: what was seen, and what was done. */
export interface LabelledFeatures {
  /** (N × F). */
  readonly features: Float32Array;
  /** (N), from 0 on. */
  readonly labels: ArrayLike<number>;
}

export type LabelledBatch = { readonly features: NdArray; readonly labels: NdArray };

/** The steps at `rows`, as a batch. */
export function labelledBatch({ features, labels }: LabelledFeatures, rows: ArrayLike<number>): LabelledBatch {
  const size = features.length / labels.length;
  const data = new Float32Array(rows.length * size);
  for (let i = 0; i < rows.length; i++) data.set(features.subarray(rows[i] * size, (rows[i] + 1) * size), i * size);
  return {
    features: { shape: [rows.length, size], dtype: "float32", data },
    labels: { shape: [rows.length], dtype: "int32", data: Int32Array.from(rows, (row) => labels[row]) },
  };
}

/** Every step once an epoch, each in an order of its own; what does not fill a batch is left out. Its place is a number. */
export class LabelledBatches implements BatchSource<LabelledBatch> {
  readonly #data: LabelledFeatures;
  readonly #rows: number;
  readonly #size: number;
  readonly #seed: number;
  #drawn = 0;
  #epoch = -1;
  #order: Uint32Array = new Uint32Array(0);

  /** `rows`: how many, from the first, to draw from. */
  constructor(data: LabelledFeatures, { rows, size, seed }: { rows: number; size: number; seed: number }) {
    this.#data = data;
    this.#rows = rows;
    this.#size = size;
    this.#seed = seed;
  }

  next(): LabelledBatch {
    const perEpoch = Math.floor(this.#rows / this.#size);
    const epoch = Math.floor(this.#drawn / perEpoch);
    if (epoch !== this.#epoch) this.#order = new RandomStream(this.#seed, `epoch/${epoch}`).permutation(this.#rows);
    this.#epoch = epoch;
    const from = (this.#drawn++ % perEpoch) * this.#size;
    return labelledBatch(this.#data, this.#order.subarray(from, from + this.#size));
  }

  state(): unknown {
    return this.#drawn;
  }

  restore(state: unknown): void {
    this.#drawn = state as number;
  }
}
