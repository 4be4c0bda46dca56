import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Parameters } from "../../compute/array.ts";
import { Discrete } from "../../core/spaces/discrete.ts";
import type { Space } from "../../core/spaces/space.ts";
import { mixtureDeviation, sampleMixture } from "../../nn/mixture-density.ts";
import type { Weights } from "../../nn/weights.ts";
import { unitFrames } from "../unit-frames.ts";
import type { Context, DreamStep, ModelState, Noise, NoiseSize, WorldModel } from "../world-model.ts";
import { advance, MdnRnnConfig, predict } from "./mdn-rnn.ts";
import { decode, encode, sampleLatent, VaeConfig } from "./vae.ts";

export const RecurrentConfig = z.strictObject({
  vae: VaeConfig.prefault({}),
  mdnRnn: MdnRnnConfig.prefault({}),
  /** Discrete actions as one number in [−1, 1] (the original's TakeCover) or as one number per action. */
  actionEncoding: z.enum(["one-hot", "scalar"]).default("one-hot"),
  /** Whether agents see the LSTM's cell beside its hidden state (the original's TakeCover). */
  cellFeature: z.boolean().default(false),
});
export type RecurrentConfig = z.output<typeof RecurrentConfig>;

/** The original's sizes (Ha & Schmidhuber 2018): 4,348,547 + 422,368 and 4,446,915 + 1,678,785 parameters. */
export const REFERENCE_CONFIGS = {
  carRacing: RecurrentConfig.parse({
    vae: { latentSize: 32 },
    mdnRnn: { latentSize: 32, actionSize: 3, hiddenSize: 256, doneHead: false, rewardHead: false },
  }),
  takeCover: RecurrentConfig.parse({
    vae: { latentSize: 64 },
    mdnRnn: { latentSize: 64, actionSize: 1, hiddenSize: 512, restartInput: true, rewardHead: false },
    actionEncoding: "scalar",
    cellFeature: true,
  }),
} as const;

/** Actions as M takes them: (N) of a discrete space → (N, n) or (N, 1); continuous ones as they are. */
export function encodeActions(config: RecurrentConfig, space: Space<unknown>, actions: tf.Tensor): tf.Tensor {
  if (!(space instanceof Discrete)) return tf.cast(actions, "float32");
  const index = tf.sub(tf.cast(actions, "int32"), tf.scalar(space.start, "int32"));
  if (config.actionEncoding === "one-hot") return tf.cast(tf.oneHot(index as tf.Tensor1D, space.n), "float32");
  const middle = (space.n - 1) / 2;
  return tf.expandDims(tf.div(tf.sub(tf.cast(index, "float32"), middle), Math.max(middle, 1)), 1);
}

/** V and M together as a world to dream in. State: `latent` z (B, Z), `hidden` and `cell` (B, H), `fresh` (B, 1): 1 before the first step. */
export class RecurrentWorldModel implements WorldModel {
  readonly kind = "recurrent";
  readonly config: RecurrentConfig;
  readonly observationSpace: Space<Uint8Array>;
  readonly actionSpace: Space<unknown>;
  readonly parameters: Parameters;
  readonly featureSize: number;
  readonly noise: NoiseSize;
  readonly contextLength = 1;

  constructor(options: {
    config: RecurrentConfig;
    observationSpace: Space<Uint8Array>;
    actionSpace: Space<unknown>;
    parameters: Parameters;
  }) {
    this.config = options.config;
    this.observationSpace = options.observationSpace;
    this.actionSpace = options.actionSpace;
    this.parameters = options.parameters;
    const { latentSize, hiddenSize } = this.config.mdnRnn;
    this.featureSize = latentSize + hiddenSize * (this.config.cellFeature ? 2 : 1);
    this.noise = { normal: latentSize, uniform: latentSize };
  }

  start(weights: Weights, context: Context, noise?: Noise): ModelState {
    const [batch, length, ...frame] = context.frames.shape as [number, number, ...number[]];
    const frameAt = (t: number) => tf.reshape(tf.slice(context.frames, [0, t], [batch, 1]), [batch, ...frame]);
    const actionAt = (t: number) => tf.squeeze(tf.slice(context.actions, [0, t], [batch, 1]), [1]);
    const posterior = encode(weights, unitFrames(frameAt(0)));
    const { hiddenSize } = this.config.mdnRnn;
    let state: ModelState = {
      latent: noise ? sampleLatent(posterior, noise.normal) : posterior.mean,
      hidden: tf.zeros([batch, hiddenSize]),
      cell: tf.zeros([batch, hiddenSize]),
      fresh: tf.ones([batch, 1]),
    };
    for (let t = 1; t < length; t++) state = this.observe(weights, state, frameAt(t), actionAt(t - 1));
    return state;
  }

  step(
    weights: Weights,
    state: ModelState,
    actions: tf.Tensor,
    { temperature, noise }: { temperature: tf.Scalar; noise: Noise },
  ): DreamStep {
    const { config } = this;
    const lstm = this.#advance(weights, state, actions);
    const { mixture, doneLogit, reward } = predict(config.mdnRnn, weights, lstm.hidden);
    const next = { latent: sampleMixture(mixture, noise, temperature), ...lstm, fresh: tf.zerosLike(state.fresh) };
    const batch = state.latent.shape[0];
    // The loss counts an end `doneWeight` times, which multiplies the learned odds by as much.
    const terminationLogit = doneLogit
      ? tf.sub(tf.reshape(doneLogit, [batch]), Math.log(config.mdnRnn.doneWeight))
      : tf.fill([batch], -1e9);
    return {
      state: next,
      features: this.features(next),
      reward: reward ? this.#inRealUnits(tf.reshape(reward, [batch])) : tf.ones([batch]),
      terminationLogit,
      uncertainty: tf.mean(mixtureDeviation(mixture), 1),
    };
  }

  observe(weights: Weights, state: ModelState, frames: tf.Tensor, actions: tf.Tensor): ModelState {
    const lstm = this.#advance(weights, state, actions);
    return { latent: encode(weights, unitFrames(frames)).mean, ...lstm, fresh: tf.zerosLike(state.fresh) };
  }

  features(state: ModelState): tf.Tensor {
    const { latent, hidden, cell } = state;
    return tf.concat(this.config.cellFeature ? [latent, cell, hidden] : [latent, hidden], 1);
  }

  decode(weights: Weights, state: ModelState): tf.Tensor {
    return decode(weights, state.latent);
  }

  #inRealUnits(reward: tf.Tensor): tf.Tensor {
    const { rewardScale } = this.config.mdnRnn;
    return rewardScale === 1 ? reward : tf.mul(reward, rewardScale);
  }

  #advance(weights: Weights, state: ModelState, actions: tf.Tensor) {
    const action = encodeActions(this.config, this.actionSpace, actions);
    const { hidden, cell } = state;
    return advance(
      this.config.mdnRnn,
      weights,
      { latent: state.latent, action, restart: state.fresh },
      { hidden, cell },
    );
  }
}
