import { ConfigError } from "../../base/errors.ts";
import type { Awaitable, Env, EnvState, Reset, ResetOptions, Step } from "../env.ts";
import { Box } from "../spaces/box.ts";
import { Dict } from "../spaces/dict.ts";
import { flattenSpace, flatten as flattenValue } from "../spaces/flatten.ts";
import type { Space } from "../spaces/space.ts";
import { Tuple } from "../spaces/tuple.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";
import { TimeLimit } from "./time-limit.ts";
import { findLayer } from "./wrapper.ts";

export interface TimeAwareObservationOptions {
  /** Flattens the whole to one vector; default true. */
  readonly flatten?: boolean;
  /** The time as a part of the limit, 0 to 1, instead of the number of steps; default false. */
  readonly normalizeTime?: boolean;
  /** The name of the time in a Dict of observations; default "time". */
  readonly dictTimeKey?: string;
}

/**
 * Adds the time within the episode to the observation: to a Dict under `dictTimeKey`, to a Tuple at the end, to anything
 * else as `{ obs, time }`; flattened unless `flatten` is false (then `Observation` is the caller's word). The environment
 * needs a time limit.
 */
export class TimeAwareObservation<Inner, Action, Observation = Float32Array | Float64Array> extends ObservationWrapper<
  Observation,
  Action,
  Inner
> {
  readonly maxTimesteps: number;
  readonly #join: (observation: Inner, time: Float32Array | Int32Array) => unknown;
  readonly #normalize: boolean;
  #elapsed = 0;

  constructor(env: Env<Inner, Action>, options: TimeAwareObservationOptions = {}) {
    const { flatten = true, normalizeTime = false, dictTimeKey = "time" } = options;
    const limit = env.spec?.maxEpisodeSteps ?? findLayer(env, TimeLimit<unknown, unknown>)?.maxEpisodeSteps;
    if (limit === undefined) {
      throw new ConfigError(
        "Expected an environment with a time limit, got one without. Put TimeLimit around it first.",
      );
    }
    const time = normalizeTime
      ? new Box({ low: 0, high: 1, shape: [1] })
      : new Box({ low: 0, high: limit, shape: [1], dtype: "int32" });
    const { space, join } = withTime<Inner>(env.observationSpace, time as Space<unknown>, dictTimeKey);
    const observationSpace: Space<unknown> = flatten ? flattenSpace(space) : space;
    super(env, { kwargs: options, observationSpace: observationSpace as Space<Observation> });
    this.maxTimesteps = limit;
    this.#normalize = normalizeTime;
    this.#join = flatten ? (observation, now) => flattenValue(space, join(observation, now)) : join;
  }

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    this.#elapsed = 0;
    return super.reset(options);
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    this.#elapsed++;
    return super.step(action);
  }

  observation(observation: Inner): Observation {
    const time = this.#normalize ? Float32Array.of(this.#elapsed / this.maxTimesteps) : Int32Array.of(this.#elapsed);
    return this.#join(observation, time) as Observation;
  }

  protected override saveOwn(): EnvState {
    return { elapsed: this.#elapsed };
  }

  protected override restoreOwn(state: EnvState): void {
    this.#elapsed = state["elapsed"] as number;
  }
}

function withTime<Inner>(inner: Space<unknown>, time: Space<unknown>, key: string) {
  type Join = (observation: Inner, time: Float32Array | Int32Array) => unknown;
  const made = (space: Space<unknown>, join: Join) => ({ space, join });
  if (inner instanceof Dict) {
    if (Object.hasOwn(inner.spaces, key)) {
      throw new ConfigError(`Expected a dictTimeKey that is free, got "${key}", which is in ${inner}.`);
    }
    return made(new Dict({ ...inner.spaces, [key]: time }), (observation, now) => ({ ...observation, [key]: now }));
  }
  if (inner instanceof Tuple) {
    return made(new Tuple([...inner.spaces, time]), (observation, now) => [...(observation as unknown[]), now]);
  }
  return made(new Dict({ obs: inner, time }), (obs, now) => ({ obs, time: now }));
}
