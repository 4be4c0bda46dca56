import { ConfigError } from "../../../base/errors.ts";
import { andThen } from "../../awaitable.ts";
import type { Awaitable } from "../../env.ts";
import { Box } from "../../spaces/box.ts";
import type { TypedArray } from "../../spaces/dtype.ts";
import { RunningMeanStd } from "../../wrappers/running-mean-std.ts";
import type { Batch, VectorEnv, VectorReset, VectorResetOptions, VectorStep } from "../vector-env.ts";
import { batchMoments } from "./batch-moments.ts";
import { VectorWrapper } from "./vector-wrapper.ts";

export interface VectorNormalizeObservationOptions {
  /** Added to the variance; above 0, default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Shifts and scales observations by the running mean and deviation of all slots together, to float32 around 0. Set
 * `updateRunningMean` to false to freeze the statistics, for an evaluation. All slots are reset at once, or none.
 */
export class VectorNormalizeObservation<Action, Inner extends TypedArray = Float32Array> extends VectorWrapper<
  Float32Array,
  Action,
  Inner
> {
  updateRunningMean = true;
  readonly observationStatistics: RunningMeanStd;
  readonly #epsilon: number;
  readonly #size: number;

  constructor(env: VectorEnv<Inner, Action>, { epsilon = 1e-8 }: VectorNormalizeObservationOptions = {}) {
    const space: unknown = env.singleObservationSpace;
    if (!(epsilon > 0)) throw new ConfigError(`Expected epsilon > 0, got ${epsilon}.`);
    if (!(space instanceof Box)) throw new ConfigError(`Expected observations in a Box, got ${space}.`);
    if (env.autoresetMode !== "next-step") {
      throw new ConfigError(
        `Expected autoreset next-step below this wrapper, got ${env.autoresetMode}. Normalize each environment instead.`,
      );
    }
    super(env, { singleObservationSpace: new Box({ low: -Infinity, high: Infinity, shape: space.shape }) });
    this.observationStatistics = new RunningMeanStd({ size: space.flatSize });
    this.#epsilon = epsilon;
    this.#size = space.flatSize;
  }

  override reset(options?: VectorResetOptions): Awaitable<VectorReset<Float32Array>> {
    if (options?.options?.resetMask?.includes(false)) {
      throw new ConfigError("Expected a resetMask that is true everywhere below this wrapper, got a false in it.");
    }
    return andThen(this.env.reset(options), ({ observations, infos }) => ({
      observations: this.#normalized(observations),
      infos,
    }));
  }

  override step(actions: Batch<Action> | readonly Action[]): Awaitable<VectorStep<Float32Array>> {
    return andThen(this.env.step(actions), (step) => ({
      ...step,
      observations: this.#normalized(step.observations),
    }));
  }

  #normalized(batch: Batch<Inner>): Float32Array {
    const observations = batch as unknown as TypedArray;
    const statistics = this.observationStatistics;
    const size = this.#size;
    if (this.updateRunningMean) {
      statistics.updateFromMoments({ ...batchMoments(observations, size), dtype: "float64" });
    }
    return Float32Array.from(observations, (value, i) => {
      return (value - statistics.mean[i % size]) / statistics.std(i % size, this.#epsilon);
    });
  }
}
