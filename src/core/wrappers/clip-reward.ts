import { ConfigError } from "../../base/errors.ts";
import type { Env } from "../env.ts";
import { RewardWrapper } from "./reward-wrapper.ts";

/** At least one of the two. */
export interface ClipRewardOptions {
  readonly minReward?: number;
  readonly maxReward?: number;
}

/** Clips every reward to a range. */
export class ClipReward<Observation, Action> extends RewardWrapper<Observation, Action> {
  readonly minReward: number;
  readonly maxReward: number;

  constructor(env: Env<Observation, Action>, options: ClipRewardOptions) {
    const { minReward = -Infinity, maxReward = Infinity } = options;
    if (options.minReward === undefined && options.maxReward === undefined) {
      throw new ConfigError("Expected minReward, maxReward or both, got neither.");
    }
    if (!(minReward <= maxReward)) {
      throw new ConfigError(`Expected minReward ≤ maxReward, got ${minReward} and ${maxReward}.`);
    }
    super(env, { kwargs: options });
    this.minReward = minReward;
    this.maxReward = maxReward;
  }

  reward(reward: number): number {
    return Math.min(Math.max(reward, this.minReward), this.maxReward);
  }
}
