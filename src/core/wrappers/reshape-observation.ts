import { ConfigError, describe } from "../../base/errors.ts";
import type { Env } from "../env.ts";
import { Box } from "../spaces/box.ts";
import type { TypedArray } from "../spaces/dtype.ts";
import type { Space } from "../spaces/space.ts";
import { boxOf } from "./box-of.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";

export interface ReshapeObservationOptions {
  /** Of as many elements as the Box has; one size may be −1, which means what is left. */
  readonly shape: readonly number[];
}

/** Gives a Box another shape: the values, flat in row-major order, are the same, and so are their arrays. */
export class ReshapeObservation<Observation extends TypedArray, Action> extends ObservationWrapper<
  Observation,
  Action
> {
  constructor(env: Env<Observation, Action>, options: ReshapeObservationOptions) {
    const { low, high, dtype, flatSize } = boxOf(env.observationSpace, "ReshapeObservation");
    const shape = wholeShape(options.shape, flatSize);
    const box = new Box({ low, high, shape, dtype });
    super(env, { kwargs: options, observationSpace: box as unknown as Space<Observation> });
  }

  observation(observation: Observation): Observation {
    return observation;
  }
}

function wholeShape(shape: readonly number[], flatSize: number): readonly number[] {
  const known = shape.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const whole = shape.map((size) => (size === -1 ? flatSize / known : size));
  const valid =
    whole.every((size) => Number.isInteger(size) && size > 0) &&
    shape.length - 1 <= shape.filter((size) => size !== -1).length;
  if (!valid || whole.reduce((product, size) => product * size, 1) !== flatSize) {
    throw new ConfigError(`Expected a shape of ${flatSize} elements, got ${describe(shape)}.`);
  }
  return whole;
}
