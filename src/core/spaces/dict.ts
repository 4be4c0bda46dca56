import { z } from "zod";
import { ConfigError, describe } from "../../base/errors.ts";
import { refuseBoth } from "./masks.ts";
import { checkPart, joinFlat, notFlattenable, splitFlat } from "./parts.ts";
import { partSource, type RandomSource } from "./random-source.ts";
import type { SampleOptions, Space, SpaceJson, SpaceValue } from "./space.ts";

/** The values of spaces under names. */
export type DictValue<S extends Readonly<Record<string, Space<unknown>>>> = {
  readonly [K in keyof S]: SpaceValue<S[K]>;
};

/** One value of each of several named spaces; names are kept in alphabetical order, as in Gymnasium. */
export class Dict<const S extends Readonly<Record<string, Space<unknown>>>> implements Space<DictValue<S>> {
  readonly type = "Dict";
  readonly spaces: S;
  readonly schema: z.ZodType<DictValue<S>>;
  readonly isFlattenable: boolean;
  /** In the order of the parts: sorted. */
  readonly names: readonly string[];
  readonly #flatSize: number | undefined;

  constructor(spaces: S) {
    this.names = Object.freeze(Object.keys(spaces).sort());
    if (this.names.length === 0) throw new ConfigError("Expected a Dict of at least one space, got none.");
    for (const name of this.names) checkPart("Dict", name, spaces[name]);
    this.spaces = Object.freeze(Object.fromEntries(this.names.map((name) => [name, spaces[name]]))) as S;
    const parts = this.names.map((name) => spaces[name]);
    this.isFlattenable = parts.every((space) => space.isFlattenable);
    this.#flatSize = this.isFlattenable ? parts.reduce((sum, space) => sum + space.flatSize, 0) : undefined;
    this.schema = z.custom<DictValue<S>>((value) => this.contains(value), {
      error: (issue) => `Expected value in ${this}, got ${describe(issue.input)}`,
    });
  }

  get flatSize(): number {
    if (this.#flatSize === undefined) throw notFlattenable(this);
    return this.#flatSize;
  }

  contains(value: unknown): value is DictValue<S> {
    if (typeof value !== "object" || value === null || Object.keys(value).length !== this.names.length) return false;
    const record = value as Record<string, unknown>;
    return this.names.every((name) => Object.hasOwn(record, name) && this.spaces[name].contains(record[name]));
  }

  /** `mask` and `probability` are objects with an entry, in that space's form, for each name that needs one. */
  sample(random: RandomSource, { mask, probability }: SampleOptions = {}): DictValue<S> {
    refuseBoth({ mask, probability });
    const masks = this.#record(mask, "mask");
    const probabilities = this.#record(probability, "probability");
    return this.#map((space, name, i) =>
      space.sample(partSource(random, i), { mask: masks[name], probability: probabilities[name] }),
    );
  }

  equals(other: unknown): boolean {
    if (!(other instanceof Dict) || Object.keys(other.spaces).length !== this.names.length) return false;
    return this.names.every(
      (name) => Object.hasOwn(other.spaces, name) && this.spaces[name].equals(other.spaces[name]),
    );
  }

  flatten(value: DictValue<S>): Float32Array | Float64Array {
    if (!this.isFlattenable) throw notFlattenable(this);
    return joinFlat(this.names.map((name) => this.spaces[name].flatten(value[name])));
  }

  unflatten(flat: ArrayLike<number>): DictValue<S> {
    const parts = splitFlat(
      flat,
      this.names.map((name) => this.spaces[name]),
    );
    return this.#map((space, _, i) => space.unflatten(parts[i]));
  }

  toJSON(): SpaceJson {
    return { type: "Dict", subspaces: this.#map((space) => space.toJSON()) };
  }

  toString(): string {
    return `Dict(${this.names.map((name) => `'${name}': ${this.spaces[name]}`).join(", ")})`;
  }

  #map(entry: (space: Space<unknown>, name: string, index: number) => unknown): DictValue<S> {
    return Object.fromEntries(this.names.map((name, i) => [name, entry(this.spaces[name], name, i)])) as DictValue<S>;
  }

  #record(value: unknown, name: string): Readonly<Record<string, unknown>> {
    if (value === undefined || value === null) return {};
    if (typeof value !== "object" || value === null || Object.keys(value).some((key) => !this.names.includes(key))) {
      throw new ConfigError(`Expected ${name} to be an object by ${this.names.join(", ")}, got ${describe(value)}.`);
    }
    return value as Record<string, unknown>;
  }
}
