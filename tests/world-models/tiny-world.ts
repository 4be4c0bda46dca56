import type { NdArray, Parameters } from "../../src/compute/array.ts";
import { RandomStream } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import type { Space } from "../../src/core/spaces/space.ts";
import { mdnRnnParameters } from "../../src/world-models/recurrent/mdn-rnn.ts";
import { RecurrentConfig, RecurrentWorldModel } from "../../src/world-models/recurrent/recurrent-world-model.ts";
import { vaeParameters } from "../../src/world-models/recurrent/vae.ts";
import type { SavedWorld } from "../../src/world-models/world-checkpoint.ts";

/** What an untrained world's ends are set to happen with. */
export interface TinyWorldOptions {
  readonly seed?: number;
  /** Log-odds of an end as M gives them, before the loss's weight is taken out; default 0. */
  readonly doneLogit?: number;
  readonly doneWeight?: number;
  readonly actionSpace?: Space<unknown>;
  readonly cellFeature?: boolean;
  readonly restartInput?: boolean;
  readonly actionEncoding?: "one-hot" | "scalar";
  readonly latentSize?: number;
  readonly hiddenSize?: number;
  readonly rewardScale?: number;
}

/** A world of a few hundred random weights: it dreams nonsense, but by all the rules. */
export function tinyWorld(options: TinyWorldOptions = {}): RecurrentWorldModel {
  const { seed = 1, doneLogit = 0, latentSize = 4, hiddenSize = 6, doneWeight = 10 } = options;
  const { actionSpace = new Discrete(3), cellFeature, restartInput, actionEncoding, rewardScale } = options;
  const config = RecurrentConfig.parse({
    vae: { latentSize, channels: [4, 4, 6, 8] },
    mdnRnn: {
      latentSize,
      hiddenSize,
      mixtures: 3,
      actionSize: actionEncoding === "scalar" ? 1 : actionSpace.flatSize,
      restartInput,
      doneWeight,
      rewardScale,
    },
    cellFeature,
    actionEncoding,
  });
  const random = new RandomStream(seed, "tiny-world");
  const parameters: Parameters = {
    ...vaeParameters(config.vae, () => random.normal()),
    ...mdnRnnParameters(config.mdnRnn, () => random.normal()),
  };
  parameters["head.bias"].data[3 * latentSize * 3] = doneLogit;
  return new RecurrentWorldModel({
    config,
    observationSpace: new Box({ low: 0, high: 255, shape: [64, 64, 3], dtype: "uint8" }),
    actionSpace,
    parameters,
  });
}

/** Frames of noise to begin dreams from. */
export function tinyContexts(count = 5): SavedWorld["contexts"] {
  const random = new RandomStream(2, "contexts");
  const data = Uint8Array.from({ length: count * 64 * 64 * 3 }, () => random.integer(0, 256));
  const frames: NdArray = { shape: [count, 1, 64, 64, 3], dtype: "uint8", data };
  return { frames, actions: { shape: [count, 0], dtype: "int32", data: new Int32Array(0) } };
}

/** A tiny world that says it was learned from TakeCover. */
export function savedTinyWorld(model = tinyWorld()): SavedWorld {
  const env = { id: "TakeCover-v0", kwargs: { frameSkip: 3 } };
  return { model, env, contexts: tinyContexts(), dream: { temperature: 1, horizon: 50 } };
}
