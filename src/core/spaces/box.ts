import { z } from "zod";
import { ConfigError, describe } from "../../base/errors.ts";
import { DTYPES, type DTypeInfo, type SpaceDType, type TypedArrays } from "./dtype.ts";
import { refuseMasks } from "./masks.ts";
import { arrayText, numberText, shapeText } from "./numpy-text.ts";
import { drawExponential, drawNormal, drawUniform, type RandomSource } from "./random-source.ts";
import type { SampleOptions, Space, SpaceJson } from "./space.ts";

export interface BoxOptions<D extends SpaceDType = SpaceDType> {
  /** One bound for all elements, or one each in row-major order; ±Infinity where there is none. */
  readonly low: number | ArrayLike<number>;
  readonly high: number | ArrayLike<number>;
  /** Default: the length of `low` or `high` where one is an array, else `[1]`. */
  readonly shape?: readonly number[];
  /** Default float32. */
  readonly dtype?: D;
}

/** Numbers, and what JSON has no number for. */
type NestedJson = number | "Infinity" | "-Infinity" | "NaN" | readonly NestedJson[];

/**
 * An array of a fixed shape and element type, each element between a low and a high bound, both included.
 *
 * A value is one flat typed array in row-major order; its shape is the space's. Shape `[]` (numpy's 0-d array) is an
 * array of length 1: whatever the shape, an element is read by an index, and a number is never a value of a Box.
 */
export class Box<const D extends SpaceDType = "float32"> implements Space<TypedArrays[D]> {
  readonly type = "Box";
  readonly shape: readonly number[];
  readonly dtype: D;
  /** Bounds by element, as the element type holds them (float bounds may be infinite). */
  readonly low: TypedArrays[D];
  readonly high: TypedArrays[D];
  /** 1 where the bound is finite. For a signed integer type, -Infinity becomes its least value and stays "unbounded". */
  readonly boundedBelow: Uint8Array;
  readonly boundedAbove: Uint8Array;
  readonly flatSize: number;
  readonly schema: z.ZodType<TypedArrays[D]>;

  readonly isFlattenable = true;

  readonly #info: DTypeInfo<D>;
  /** By element: 0 no bound, 1 a lower bound, 2 an upper bound, 3 both. */
  readonly #kinds: Uint8Array;
  /** The kinds there are, in order. */
  readonly #kindsPresent: readonly number[];
  /** What `contains` must look at: nothing (the bounds are the type's own), one pair of bounds, or one pair each. */
  readonly #check: "none" | "uniform" | "each";

  constructor({ low, high, shape, dtype }: BoxOptions<D>) {
    this.dtype = dtype ?? ("float32" as D);
    this.#info = DTYPES[this.dtype];
    if (!this.#info) {
      throw new ConfigError(`Expected dtype to be one of ${Object.keys(DTYPES).join(", ")}, got ${describe(dtype)}.`);
    }
    this.shape = Object.freeze([...(shape ?? impliedShape(low, high))]);
    for (const size of this.shape) {
      if (!Number.isInteger(size) || size < 0) {
        throw new ConfigError(`Expected shape of integers ≥ 0, got ${describe(shape)}.`);
      }
    }
    this.flatSize = this.shape.reduce((product, size) => product * size, 1);
    this.boundedBelow = new Uint8Array(this.flatSize);
    this.boundedAbove = new Uint8Array(this.flatSize);
    this.low = this.#bounds("low", low, this.boundedBelow);
    this.high = this.#bounds("high", high, this.boundedAbove);
    this.#kinds = this.boundedBelow.map((below, i) => below + 2 * this.boundedAbove[i]);
    this.#kindsPresent = [0, 1, 2, 3].filter((kind) => this.#kinds.includes(kind));
    for (let i = 0; i < this.flatSize; i++) {
      if (this.low[i] > this.high[i]) {
        throw new ConfigError(`Expected low ≤ high, got low ${this.low[i]} > high ${this.high[i]} at element ${i}.`);
      }
    }
    this.#check = this.#checkNeeded();
    this.schema = z.custom<TypedArrays[D]>((value) => this.contains(value), {
      error: (issue) => `Expected value in ${this}, got ${describe(issue.input)}`,
    });
  }

  contains(value: unknown): value is TypedArrays[D] {
    if (!(value instanceof this.#info.array)) return false;
    const array = value as TypedArrays[D];
    if (array.length !== this.flatSize) return false;
    if (this.dtype === "int64" && !array.every(Number.isInteger)) return false; // its array would hold fractions, too
    if (this.#check === "none") return true;
    const { low, high } = this;
    if (this.#check === "uniform") {
      const least = low[0];
      const most = high[0];
      for (let i = 0; i < array.length; i++) if (!(array[i] >= least && array[i] <= most)) return false; // NaN fails too
      return true;
    }
    for (let i = 0; i < array.length; i++) if (!(array[i] >= low[i] && array[i] <= high[i])) return false;
    return true;
  }

  /** Whether all elements have a lower bound, an upper bound, or both (the default). */
  isBounded(manner: "both" | "below" | "above" = "both"): boolean {
    const below = manner === "above" || !this.boundedBelow.includes(0);
    return below && (manner === "below" || !this.boundedAbove.includes(0));
  }

  /**
   * Uniform between two bounds, shifted exponential with one, standard normal with none; integers are floored. As in
   * numpy, all elements without bounds are drawn first, then those with a lower, an upper, and both bounds.
   */
  sample(random: RandomSource, options?: SampleOptions): TypedArrays[D] {
    refuseMasks("Box", options);
    const { integer, min, max } = this.#info;
    const value = new this.#info.array(this.flatSize);
    for (const kind of this.#kindsPresent) {
      for (let i = 0; i < value.length; i++) {
        if (this.#kinds[i] !== kind) continue;
        const low = this.low[i];
        const high = integer ? this.high[i] + 1 : this.high[i];
        let x: number;
        if (kind === 0) x = drawNormal(random);
        else if (kind === 1) x = low + drawExponential(random);
        else if (kind === 2) x = high - drawExponential(random);
        else x = between(drawUniform(random), low, high);
        if (integer) x = Math.floor(x);
        value[i] = Math.min(Math.max(x, low, min), this.high[i], max);
      }
    }
    return value;
  }

  equals(other: unknown): boolean {
    return (
      other instanceof Box &&
      other.dtype === this.dtype &&
      other.shape.length === this.shape.length &&
      other.shape.every((size, i) => size === this.shape[i]) &&
      this.low.every((bound, i) => bound === other.low[i]) &&
      this.high.every((bound, i) => bound === other.high[i])
    );
  }

  flatten(value: TypedArrays[D]): Float32Array | Float64Array {
    return this.#info.flat.from(value);
  }

  unflatten(flat: ArrayLike<number>): TypedArrays[D] {
    return this.#info.array.from(flat);
  }

  /** Bounds are nested lists as in Minari; infinite ones are the strings "Infinity" and "-Infinity". */
  toJSON(): SpaceJson {
    const low = nested(this.low, this.shape);
    return { type: "Box", dtype: this.dtype, shape: [...this.shape], low, high: nested(this.high, this.shape) };
  }

  toString(): string {
    return `Box(${this.#boundText(this.low)}, ${this.#boundText(this.high)}, ${shapeText(this.shape)}, ${this.dtype})`;
  }

  #boundText(bounds: TypedArrays[D]): string {
    return isUniform(bounds) ? numberText(bounds[0], this.dtype) : arrayText(bounds, this.dtype, this.shape);
  }

  #bounds(name: "low" | "high", given: number | ArrayLike<number>, bounded: Uint8Array): TypedArrays[D] {
    const { array, integer, min, max } = this.#info;
    const bounds = new array(this.flatSize);
    if (typeof given !== "number" && given.length !== this.flatSize) {
      throw new ConfigError(
        `Expected ${name} to be a number or ${this.flatSize} numbers for shape ${shapeText(this.shape)}, got ${given.length}.`,
      );
    }
    for (let i = 0; i < this.flatSize; i++) {
      const bound = typeof given === "number" ? given : given[i];
      const open = bound === (name === "low" ? -Infinity : Infinity);
      const fits = open
        ? !integer || min < 0 // an unsigned type has no way to be unbounded
        : integer
          ? Number.isInteger(bound) && bound >= min && bound <= max
          : bound >= min && bound <= max;
      if (!fits) {
        throw new ConfigError(`Expected ${name} in the range of ${this.dtype} (${min} to ${max}), got ${bound}.`);
      }
      bounded[i] = open ? 0 : 1;
      bounds[i] = !open || !integer ? bound : name === "low" ? min : max;
    }
    return bounds;
  }

  #checkNeeded(): "none" | "uniform" | "each" {
    if (!isUniform(this.low) || !isUniform(this.high)) return "each";
    const { integer, min, max } = this.#info;
    const isWhole = integer && this.dtype !== "int64" && this.dtype !== "bool"; // their arrays hold more than they do
    return isWhole && this.low[0] === min && this.high[0] === max ? "none" : "uniform";
  }
}

function impliedShape(low: number | ArrayLike<number>, high: number | ArrayLike<number>): readonly number[] {
  if (typeof low !== "number") return [low.length];
  return typeof high !== "number" ? [high.length] : [1];
}

/** Whether there are elements and all are the same. */
export function isUniform(bounds: ArrayLike<number>): boolean {
  for (let i = 1; i < bounds.length; i++) if (bounds[i] !== bounds[0]) return false;
  return bounds.length > 0;
}

/** The point of [low, high) at u, also where high − low overflows. */
function between(u: number, low: number, high: number): number {
  return Number.isFinite(high - low) ? low + (high - low) * u : low * (1 - u) + high * u;
}

/** A flat array as nested lists; what is not finite as strings. */
export function nested(values: ArrayLike<number>, shape: readonly number[], offset = 0): NestedJson {
  if (shape.length === 0) {
    const value = values[offset];
    return Number.isFinite(value) ? value : (String(value) as "Infinity" | "-Infinity" | "NaN");
  }
  const [size, ...rest] = shape;
  const stride = rest.reduce((product, length) => product * length, 1);
  return Array.from({ length: size }, (_, i) => nested(values, rest, offset + i * stride));
}
