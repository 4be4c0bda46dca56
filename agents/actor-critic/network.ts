import * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../../src/compute/array.ts";
import { normalize } from "../networks/normalizer.ts";
import { type NormalDraw, type PerceptronSizes, perceptron, perceptronParameters } from "../networks/perceptron.ts";

/** A quiet head: the first policy is all but uniform, which Andrychowicz et al. (2021) found to help much. */
const ACTOR_GAIN = 0.01;

export interface NetworkSizes {
  /** Numbers in an observation, F. */
  readonly features: number;
  /** Discrete actions, A. */
  readonly actions: number;
  readonly hidden: readonly number[];
}

/** Weights of an actor and a critic that share nothing: `actor.0.kernel`, …, `critic.0.kernel`, …. */
export function networkParameters({ features, actions, hidden }: NetworkSizes, draw: NormalDraw): Parameters {
  const sizes = (outputs: number): PerceptronSizes => [features, ...hidden, outputs];
  return {
    ...perceptronParameters("actor", sizes(actions), { draw, outputGain: ACTOR_GAIN }),
    ...perceptronParameters("critic", sizes(1), { draw }),
  };
}

/** Inside a graph: observations (N, F) → logits of the actions (N, A) and values (N). */
export function network(
  weights: Readonly<Record<string, tf.Tensor>>,
  normalizer: { readonly mean: tf.Tensor; readonly scale: tf.Tensor },
  observations: tf.Tensor,
): { logits: tf.Tensor2D; values: tf.Tensor1D } {
  const x = normalize(observations, normalizer);
  const layers = Object.keys(weights).length / 4; // of each of the two, a kernel and a bias
  return {
    logits: perceptron(weights, "actor", layers, x),
    values: tf.reshape(perceptron(weights, "critic", layers, x), [-1]) as tf.Tensor1D,
  };
}
