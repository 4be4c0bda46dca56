import { ConfigError } from "../../base/errors.ts";
import type { Env, EnvState } from "../env.ts";
import { Box } from "../spaces/box.ts";
import type { TypedArray } from "../spaces/dtype.ts";
import { MultiBinary } from "../spaces/multi-binary.ts";
import { MultiDiscrete } from "../spaces/multi-discrete.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";
import { RunningMeanStd } from "./running-mean-std.ts";

export interface NormalizeObservationOptions {
  /** Added to the variance; above 0, default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Shifts and scales observations by the running mean and deviation of all that it saw, to float32 arrays around 0. Its
 * statistics go on over resets; set `updateRunningMean` to false to freeze them, for an evaluation.
 */
export class NormalizeObservation<Action, Inner extends TypedArray = Float32Array> extends ObservationWrapper<
  Float32Array,
  Action,
  Inner
> {
  updateRunningMean = true;
  readonly observationStatistics: RunningMeanStd;
  readonly #epsilon: number;

  constructor(env: Env<Inner, Action>, options: NormalizeObservationOptions = {}) {
    const { epsilon = 1e-8 } = options;
    const space: unknown = env.observationSpace;
    if (!(epsilon > 0)) throw new ConfigError(`Expected epsilon > 0, got ${epsilon}.`);
    if (!(space instanceof Box || space instanceof MultiDiscrete || space instanceof MultiBinary)) {
      throw new ConfigError(`Expected observations that are arrays, got ${space}. Try FlattenObservation first.`);
    }
    super(env, {
      kwargs: options,
      observationSpace: new Box({ low: -Infinity, high: Infinity, shape: space.shape }),
    });
    const size = space.shape.reduce((product, length) => product * length, 1);
    this.observationStatistics = new RunningMeanStd({ size, dtype: "float32" });
    this.#epsilon = epsilon;
  }

  observation(observation: Inner): Float32Array {
    const statistics = this.observationStatistics;
    if (this.updateRunningMean) statistics.update(observation);
    const single = statistics.dtype === "float32" && observation instanceof Float32Array;
    const round = single ? Math.fround : (x: number) => x;
    const normalized = new Float32Array(observation.length);
    for (let i = 0; i < normalized.length; i++) {
      normalized[i] = round(observation[i] - statistics.mean[i]) / statistics.std(i, this.#epsilon);
    }
    return normalized;
  }

  protected override saveOwn(): EnvState {
    return { statistics: this.observationStatistics.state() };
  }

  protected override restoreOwn(state: EnvState): void {
    this.observationStatistics.restore(state["statistics"] as EnvState);
  }
}
