import { ConfigError, describe } from "../../base/errors.ts";
import { isPromise } from "../awaitable.ts";
import type { Awaitable, Env, Step } from "../env.ts";
import { Wrapper } from "./wrapper.ts";

export interface ActionRepeatOptions {
  /** How many inner steps one action lasts; an integer ≥ 1. */
  readonly repeat: number;
}

/** Takes each action `repeat` times, or until the episode ends: rewards are summed, the last observation stands. */
export class ActionRepeat<Observation, Action> extends Wrapper<Observation, Action> {
  readonly repeat: number;

  constructor(env: Env<Observation, Action>, { repeat }: ActionRepeatOptions) {
    super(env, { kwargs: { repeat } });
    if (!Number.isInteger(repeat) || repeat < 1) {
      throw new ConfigError(`Expected repeat to be an integer ≥ 1, got ${describe(repeat)}.`);
    }
    this.repeat = repeat;
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    let reward = 0;
    for (let taken = 1; ; taken++) {
      const step = this.env.step(action);
      if (isPromise(step)) return this.#finish(action, step, reward, taken);
      reward += step.reward;
      if (taken === this.repeat || step.terminated || step.truncated) return { ...step, reward };
    }
  }

  async #finish(
    action: Action,
    first: Promise<Step<Observation>>,
    before: number,
    taken: number,
  ): Promise<Step<Observation>> {
    let step = await first;
    let reward = before + step.reward;
    for (let count = taken; count < this.repeat && !step.terminated && !step.truncated; count++) {
      step = await this.env.step(action);
      reward += step.reward;
    }
    return { ...step, reward };
  }
}
