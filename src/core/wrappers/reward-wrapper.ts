import { andThen } from "../awaitable.ts";
import type { Awaitable, Step } from "../env.ts";
import { Wrapper } from "./wrapper.ts";

/** What wrappers extend that change each reward. */
export abstract class RewardWrapper<Observation, Action> extends Wrapper<Observation, Action> {
  /** The reward that is handed out, from the inner environment's. */
  abstract reward(reward: number): number;

  override step(action: Action): Awaitable<Step<Observation>> {
    return andThen(this.env.step(action), this.#change);
  }

  readonly #change = (step: Step<Observation>): Step<Observation> => ({ ...step, reward: this.reward(step.reward) });
}
