import type { EnvState } from "../../src/core/env.ts";
import { RunningMeanStd } from "../../src/core/wrappers/running-mean-std.ts";
import { identityNormalizer, type Normalizer } from "./network.ts";
import type { Rollout } from "./rollout.ts";

/** Features whose variance is below this never varied: rounding aside, there is nothing to see in them. */
const LEAST_VARIANCE = 1e-12;

/**
 * Mean and variance of all observations that training has acted on. They change between rollouts only, so that a rollout's
 * actions and what is learned from them are of one policy.
 */
export class ObservationStatistics {
  readonly #features: number;
  readonly #seen: RunningMeanStd;

  constructor(features: number) {
    this.#features = features;
    this.#seen = new RunningMeanStd({ size: features, count: 0 });
  }

  /** Takes in the observations of a rollout's transitions. */
  add({ observations, happened }: Pick<Rollout, "observations" | "happened">): void {
    const features = this.#features;
    const mean = new Float64Array(features);
    const variance = new Float64Array(features);
    let count = 0;
    for (const [row, counts] of happened.entries()) {
      if (!counts) continue;
      count++;
      // Welford's update: stable, and exactly 0 for what does not vary.
      for (let f = 0; f < features; f++) {
        const value = observations[row * features + f];
        const delta = value - mean[f];
        mean[f] += delta / count;
        variance[f] += delta * (value - mean[f]);
      }
    }
    if (count === 0) return;
    this.#seen.updateFromMoments({ mean, var: variance.map((sum) => sum / count), count, dtype: "float64" });
  }

  /** What shifts and scales observations; it does nothing until something was seen. */
  normalizer(): Normalizer {
    const { mean, var: variance, count } = this.#seen;
    const identity = identityNormalizer(this.#features);
    if (count === 0) return identity;
    return {
      mean: { ...identity.mean, data: Float32Array.from(mean) },
      scale: {
        ...identity.scale,
        data: Float32Array.from(variance, (value) => (value > LEAST_VARIANCE ? 1 / Math.sqrt(value) : 0)),
      },
    };
  }

  state(): EnvState {
    return this.#seen.state();
  }

  restore(state: EnvState): void {
    this.#seen.restore(state);
  }
}
