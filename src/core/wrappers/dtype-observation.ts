import { ConfigError } from "../../base/errors.ts";
import type { Env } from "../env.ts";
import { Box } from "../spaces/box.ts";
import { Discrete } from "../spaces/discrete.ts";
import { arrayOf, DTYPES, type SpaceDType, type TypedArray, type TypedArrays } from "../spaces/dtype.ts";
import { MultiBinary } from "../spaces/multi-binary.ts";
import { MultiDiscrete } from "../spaces/multi-discrete.ts";
import type { Space } from "../spaces/space.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";

export interface DtypeObservationOptions<D extends SpaceDType> {
  readonly dtype: D;
}

/** Turns arrays, and the numbers of a Discrete, into arrays of another element type; floats lose their fractions. */
export class DtypeObservation<const D extends SpaceDType, Action, Inner = unknown> extends ObservationWrapper<
  TypedArrays[D],
  Action,
  Inner
> {
  readonly #dtype: D;

  constructor(env: Env<Inner, Action>, options: DtypeObservationOptions<D>) {
    const { dtype } = options;
    if (!DTYPES[dtype]) {
      throw new ConfigError(`Expected dtype to be one of ${Object.keys(DTYPES).join(", ")}, got ${String(dtype)}.`);
    }
    super(env, { kwargs: options, observationSpace: retyped(env.observationSpace, dtype) });
    this.#dtype = dtype;
  }

  observation(observation: Inner): TypedArrays[D] {
    const values: unknown = typeof observation === "number" ? [observation] : observation;
    return arrayOf(this.#dtype, values as ArrayLike<number>);
  }
}

function retyped<D extends SpaceDType>(space: Space<unknown>, dtype: D): Box<D> {
  if (dtype === "bool" && "shape" in space) return new Box({ low: 0, high: 1, shape: space.shape as number[], dtype });
  const { integer, min, max } = DTYPES[dtype];
  const fit = (bound: number) =>
    integer && Number.isFinite(bound) ? Math.min(Math.max(Math.trunc(bound), min), max) : bound;
  if (space instanceof Box) {
    const low = Array.from(space.low as TypedArray, (bound, i) => (space.boundedBelow[i] ? fit(bound) : -Infinity));
    const high = Array.from(space.high as TypedArray, (bound, i) => (space.boundedAbove[i] ? fit(bound) : Infinity));
    return new Box({ low, high, shape: space.shape, dtype });
  }
  if (space instanceof Discrete) {
    return new Box({ low: space.start, high: space.start + space.n - 1, shape: [], dtype });
  }
  if (space instanceof MultiDiscrete) {
    const high = Array.from(space.nvec, (n, i) => space.start[i] + n - 1);
    return new Box({ low: space.start, high, shape: space.shape, dtype });
  }
  if (space instanceof MultiBinary) return new Box({ low: 0, high: 1, shape: space.shape, dtype });
  throw new ConfigError(`Expected a Box, Discrete, MultiDiscrete or MultiBinary, got ${space}.`);
}
