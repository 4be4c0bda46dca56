import { z } from "zod";
import { ConfigError, describe } from "../../base/errors.ts";
import { refuseBoth } from "./masks.ts";
import { checkPart, isAlike, joinFlat, notFlattenable, splitFlat } from "./parts.ts";
import { partSource, type RandomSource } from "./random-source.ts";
import type { SampleOptions, Space, SpaceJson, SpaceValue } from "./space.ts";

/** The values of a list of spaces. */
export type TupleValue<S extends readonly Space<unknown>[]> = { readonly [K in keyof S]: SpaceValue<S[K]> };

/** One value of each of several spaces, in order. */
export class Tuple<const S extends readonly Space<unknown>[]> implements Space<TupleValue<S>> {
  readonly type = "Tuple";
  readonly spaces: S;
  readonly schema: z.ZodType<TupleValue<S>>;
  readonly isFlattenable: boolean;
  readonly #flatSize: number | undefined;

  constructor(spaces: S) {
    if (spaces.length === 0) throw new ConfigError("Expected a Tuple of at least one space, got none.");
    spaces.forEach((space, i) => {
      checkPart("Tuple", i, space);
    });
    this.spaces = spaces;
    this.isFlattenable = spaces.every((space) => space.isFlattenable);
    this.#flatSize = this.isFlattenable ? spaces.reduce((sum, space) => sum + space.flatSize, 0) : undefined;
    this.schema = z.custom<TupleValue<S>>((value) => this.contains(value), {
      error: (issue) => `Expected value in ${this}, got ${describe(issue.input)}`,
    });
  }

  get flatSize(): number {
    if (this.#flatSize === undefined) throw notFlattenable(this);
    return this.#flatSize;
  }

  contains(value: unknown): value is TupleValue<S> {
    if (!Array.isArray(value) || value.length !== this.spaces.length) return false;
    return this.spaces.every((space, i) => space.contains(value[i]));
  }

  /** `mask` and `probability` are lists with one entry per space, each in that space's form or undefined. */
  sample(random: RandomSource, { mask, probability }: SampleOptions = {}): TupleValue<S> {
    refuseBoth({ mask, probability });
    const masks = this.#list(mask, "mask");
    const probabilities = this.#list(probability, "probability");
    return this.spaces.map((space, i) =>
      space.sample(partSource(random, i), { mask: masks?.[i], probability: probabilities?.[i] }),
    ) as unknown as TupleValue<S>;
  }

  equals(other: unknown): boolean {
    return other instanceof Tuple && isAlike(this.spaces, other.spaces);
  }

  flatten(value: TupleValue<S>): Float32Array | Float64Array {
    if (!this.isFlattenable) throw notFlattenable(this);
    return joinFlat(this.spaces.map((space, i) => space.flatten(value[i])));
  }

  unflatten(flat: ArrayLike<number>): TupleValue<S> {
    const parts = splitFlat(flat, this.spaces);
    return this.spaces.map((space, i) => space.unflatten(parts[i])) as unknown as TupleValue<S>;
  }

  toJSON(): SpaceJson {
    return { type: "Tuple", subspaces: this.spaces.map((space) => space.toJSON()) };
  }

  toString(): string {
    return `Tuple(${this.spaces.join(", ")})`;
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
