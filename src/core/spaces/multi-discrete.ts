import { z } from "zod";
import { ConfigError, describe } from "../../base/errors.ts";
import { nested } from "./box.ts";
import { drawMasked, refuseBoth } from "./masks.ts";
import { arrayText, shapeText } from "./numpy-text.ts";
import { drawUniform, type RandomSource } from "./random-source.ts";
import type { SampleOptions, Space, SpaceJson } from "./space.ts";

export interface MultiDiscreteOptions {
  /** The least value of each element; default 0. */
  readonly start?: ArrayLike<number>;
  /** Default `[nvec.length]`; of several axes, `nvec` and `start` are in row-major order. */
  readonly shape?: readonly number[];
}

const MAX_INT32 = 2 ** 31 - 1;

/**
 * Several Discrete spaces side by side: element i is one of start[i], …, start[i] + nvec[i] − 1. Values are flat
 * Int32Arrays in row-major order.
 */
export class MultiDiscrete implements Space<Int32Array> {
  readonly type = "MultiDiscrete";
  readonly nvec: Int32Array;
  readonly start: Int32Array;
  readonly shape: readonly number[];
  readonly schema: z.ZodType<Int32Array>;
  readonly flatSize: number;
  readonly isFlattenable = true;

  constructor(nvec: ArrayLike<number>, { start, shape = [nvec.length] }: MultiDiscreteOptions = {}) {
    for (let i = 0; i < nvec.length; i++) {
      if (!Number.isInteger(nvec[i]) || nvec[i] < 1) {
        throw new ConfigError(`Expected nvec of integers ≥ 1, got ${nvec[i]} at element ${i}.`);
      }
    }
    if (nvec.length === 0) throw new ConfigError("Expected nvec of at least one element, got none.");
    if (start && start.length !== nvec.length) {
      throw new ConfigError(`Expected start to have ${nvec.length} elements like nvec, got ${start.length}.`);
    }
    for (let i = 0; i < nvec.length; i++) {
      const least = start ? start[i] : 0;
      if (
        !Number.isInteger(least) ||
        least < -MAX_INT32 - 1 ||
        least + nvec[i] - 1 > MAX_INT32 ||
        nvec[i] > MAX_INT32
      ) {
        throw new ConfigError(
          `Expected start and nvec within int32, got ${least} to ${least + nvec[i] - 1} at element ${i}.`,
        );
      }
    }
    if (shape.length === 0 || shape.reduce((product, size) => product * size, 1) !== nvec.length) {
      throw new ConfigError(`Expected a shape of ${nvec.length} elements like nvec, got ${describe(shape)}.`);
    }
    this.nvec = Int32Array.from(nvec);
    this.start = start ? Int32Array.from(start) : new Int32Array(nvec.length);
    this.shape = Object.freeze([...shape]);
    this.flatSize = this.nvec.reduce((sum, n) => sum + n, 0);
    this.schema = z.custom<Int32Array>((value) => this.contains(value), {
      error: (issue) => `Expected value in ${this}, got ${describe(issue.input)}`,
    });
  }

  contains(value: unknown): value is Int32Array {
    if (!(value instanceof Int32Array) || value.length !== this.nvec.length) return false;
    return value.every((x, i) => x >= this.start[i] && x < this.start[i] + this.nvec[i]);
  }

  /**
   * `mask` and `probability` are lists with one entry per element, each in the form that Discrete takes; of several axes,
   * lists of lists.
   */
  sample(random: RandomSource, { mask, probability }: SampleOptions = {}): Int32Array {
    refuseBoth({ mask, probability });
    const masks = this.#list(mask, "mask");
    const probabilities = this.#list(probability, "probability");
    if (!masks && !probabilities) return this.nvec.map((n, i) => this.start[i] + Math.floor(n * drawUniform(random)));
    return this.nvec.map((n, i) => {
      const index = drawMasked(random, n, { mask: masks?.[i], probability: probabilities?.[i] });
      return this.start[i] + (index ?? 0);
    });
  }

  equals(other: unknown): boolean {
    return (
      other instanceof MultiDiscrete &&
      shapeText(other.shape) === shapeText(this.shape) &&
      this.nvec.every((n, i) => n === other.nvec[i] && this.start[i] === other.start[i])
    );
  }

  /** One one-hot vector per element, one after the other. */
  flatten(value: Int32Array): Float32Array {
    const flat = new Float32Array(this.flatSize);
    let offset = 0;
    for (let i = 0; i < value.length; i++) {
      flat[offset + value[i] - this.start[i]] = 1;
      offset += this.nvec[i];
    }
    return flat;
  }

  unflatten(flat: ArrayLike<number>): Int32Array {
    let offset = 0;
    return this.nvec.map((n, i) => {
      let index = 0;
      while (index < n && flat[offset + index] === 0) index++;
      if (index === n)
        throw new ConfigError(`Expected one-hot vectors of lengths ${this.nvec}, got ${describe(flat)}.`);
      offset += n;
      return this.start[i] + index;
    });
  }

  toJSON(): SpaceJson {
    return {
      type: "MultiDiscrete",
      dtype: "int64",
      nvec: nested(this.nvec, this.shape),
      start: nested(this.start, this.shape),
    };
  }

  toString(): string {
    const start = this.start.some((x) => x !== 0) ? `, start=${arrayText(this.start, "int32", this.shape)}` : "";
    return `MultiDiscrete(${arrayText(this.nvec, "int32", this.shape)}${start})`;
  }

  #list(value: unknown, name: string): readonly unknown[] | undefined {
    if (value === undefined || value === null) return undefined;
    const list = Array.isArray(value) ? value.flat(this.shape.length - 1) : [];
    if (list.length !== this.nvec.length) {
      throw new ConfigError(
        `Expected ${name} to be a list with one entry per element (${this.nvec.length}), got ${describe(value)}.`,
      );
    }
    return list;
  }
}
