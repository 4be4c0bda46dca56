import type { Env } from "../env.ts";
import type { Space } from "../spaces/space.ts";
import { flatSpace } from "./flat-space.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";

/** Turns every observation into one flat vector: `space.flatten` of it, float32 where that holds every value. */
export class FlattenObservation<Action, Inner = unknown> extends ObservationWrapper<
  Float32Array | Float64Array,
  Action,
  Inner
> {
  constructor(env: Env<Inner, Action>) {
    const flat: Space<unknown> = flatSpace(env.observationSpace);
    super(env, { kwargs: {}, observationSpace: flat as Space<Float32Array | Float64Array> });
  }

  observation(observation: Inner): Float32Array | Float64Array {
    return this.env.observationSpace.flatten(observation);
  }
}
