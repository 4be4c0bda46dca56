import { z } from "zod";
import { ConfigError, describe } from "../../base/errors.ts";
import { refuseBoth } from "./masks.ts";
import { shapeText } from "./numpy-text.ts";
import { drawBits, drawUniform, type RandomSource } from "./random-source.ts";
import type { SampleOptions, Space, SpaceJson } from "./space.ts";

/** An array of zeros and ones; values are flat Int8Arrays in row-major order. */
export class MultiBinary implements Space<Int8Array> {
  readonly type = "MultiBinary";
  readonly shape: readonly number[];
  readonly schema: z.ZodType<Int8Array>;
  readonly flatSize: number;
  readonly isFlattenable = true;

  /** `n` is the length, or the shape. */
  constructor(n: number | readonly number[]) {
    this.shape = Object.freeze(typeof n === "number" ? [n] : [...n]);
    if (this.shape.length === 0 || this.shape.some((size) => !Number.isInteger(size) || size < 1)) {
      throw new ConfigError(`Expected n to be an integer ≥ 1 or a shape of such, got ${describe(n)}.`);
    }
    this.flatSize = this.shape.reduce((product, size) => product * size, 1);
    this.schema = z.custom<Int8Array>((value) => this.contains(value), {
      error: (issue) => `Expected value in ${this}, got ${describe(issue.input)}`,
    });
  }

  contains(value: unknown): value is Int8Array {
    return value instanceof Int8Array && value.length === this.flatSize && value.every((x) => x === 0 || x === 1);
  }

  /**
   * `mask` has one entry per element (a flat or a nested list): 0 or 1 fixes it, 2 leaves it to chance; `probability` is that
   * of a 1.
   */
  sample(random: RandomSource, { mask, probability }: SampleOptions = {}): Int8Array {
    refuseBoth({ mask, probability });
    const fixed = this.#list(mask, "mask", (x) => x === 0 || x === 1 || x === 2);
    const ones = this.#list(probability, "probability", (x) => x >= 0 && x <= 1);
    if (ones) return new Int8Array(this.flatSize).map((_, i) => (drawUniform(random) < ones[i] ? 1 : 0));
    const bits = drawBits(random, this.flatSize);
    return fixed ? bits.map((bit, i) => (fixed[i] === 2 ? bit : fixed[i])) : bits;
  }

  equals(other: unknown): boolean {
    return other instanceof MultiBinary && shapeText(other.shape) === shapeText(this.shape);
  }

  flatten(value: Int8Array): Float32Array {
    return Float32Array.from(value);
  }

  unflatten(flat: ArrayLike<number>): Int8Array {
    return Int8Array.from(flat);
  }

  toJSON(): SpaceJson {
    return { type: "MultiBinary", n: this.shape.length === 1 ? this.shape[0] : [...this.shape] };
  }

  toString(): string {
    return `MultiBinary(${this.shape.length === 1 ? this.shape[0] : shapeText(this.shape)})`;
  }

  #list(value: unknown, name: string, fits: (x: number) => boolean): ArrayLike<number> | undefined {
    if (value === undefined || value === null) return undefined;
    const list = (Array.isArray(value) ? value.flat(Infinity) : value) as ArrayLike<number>;
    const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
    if (!isList || list.length !== this.flatSize || !Array.from(list).every(fits)) {
      const range = name === "mask" ? "0, 1 or 2" : "0 to 1";
      throw new ConfigError(`Expected ${name} of ${this.flatSize} numbers, each ${range}, got ${describe(value)}.`);
    }
    return list;
  }
}
