import { ConfigError } from "../base/errors.ts";
import type { NdArray } from "../compute/array.ts";
import type { CompileOptions } from "../compute/compile.ts";
import { Box } from "../core/spaces/box.ts";
import type { WorldModel } from "../world-models/world-model.ts";

/** Real moments to begin dreams from, N of them. */
export interface Contexts {
  /** (N, n, height, width, channels), bytes. */
  readonly frames: NdArray;
  /** (N, n − 1) or (N, n − 1, A). */
  readonly actions: NdArray;
}

/** What makes dreams of a world model: the model, where they begin, how long and how wild they are. */
export interface Dream {
  readonly model: WorldModel;
  readonly contexts: Contexts;
  /** Steps after which a dream is truncated. */
  readonly horizon: number;
  /** τ of World Models: above 1 the dream is less certain than the model, and harder to exploit. Default 1. */
  readonly temperature?: number;
  /** Pictures a second at which the dream looks natural; default 30. */
  readonly renderFps?: number;
  /** Where the model runs; see `compile`. */
  readonly engine?: CompileOptions["engine"];
}

/** The space of what an agent sees in a dream, and of what it perceives of the real environment: (F) floats. */
export function featureSpace(model: WorldModel): Box {
  return new Box({
    low: Number.NEGATIVE_INFINITY,
    high: Number.POSITIVE_INFINITY,
    shape: [model.featureSize],
    dtype: "float32",
  });
}

/** Throws a ConfigError unless the dream can be dreamt. */
export function checkDream({ contexts, horizon, temperature = 1 }: Dream): void {
  if (contexts.frames.shape[0] < 1)
    throw new ConfigError("Expected at least one context to begin dreams from, got none.");
  if (!Number.isInteger(horizon) || horizon < 1)
    throw new ConfigError(`Expected horizon to be an integer ≥ 1, got ${horizon}.`);
  if (!(temperature > 0 && Number.isFinite(temperature)))
    throw new ConfigError(`Expected temperature to be a number > 0, got ${temperature}.`);
}
