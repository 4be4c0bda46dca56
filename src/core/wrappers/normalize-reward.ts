import { ConfigError } from "../../base/errors.ts";
import { andThen } from "../awaitable.ts";
import type { Awaitable, Env, EnvState, Step } from "../env.ts";
import { RunningMeanStd } from "./running-mean-std.ts";
import { Wrapper } from "./wrapper.ts";

export interface NormalizeRewardOptions {
  /** The discount of the return whose deviation is divided by; 0 to 1, default 0.99. */
  readonly gamma?: number;
  /** Added to the variance; above 0, default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Divides rewards by the running deviation of the discounted return, so that this keeps about the same variance. Its
 * statistics go on over resets; set `updateRunningMean` to false to freeze them, for an evaluation.
 */
export class NormalizeReward<Observation, Action> extends Wrapper<Observation, Action> {
  updateRunningMean = true;
  readonly returnStatistics = new RunningMeanStd({});
  readonly #gamma: number;
  readonly #epsilon: number;
  #discounted = 0;

  constructor(env: Env<Observation, Action>, options: NormalizeRewardOptions = {}) {
    const { gamma = 0.99, epsilon = 1e-8 } = options;
    if (!(gamma >= 0 && gamma <= 1)) throw new ConfigError(`Expected 0 ≤ gamma ≤ 1, got ${gamma}.`);
    if (!(epsilon > 0)) throw new ConfigError(`Expected epsilon > 0, got ${epsilon}.`);
    super(env, { kwargs: options });
    this.#gamma = gamma;
    this.#epsilon = epsilon;
  }

  /** The discounted return up to now; a termination, not a truncation or a reset, begins it anew. */
  get discountedReward(): number {
    return this.#discounted;
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    return andThen(this.env.step(action), this.#normalize);
  }

  readonly #normalize = (step: Step<Observation>): Step<Observation> => {
    this.#discounted = this.#discounted * this.#gamma * (step.terminated ? 0 : 1) + step.reward;
    if (this.updateRunningMean) this.returnStatistics.update([this.#discounted]);
    return { ...step, reward: step.reward / this.returnStatistics.std(0, this.#epsilon) };
  };

  protected override saveOwn(): EnvState {
    return { discounted: this.#discounted, statistics: this.returnStatistics.state() };
  }

  protected override restoreOwn(state: EnvState): void {
    this.#discounted = state["discounted"] as number;
    this.returnStatistics.restore(state["statistics"] as EnvState);
  }
}
