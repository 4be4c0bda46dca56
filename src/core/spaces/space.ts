import type { z } from "zod";
import type { RandomSource } from "./random-source.ts";

/** What a space becomes on disk: Minari's form, `type` first. */
export type SpaceJson = Readonly<{ type: string } & Record<string, unknown>>;

export interface SampleOptions {
  /** Which values may be drawn; its form is the space's own (Discrete: one byte per value, 1 = allowed). */
  readonly mask?: unknown;
  /** How likely each value is, summing to 1, in the form of the mask; not together with a mask. */
  readonly probability?: unknown;
}

/** The set of values that an observation or an action may take. */
export interface Space<T> {
  readonly type: string;
  /** Accepts exactly what `contains` accepts. */
  readonly schema: z.ZodType<T>;
  sample(random: RandomSource, options?: SampleOptions): T;
  contains(value: unknown): value is T;
  equals(other: unknown): boolean;
  /** Whether every value flattens to a vector of one length; false for a Sequence, a Graph, and what contains one. */
  readonly isFlattenable: boolean;
  /** Length of `flatten(value)`; throws, as `flatten` and `unflatten` do, where the space is not flattenable. */
  readonly flatSize: number;
  flatten(value: T): Float32Array | Float64Array;
  unflatten(flat: ArrayLike<number>): T;
  toJSON(): SpaceJson;
  /** In the words of Gymnasium's repr, e.g. `Discrete(3)`. */
  toString(): string;
}

/** What the values of a space are: `SpaceValue<Discrete>` is number. */
export type SpaceValue<S> = S extends Space<infer T> ? T : never;
