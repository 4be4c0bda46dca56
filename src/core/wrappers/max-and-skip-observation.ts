import { ConfigError, describe } from "../../base/errors.ts";
import { isPromise } from "../awaitable.ts";
import type { Awaitable, Env, Step } from "../env.ts";
import type { TypedArray } from "../spaces/dtype.ts";
import { boxOf } from "./box-of.ts";
import { Wrapper } from "./wrapper.ts";

export interface MaxAndSkipObservationOptions {
  /** How many inner steps one action lasts; an integer ≥ 2, default 4. */
  readonly skip?: number;
}

/**
 * Takes each action `skip` times, or until the episode ends: rewards are summed, and the observation is the greater of
 * the last two, element by element (old games draw some things in every other frame only).
 */
export class MaxAndSkipObservation<Observation extends TypedArray, Action> extends Wrapper<Observation, Action> {
  readonly skip: number;

  constructor(env: Env<Observation, Action>, options: MaxAndSkipObservationOptions = {}) {
    const { skip = 4 } = options;
    if (!Number.isInteger(skip) || skip < 2) {
      throw new ConfigError(`Expected skip to be an integer ≥ 2, got ${describe(skip)}.`);
    }
    boxOf(env.observationSpace, "MaxAndSkipObservation");
    super(env, { kwargs: options });
    this.skip = skip;
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    return this.#continue(action, { taken: 0, reward: 0 });
  }

  #continue(action: Action, so: { taken: number; reward: number; before?: Observation }): Awaitable<Step<Observation>> {
    let { taken, reward } = so;
    let before: Observation | undefined = so.before;
    for (;;) {
      const answer = this.env.step(action);
      if (isPromise(answer)) {
        const now = { taken, reward, before };
        return answer.then((step) => this.#take(action, step, now));
      }
      taken++;
      reward += answer.reward;
      if (taken === this.skip || answer.terminated || answer.truncated) return this.#finish(answer, reward, before);
      before = answer.observation;
    }
  }

  #take(
    action: Action,
    step: Step<Observation>,
    { taken, reward, before }: { taken: number; reward: number; before?: Observation },
  ): Awaitable<Step<Observation>> {
    const sum = reward + step.reward;
    if (taken + 1 === this.skip || step.terminated || step.truncated) return this.#finish(step, sum, before);
    return this.#continue(action, { taken: taken + 1, reward: sum, before: step.observation });
  }

  #finish(step: Step<Observation>, reward: number, before: Observation | undefined): Step<Observation> {
    const observation = step.observation.slice() as Observation;
    if (before) for (let i = 0; i < observation.length; i++) observation[i] = Math.max(observation[i], before[i]);
    return { ...step, observation, reward };
  }
}
