import { z } from "zod";
import { ConfigError, describe } from "../../base/errors.ts";
import { drawMasked } from "./masks.ts";
import type { RandomSource } from "./random-source.ts";
import type { SampleOptions, Space, SpaceJson } from "./space.ts";

export interface DiscreteOptions {
  /** The least value; default 0. */
  readonly start?: number;
}

/** The integers start, …, start + n − 1. */
export class Discrete implements Space<number> {
  readonly type = "Discrete";
  readonly n: number;
  readonly start: number;
  readonly schema: z.ZodType<number>;
  readonly isFlattenable = true;

  constructor(n: number, { start = 0 }: DiscreteOptions = {}) {
    if (!Number.isSafeInteger(n) || n < 1)
      throw new ConfigError(`Expected n to be an integer ≥ 1, got ${describe(n)}.`);
    if (!Number.isSafeInteger(start)) throw new ConfigError(`Expected start to be an integer, got ${describe(start)}.`);
    this.n = n;
    this.start = start;
    this.schema = z.custom<number>((value) => this.contains(value), {
      error: (issue) => `Expected value in ${this}, got ${describe(issue.input)}`,
    });
  }

  /** `flatten` is one-hot. */
  get flatSize(): number {
    return this.n;
  }

  contains(value: unknown): value is number {
    return Number.isInteger(value) && (value as number) >= this.start && (value as number) < this.start + this.n;
  }

  /** `mask` has one 0 or 1 per value, 1 = allowed (none allowed gives `start`); `probability` one weight, sum 1. */
  sample(random: RandomSource, options: SampleOptions = {}): number {
    return this.start + (drawMasked(random, this.n, options) ?? 0);
  }

  equals(other: unknown): boolean {
    return other instanceof Discrete && other.n === this.n && other.start === this.start;
  }

  flatten(value: number): Float32Array {
    const oneHot = new Float32Array(this.n);
    oneHot[value - this.start] = 1;
    return oneHot;
  }

  unflatten(flat: ArrayLike<number>): number {
    for (let i = 0; i < this.n; i++) if (flat[i] !== 0) return this.start + i;
    throw new ConfigError(`Expected a one-hot vector of length ${this.n}, got ${describe(flat)}.`);
  }

  toJSON(): SpaceJson {
    return { type: "Discrete", dtype: "int64", start: this.start, n: this.n };
  }

  toString(): string {
    return this.start === 0 ? `Discrete(${this.n})` : `Discrete(${this.n}, start=${this.start})`;
  }
}
