import { ConfigError } from "../../../base/errors.ts";
import { andThen } from "../../awaitable.ts";
import type { Awaitable } from "../../env.ts";
import { RunningMeanStd } from "../../wrappers/running-mean-std.ts";
import type { Batch, VectorEnv, VectorReset, VectorResetOptions, VectorStep } from "../vector-env.ts";
import { batchMoments } from "./batch-moments.ts";
import { VectorWrapper } from "./vector-wrapper.ts";

export interface VectorNormalizeRewardOptions {
  /** The discount of the return whose deviation is divided by; 0 to 1, default 0.99. */
  readonly gamma?: number;
  /** Added to the variance; above 0, default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Divides rewards by the running deviation of the discounted returns of all slots. The step of an autoreset is not counted.
 * Set `updateRunningMean` to false to freeze the statistics, for an evaluation.
 */
export class VectorNormalizeReward<Observation, Action> extends VectorWrapper<Observation, Action> {
  updateRunningMean = true;
  readonly returnStatistics = new RunningMeanStd({});
  /** The discounted return of each slot up to now, (N). */
  readonly accumulatedReward: Float64Array;
  readonly #gamma: number;
  readonly #epsilon: number;
  #over: boolean[];

  constructor(
    env: VectorEnv<Observation, Action>,
    { gamma = 0.99, epsilon = 1e-8 }: VectorNormalizeRewardOptions = {},
  ) {
    super(env);
    if (!(gamma >= 0 && gamma <= 1)) throw new ConfigError(`Expected 0 ≤ gamma ≤ 1, got ${gamma}.`);
    if (!(epsilon > 0)) throw new ConfigError(`Expected epsilon > 0, got ${epsilon}.`);
    this.accumulatedReward = new Float64Array(env.numEnvs);
    this.#gamma = gamma;
    this.#epsilon = epsilon;
    this.#over = new Array(env.numEnvs).fill(false);
  }

  override reset(options?: VectorResetOptions): Awaitable<VectorReset<Observation>> {
    this.accumulatedReward.fill(0);
    this.#over.fill(false);
    return this.env.reset(options);
  }

  override step(actions: Batch<Action> | readonly Action[]): Awaitable<VectorStep<Observation>> {
    return andThen(this.env.step(actions), this.#normalize);
  }

  readonly #normalize = (step: VectorStep<Observation>): VectorStep<Observation> => {
    const { rewards, terminations, truncations } = step;
    const sameStep = this.autoresetMode === "same-step";
    const active: number[] = [];
    for (let slot = 0; slot < rewards.length; slot++) {
      if (this.#over[slot] && !sameStep) continue; // the step of an autoreset
      const before = terminations[slot] ? 0 : this.accumulatedReward[slot] * this.#gamma;
      this.accumulatedReward[slot] = before + rewards[slot];
      active.push(this.accumulatedReward[slot]);
    }
    if (this.updateRunningMean && active.length > 0) {
      this.returnStatistics.updateFromMoments({ ...batchMoments(active, 1), dtype: "float64" });
    }
    this.#over = terminations.map((terminated, slot) => terminated || truncations[slot]);
    if (sameStep) {
      this.#over.forEach((over, slot) => {
        if (over) this.accumulatedReward[slot] = 0; // the next step is of another episode
      });
    }
    const deviation = this.returnStatistics.std(0, this.#epsilon);
    return { ...step, rewards: rewards.map((reward) => reward / deviation) };
  };
}
