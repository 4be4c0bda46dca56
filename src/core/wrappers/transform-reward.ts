import type { Env } from "../env.ts";
import { RewardWrapper } from "./reward-wrapper.ts";

export interface TransformRewardOptions {
  readonly func: (reward: number) => number;
}

/** Applies a function to every reward. */
export class TransformReward<Observation, Action> extends RewardWrapper<Observation, Action> {
  readonly reward: (reward: number) => number;

  constructor(env: Env<Observation, Action>, options: TransformRewardOptions) {
    super(env, { kwargs: options });
    this.reward = options.func;
  }
}
