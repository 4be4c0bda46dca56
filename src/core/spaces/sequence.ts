import { z } from "zod";
import { ConfigError, describe } from "../../base/errors.ts";
import { type BatchedSpace, type BatchedValue, batchSpace } from "./batch-space.ts";
import { concatenate, iterate } from "./batch-values.ts";
import { refuseBoth } from "./masks.ts";
import { checkPart, notFlattenable } from "./parts.ts";
import { drawGeometric, drawInteger, partSource, type RandomSource } from "./random-source.ts";
import type { SampleOptions, Space, SpaceJson, SpaceValue } from "./space.ts";

export interface SequenceOptions<Stack extends boolean = boolean> {
  /** Whether a value is one batch (`concatenate`) of its entries rather than a list of them; default false. */
  readonly stack?: Stack;
}

/** A list of values of a space, or, stacked, a batch of them. */
export type SequenceValue<S extends Space<unknown>, Stack extends boolean> = Stack extends true
  ? BatchedValue<S>
  : readonly SpaceValue<S>[];

/** Any number of values of one space, none included. */
export class Sequence<S extends Space<unknown>, const Stack extends boolean = false>
  implements Space<SequenceValue<S, Stack>>
{
  readonly type = "Sequence";
  readonly featureSpace: S;
  readonly stack: Stack;
  readonly schema: z.ZodType<SequenceValue<S, Stack>>;
  readonly isFlattenable = false;
  readonly #batched: BatchedSpace<S> | undefined;

  constructor(featureSpace: S, { stack = false as Stack }: SequenceOptions<Stack> = {}) {
    checkPart("Sequence", "featureSpace", featureSpace);
    this.featureSpace = featureSpace;
    this.stack = stack;
    this.#batched = stack ? batchSpace(featureSpace) : undefined;
    this.schema = z.custom<SequenceValue<S, Stack>>((value) => this.contains(value), {
      error: (issue) => `Expected value in ${this}, got ${describe(issue.input)}`,
    });
  }

  get flatSize(): number {
    throw notFlattenable(this);
  }

  contains(value: unknown): value is SequenceValue<S, Stack> {
    const entries = this.#batched ? entriesOf(this.#batched, value) : value;
    return Array.isArray(entries) && entries.every((entry) => this.featureSpace.contains(entry));
  }

  /**
   * The length is geometric with mean 4, from 1. `mask` and `probability` are `{ length?, feature? }`: a length, or a list
   * of lengths to choose from, and what the entries' own `sample` takes.
   */
  sample(random: RandomSource, options: SampleOptions = {}): SequenceValue<S, Stack> {
    refuseBoth(options);
    const mask = this.#parts(options.mask, "mask");
    const probability = this.#parts(options.probability, "probability");
    const length = drawLength(random, mask.length ?? probability.length);
    const inner = { mask: mask.feature, probability: probability.feature };
    const source = partSource(random, 0);
    const entries = Array.from({ length }, () => this.featureSpace.sample(source, inner) as SpaceValue<S>);
    return (this.stack ? concatenate(this.featureSpace, entries) : entries) as SequenceValue<S, Stack>;
  }

  equals(other: unknown): boolean {
    return other instanceof Sequence && other.stack === this.stack && this.featureSpace.equals(other.featureSpace);
  }

  flatten(): Float32Array {
    throw notFlattenable(this);
  }

  unflatten(): SequenceValue<S, Stack> {
    throw notFlattenable(this);
  }

  /** Minari has no form for it: this is its Tuple's, with one subspace. */
  toJSON(): SpaceJson {
    return { type: "Sequence", subspace: this.featureSpace.toJSON(), stack: this.stack };
  }

  toString(): string {
    return `Sequence(${this.featureSpace}, stack=${this.stack ? "True" : "False"})`;
  }

  #parts(value: unknown, name: string): { length?: number | ArrayLike<number>; feature?: unknown } {
    if (value === undefined || value === null) return {};
    const { length, feature } = value as { length?: number | ArrayLike<number> | null; feature?: unknown };
    const lengths = typeof length === "number" ? [length] : Array.from(length ?? []);
    const isEmptyList = typeof length === "object" && length !== null && lengths.length === 0;
    const fits = !isEmptyList && lengths.every((each) => Number.isInteger(each) && each >= 0);
    if (typeof value !== "object" || Array.isArray(value) || !fits) {
      throw new ConfigError(
        `Expected ${name} as { length, feature } with a length ≥ 0 or a list of such, got ${describe(value)}.`,
      );
    }
    return { length: length ?? undefined, feature: feature ?? undefined };
  }
}

/** The single values; undefined where it is no batch of that space. */
function entriesOf(batched: Space<unknown>, value: unknown): unknown[] | undefined {
  try {
    return iterate(batched, value);
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function drawLength(random: RandomSource, length: number | ArrayLike<number> | undefined): number {
  if (length === undefined) return drawGeometric(random, 0.25);
  return typeof length === "number" ? length : length[drawInteger(random, 0, length.length)];
}
