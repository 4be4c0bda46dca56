import type { Env } from "../env.ts";
import type { TypedArray } from "../spaces/dtype.ts";
import type { Space } from "../spaces/space.ts";
import { boxOf } from "./box-of.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";
import { type Bounds, rescaleBox } from "./rescale-box.ts";

export interface RescaleObservationOptions {
  readonly minObs: Bounds;
  readonly maxObs: Bounds;
}

/** Maps a Box of floats linearly onto [minObs, maxObs]; where a bound is infinite, the new one must be so too. */
export class RescaleObservation<Observation extends TypedArray, Action> extends ObservationWrapper<
  Observation,
  Action
> {
  readonly #forward: (value: TypedArray) => TypedArray;

  constructor(env: Env<Observation, Action>, options: RescaleObservationOptions) {
    const { minObs, maxObs } = options;
    const { box, forward } = rescaleBox(boxOf(env.observationSpace, "RescaleObservation"), minObs, maxObs);
    super(env, { kwargs: options, observationSpace: box as unknown as Space<Observation> });
    this.#forward = forward;
  }

  observation(observation: Observation): Observation {
    return this.#forward(observation) as Observation;
  }
}
