import { ConfigError, describe } from "../../base/errors.ts";
import type { Awaitable, Env, EnvState, Reset, ResetOptions } from "../env.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";
import { zeroValue } from "./zero-value.ts";

export interface DelayObservationOptions {
  /** By how many steps; an integer ≥ 0. */
  readonly delay: number;
}

/** Hands each observation out `delay` steps later; until the first one comes, the space's zero. */
export class DelayObservation<Observation, Action> extends ObservationWrapper<Observation, Action> {
  readonly delay: number;
  #waiting: Observation[] = [];

  constructor(env: Env<Observation, Action>, options: DelayObservationOptions) {
    const { delay } = options;
    if (!Number.isInteger(delay) || delay < 0) {
      throw new ConfigError(`Expected delay to be an integer ≥ 0, got ${describe(delay)}.`);
    }
    super(env, { kwargs: options });
    this.delay = delay;
  }

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    this.#waiting = [];
    return super.reset(options);
  }

  observation(observation: Observation): Observation {
    this.#waiting.push(observation);
    return this.#waiting.length > this.delay ? this.#waiting.shift()! : zeroValue(this.observationSpace);
  }

  protected override saveOwn(): EnvState {
    return { waiting: structuredClone(this.#waiting) };
  }

  protected override restoreOwn(state: EnvState): void {
    this.#waiting = structuredClone(state["waiting"]) as Observation[];
  }
}
