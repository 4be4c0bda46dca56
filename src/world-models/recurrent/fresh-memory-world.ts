import * as tf from "@tensorflow/tfjs";
import type { NdArray, Parameters } from "../../compute/array.ts";
import type { Space } from "../../core/spaces/space.ts";
import { lstmParameters } from "../../nn/lstm.ts";
import type { NormalDraw, Weights } from "../../nn/weights.ts";
import type { Context, DreamStep, ModelState, Noise, NoiseSize, WorldModel } from "../world-model.ts";
import { advance } from "./mdn-rnn.ts";
import { encodeActions, type RecurrentWorldModel } from "./recurrent-world-model.ts";

const FRESH = "fresh.";

/**
 * The same world and dreams, seen by an agent whose memory never learned: its features are [z, h] with the h of an LSTM of
 * fresh weights that follows the same latents and actions. What a trained M is worth to the agent shows against it.
 */
export class FreshMemoryWorld implements WorldModel {
  readonly kind = "recurrent with fresh memory";
  readonly config: unknown;
  readonly observationSpace: Space<Uint8Array>;
  readonly actionSpace: Space<unknown>;
  readonly parameters: Parameters;
  readonly featureSize: number;
  readonly noise: NoiseSize;
  readonly contextLength = 1;
  readonly #world: RecurrentWorldModel;

  constructor(world: RecurrentWorldModel, draw: NormalDraw) {
    const { latentSize, actionSize, hiddenSize, restartInput } = world.config.mdnRnn;
    const inputs = latentSize + actionSize + Number(restartInput);
    const fresh = lstmParameters("lstm", { inputs, hidden: hiddenSize }, draw);
    this.#world = world;
    this.config = world.config;
    this.observationSpace = world.observationSpace;
    this.actionSpace = world.actionSpace;
    this.parameters = { ...world.parameters, ...prefixed(fresh) };
    this.featureSize = latentSize + hiddenSize;
    this.noise = world.noise;
  }

  start(weights: Weights, context: Context, noise?: Noise): ModelState {
    const { hidden, cell, ...rest } = this.#world.start(weights, context, noise);
    return { ...rest, hidden, cell, freshHidden: tf.zerosLike(hidden), freshCell: tf.zerosLike(cell) };
  }

  step(
    weights: Weights,
    state: ModelState,
    actions: tf.Tensor,
    options: { temperature: tf.Scalar; noise: Noise },
  ): DreamStep {
    const memory = this.#follow(weights, state, actions);
    const next = this.#world.step(weights, state, actions, options);
    const after = { ...next.state, ...memory };
    return { ...next, state: after, features: this.features(after) };
  }

  observe(weights: Weights, state: ModelState, frames: tf.Tensor, actions: tf.Tensor): ModelState {
    return { ...this.#world.observe(weights, state, frames, actions), ...this.#follow(weights, state, actions) };
  }

  features({ latent, freshHidden }: ModelState): tf.Tensor {
    return tf.concat([latent, freshHidden], 1);
  }

  decode(weights: Weights, state: ModelState): tf.Tensor {
    return this.#world.decode(weights, state);
  }

  #follow(weights: Weights, state: ModelState, actions: tf.Tensor) {
    const { config, actionSpace } = this.#world;
    const own = Object.fromEntries(
      Object.entries(weights).flatMap(([name, w]) => (name.startsWith(FRESH) ? [[name.slice(FRESH.length), w]] : [])),
    );
    const { hidden, cell } = advance(
      config.mdnRnn,
      own,
      { latent: state.latent, action: encodeActions(config, actionSpace, actions), restart: state.fresh },
      { hidden: state.freshHidden, cell: state.freshCell },
    );
    return { freshHidden: hidden, freshCell: cell };
  }
}

function prefixed(parameters: Parameters): Record<string, NdArray> {
  return Object.fromEntries(Object.entries(parameters).map(([name, array]) => [`${FRESH}${name}`, array]));
}
