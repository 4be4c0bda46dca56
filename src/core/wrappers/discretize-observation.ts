import type { Env } from "../env.ts";
import { Discrete } from "../spaces/discrete.ts";
import type { TypedArray } from "../spaces/dtype.ts";
import { MultiDiscrete } from "../spaces/multi-discrete.ts";
import type { Space } from "../spaces/space.ts";
import { Bins } from "./bins.ts";
import { boxOf } from "./box-of.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";

export interface DiscretizeOptions<Multi extends boolean> {
  /** How many bins along each element: one number, or one each. */
  readonly bins: number | readonly number[];
  /** A MultiDiscrete with a bin per element, instead of a Discrete that counts them all through; default false. */
  readonly multidiscrete?: Multi;
}

/** The number of a bin, or one per element. */
export type Binned<Multi extends boolean> = Multi extends true ? Int32Array : number;

/** Cuts a finite Box of observations into equal bins. */
export class DiscretizeObservation<
  Action,
  Inner extends TypedArray = Float32Array,
  Multi extends boolean = false,
> extends ObservationWrapper<Binned<Multi>, Action, Inner> {
  readonly #bins: Bins;
  readonly #multi: boolean;

  constructor(env: Env<Inner, Action>, options: DiscretizeOptions<Multi>) {
    const bins = new Bins(boxOf(env.observationSpace, "DiscretizeObservation"), options.bins);
    super(env, { kwargs: options, observationSpace: binnedSpace<Multi>(bins, options.multidiscrete) });
    this.#bins = bins;
    this.#multi = options.multidiscrete ?? false;
  }

  observation(observation: Inner): Binned<Multi> {
    const found = Int32Array.from(observation, (value, i) => this.#bins.find(i, value));
    return (this.#multi ? found : this.#bins.flatten(found)) as Binned<Multi>;
  }

  /** Between which bounds an observation lay that became this one. */
  revertObservation(observation: Binned<Multi>): { readonly low: number[]; readonly high: number[] } {
    const given: number | Int32Array = observation;
    const bins = typeof given === "number" ? this.#bins.unflatten(given) : given;
    const bounds = Array.from(bins, (bin, i) => this.#bins.bounds(i, bin));
    return { low: bounds.map(([low]) => low), high: bounds.map(([, high]) => high) };
  }
}

/** The space of the numbers of bins. */
export function binnedSpace<Multi extends boolean>(bins: Bins, multidiscrete = false): Space<Binned<Multi>> {
  const space: Space<unknown> = multidiscrete ? new MultiDiscrete(bins.counts) : new Discrete(bins.total);
  return space as Space<Binned<Multi>>;
}
