import type { Awaitable, Env } from "../env.ts";
import type { Space } from "../spaces/space.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";

export interface TransformObservationOptions<Observation, Inner> {
  /** Applied to every observation; must not write to the one it gets. */
  readonly func: (observation: Inner) => Awaitable<Observation>;
  /** The space of what `func` gives; default: the inner environment's. */
  readonly observationSpace?: Space<Observation>;
}

/** Applies a function to every observation. */
export class TransformObservation<Observation, Action, Inner = Observation> extends ObservationWrapper<
  Observation,
  Action,
  Inner
> {
  readonly observation: (observation: Inner) => Awaitable<Observation>;

  constructor(env: Env<Inner, Action>, options: TransformObservationOptions<Observation, Inner>) {
    super(env, { kwargs: options, observationSpace: options.observationSpace });
    this.observation = options.func;
  }
}
