import type { NdArray, Parameters } from "../../../src/compute/array.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import type { Space } from "../../../src/core/spaces/space.ts";
import { gatherRows } from "../../../src/imagination/rows.ts";
import { dynamicsParameters } from "../../../src/world-models/genie/dynamics.ts";
import { dynamicsShapeOf, GenieConfig, GenieWorldModel } from "../../../src/world-models/genie/genie-world-model.ts";
import {
  latentActionCodeParameters,
  latentActionParameters,
} from "../../../src/world-models/genie/latent-action-model.ts";
import { videoTokenizerParameters } from "../../../src/world-models/genie/video-tokenizer.ts";
import type { SavedWorld } from "../../../src/world-models/world-checkpoint.ts";

export interface TinyGenieOptions {
  readonly seed?: number;
  readonly actions?: GenieConfig["actions"];
  readonly actionSpace?: Space<unknown>;
  /** Pixels along a side; a token stands for half of them. Default 16. */
  readonly size?: number;
  /** Log-odds of an end as the head gives them on the average, before the loss's weight is taken out; default 0. */
  readonly doneLogit?: number;
  readonly context?: number;
  readonly prompt?: number;
  readonly rewardScale?: number;
  readonly trunkBlocks?: number;
}

const framesOfSize = (size: number): Space<Uint8Array> =>
  new Box({ low: 0, high: 255, shape: [size, size, 3], dtype: "uint8" }) as unknown as Space<Uint8Array>;

/** Tokens of a frame of 16 × 16 pixels. */
export const PLACES = 4;

/** An untrained Genie of four or sixteen tokens a frame: it dreams nonsense, but by all the rules. */
export function tinyGenie(options: TinyGenieOptions = {}): GenieWorldModel {
  const { seed = 1, actions, actionSpace = new Discrete(3), size = 16, doneLogit = 0 } = options;
  const { context = 4, prompt = 3, rewardScale = 1, trunkBlocks = 2 } = options;
  const config = GenieConfig.parse({
    tokenizer: { patch: size === 16 ? 8 : 16, levels: [4, 3], width: 8, blocks: 1 },
    latentActions: { count: 5, size: 3, clusters: 7, history: 2, encoder: [4, 4, 4, 4], channels: [4, 4, 4] },
    dynamics: { width: 16, heads: 2, trunkBlocks, headBlocks: 1, context, actionWidth: 8, rewardScale },
    actions,
    prompt,
  });
  const frame = { height: size, width: size, channels: 3 };
  const random = new RandomStream(seed, "tiny-genie");
  const draw = () => random.normal();
  const parameters: Parameters = {
    ...videoTokenizerParameters(config.tokenizer, frame, draw),
    ...latentActionParameters(config.latentActions, frame, draw),
    ...latentActionCodeParameters(config.latentActions, {
      centres: Float32Array.from({ length: 7 * 3 }, () => 0.3 * draw()), // about as far apart as what the encoder tells
      codes: Int32Array.of(0, 1, 2, 3, 4, 0, 1),
    }),
    ...dynamicsParameters(config.dynamics, dynamicsShapeOf(config, { frame, actionSpace }), draw),
  };
  parameters["dynamics.rewardAndDone.bias"].data[1] = doneLogit;
  return new GenieWorldModel({ config, observationSpace: framesOfSize(size), actionSpace, parameters });
}

/** Moments to begin dreams from, every frame noise about a brightness of its own, with actions of the space. */
export function tinyGenieContexts(
  { prompt = 3, size = 16, actionSpace = new Discrete(3) }: TinyGenieOptions = {},
  count = 5,
): SavedWorld["contexts"] {
  const random = new RandomStream(2, "contexts");
  const brightness = Array.from({ length: count * prompt }, () => random.integer(0, 200));
  const data = Uint8Array.from(
    { length: count * prompt * size * size * 3 },
    (_, i) => brightness[Math.floor(i / (size * size * 3))] + random.integer(0, 56),
  );
  const taken = Array.from({ length: count * (prompt - 1) }, () => actionSpace.sample(random));
  const actions: NdArray =
    actionSpace instanceof Discrete
      ? { shape: [count, prompt - 1], dtype: "int32", data: Int32Array.from(taken as number[]) }
      : {
          shape: [count, prompt - 1, actionSpace.flatSize],
          dtype: "float32",
          data: Float32Array.from(taken.flatMap((action) => Array.from(actionSpace.flatten(action)))),
        };
  return { frames: { shape: [count, prompt, size, size, 3], dtype: "uint8", data }, actions };
}

/** Frame t of all contexts, or the actions that followed it: (N, n, ...) → (N, ...). */
export function momentAt(array: NdArray, t: number): NdArray {
  const [count, length, ...rest] = array.shape;
  const rows = Array.from({ length: count }, (_, b) => b * length + t);
  return gatherRows({ ...array, shape: [count * length, ...rest] }, rows);
}

/** A tiny Genie that says it was learned from Platformer. */
export function savedTinyGenie(options: TinyGenieOptions = {}): SavedWorld {
  return {
    model: tinyGenie(options),
    env: { id: "Platformer-v0", kwargs: {} },
    contexts: tinyGenieContexts(options),
    dream: { temperature: 1, horizon: 50 },
  };
}
