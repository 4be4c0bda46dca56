import type { EnvState } from "../../src/core/env.ts";
import { RunningMeanStd } from "../../src/core/wrappers/running-mean-std.ts";
import { identityNormalizer, type Normalizer } from "./normalizer.ts";

/** Features whose variance is below this never varied: rounding aside, there is nothing to see in them. */
const LEAST_VARIANCE = 1e-12;

/** Mean and variance of many observations, feature by feature. */
export class ObservationStatistics {
  readonly #features: number;
  readonly #seen: RunningMeanStd;

  constructor(features: number) {
    this.#features = features;
    this.#seen = new RunningMeanStd({ size: features, count: 0 });
  }

  /** Takes in observations (N × F); of those with a 0 in `counted` (N), none. */
  add(observations: Float32Array, counted?: Uint8Array): void {
    const features = this.#features;
    const mean = new Float64Array(features);
    const squares = new Float64Array(features);
    let count = 0;
    for (let row = 0, at = 0; at < observations.length; row++, at += features) {
      if (counted?.[row] === 0) continue;
      count++;
      // Welford's update: stable, and exactly 0 for what does not vary.
      for (let f = 0; f < features; f++) {
        const value = observations[at + f];
        const delta = value - mean[f];
        mean[f] += delta / count;
        squares[f] += delta * (value - mean[f]);
      }
    }
    if (count === 0) return;
    this.#seen.updateFromMoments({ mean, var: squares.map((sum) => sum / count), count, dtype: "float64" });
  }

  /** Shifts and scales to mean 0 and deviation 1, what never varied to 0; changes nothing until something was seen. */
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
