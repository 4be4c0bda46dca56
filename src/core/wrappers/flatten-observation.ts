import type { Env } from "../env.ts";
import { type FlatValue, flatten, flattenSpace } from "../spaces/flatten.ts";
import type { Space } from "../spaces/space.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";

/**
 * Turns every observation into one flat vector, float32 where that holds every value; what has no length of its own (a
 * Sequence, a Graph) becomes vectors in its structure: then `Flat` is the caller's word.
 */
export class FlattenObservation<
  Action,
  Inner = unknown,
  Flat extends FlatValue = Float32Array | Float64Array,
> extends ObservationWrapper<Flat, Action, Inner> {
  constructor(env: Env<Inner, Action>) {
    const flat = flattenSpace(env.observationSpace);
    super(env, { kwargs: {}, observationSpace: flat as Space<Flat> });
  }

  observation(observation: Inner): Flat {
    return flatten(this.env.observationSpace, observation) as Flat;
  }
}
