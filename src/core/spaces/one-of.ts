import { z } from "zod";
import { ConfigError, describe } from "../../base/errors.ts";
import { refuseBoth } from "./masks.ts";
import { checkPart, flatArrayOf, isAlike, notFlattenable } from "./parts.ts";
import { drawInteger, partSource, type RandomSource } from "./random-source.ts";
import type { SampleOptions, Space, SpaceJson, SpaceValue } from "./space.ts";

/** A value of one of several spaces, with the place of that space in the list: `index` tells the type of `value`. */
export type OneOfValue<S extends readonly Space<unknown>[]> = {
  readonly [K in keyof S & `${number}`]: {
    readonly index: K extends `${infer I extends number}` ? I : number;
    readonly value: SpaceValue<S[K]>;
  };
}[keyof S & `${number}`] extends infer V
  ? [V] extends [never]
    ? { readonly index: number; readonly value: SpaceValue<S[number]> } // a list of unknown length
    : V
  : never;

/** One value of one of several spaces. */
export class OneOf<const S extends readonly Space<unknown>[]> implements Space<OneOfValue<S>> {
  readonly type = "OneOf";
  readonly spaces: S;
  readonly schema: z.ZodType<OneOfValue<S>>;
  readonly isFlattenable: boolean;
  readonly #flatSize: number | undefined;

  constructor(spaces: S) {
    if (spaces.length === 0) throw new ConfigError("Expected a OneOf of at least one space, got none.");
    spaces.forEach((space, i) => {
      checkPart("OneOf", i, space);
    });
    this.spaces = spaces;
    this.isFlattenable = spaces.every((space) => space.isFlattenable);
    this.#flatSize = this.isFlattenable ? 1 + Math.max(...spaces.map((space) => space.flatSize)) : undefined;
    this.schema = z.custom<OneOfValue<S>>((value) => this.contains(value), {
      error: (issue) => `Expected value in ${this}, got ${describe(issue.input)}`,
    });
  }

  /** The index, and room for the longest of the flat values. */
  get flatSize(): number {
    if (this.#flatSize === undefined) throw notFlattenable(this);
    return this.#flatSize;
  }

  contains(value: unknown): value is OneOfValue<S> {
    if (typeof value !== "object" || value === null || Object.keys(value).length !== 2) return false;
    const { index, value: inner } = value as { index?: unknown; value?: unknown };
    return typeof index === "number" && Object.hasOwn(this.spaces, index) && this.spaces[index].contains(inner);
  }

  /** `mask` and `probability` are lists with one entry per space, for the values; the space is chosen evenly. */
  sample(random: RandomSource, options: SampleOptions = {}): OneOfValue<S> {
    refuseBoth(options);
    const mask = this.#list(options.mask, "mask");
    const probability = this.#list(options.probability, "probability");
    const index = drawInteger(random, 0, this.spaces.length);
    const inner = { mask: mask?.[index], probability: probability?.[index] };
    return { index, value: this.spaces[index].sample(partSource(random, index), inner) } as OneOfValue<S>;
  }

  equals(other: unknown): boolean {
    return other instanceof OneOf && isAlike(this.spaces, other.spaces);
  }

  /** The index, the value's flat form, and, up to the longest, copies of the first number of it. */
  flatten(chosen: OneOfValue<S>): Float32Array | Float64Array {
    const { index, value } = chosen as { index: number; value: unknown };
    const inner = this.spaces[index].flatten(value);
    const flat = new (flatArrayOf(this))(this.flatSize).fill(inner[0]);
    flat[0] = index;
    flat.set(inner, 1);
    return flat;
  }

  unflatten(flat: ArrayLike<number>): OneOfValue<S> {
    const space = this.spaces[flat[0]];
    if (!space) throw new ConfigError(`Expected an index below ${this.spaces.length} first, got ${describe(flat)}.`);
    const inner = Float64Array.from({ length: space.flatSize }, (_, i) => flat[1 + i]);
    return { index: flat[0], value: space.unflatten(inner) } as OneOfValue<S>;
  }

  toJSON(): SpaceJson {
    return { type: "OneOf", subspaces: this.spaces.map((space) => space.toJSON()) };
  }

  toString(): string {
    return `OneOf(${this.spaces.join(", ")})`;
  }

  #list(value: unknown, name: string): readonly unknown[] | undefined {
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value) || value.length !== this.spaces.length) {
      throw new ConfigError(
        `Expected ${name} to be a list with one entry per space (${this.spaces.length}), got ${describe(value)}.`,
      );
    }
    return value;
  }
}
