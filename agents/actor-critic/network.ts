import * as tf from "@tensorflow/tfjs";
import { type NdArray, type Parameters, zeros } from "../../src/compute/array.ts";
import { type NormalDraw, type PerceptronSizes, perceptron, perceptronParameters } from "../perceptron.ts";

/** Normalised observations are cut off here, in deviations. */
const FARTHEST = 10;
/** A quiet head: the first policy is all but uniform, which Andrychowicz et al. (2021) found to matter most. */
const ACTOR_GAIN = 0.01;

export interface NetworkSizes {
  /** Numbers in an observation, F. */
  readonly features: number;
  /** Discrete actions, A. */
  readonly actions: number;
  readonly hidden: readonly number[];
}

/** What observations are shifted by and multiplied with, (F) each. */
export type Normalizer = { readonly mean: NdArray; readonly scale: NdArray };

/** Weights of an actor and a critic that share nothing: `actor.0.kernel`, …, `critic.0.kernel`, …. */
export function networkParameters({ features, actions, hidden }: NetworkSizes, draw: NormalDraw): Parameters {
  const sizes = (outputs: number): PerceptronSizes => [features, ...hidden, outputs];
  return {
    ...perceptronParameters("actor", sizes(actions), { draw, outputGain: ACTOR_GAIN }),
    ...perceptronParameters("critic", sizes(1), { draw }),
  };
}

/** A normalizer that changes nothing within ±10. */
export function identityNormalizer(features: number): Normalizer {
  return { mean: zeros([features]), scale: { ...zeros([features]), data: new Float32Array(features).fill(1) } };
}

/** Inside a graph: observations (N, F) → logits of the actions (N, A) and values (N). */
export function network(
  weights: Readonly<Record<string, tf.Tensor>>,
  normalizer: { readonly mean: tf.Tensor; readonly scale: tf.Tensor },
  observations: tf.Tensor,
): { logits: tf.Tensor2D; values: tf.Tensor1D } {
  const x = tf.clipByValue(tf.mul(tf.sub(observations, normalizer.mean), normalizer.scale), -FARTHEST, FARTHEST);
  const layers = Object.keys(weights).filter((name) => /^actor\.\d+\.kernel$/.test(name)).length;
  return {
    logits: perceptron(weights, "actor", layers, x),
    values: tf.reshape(perceptron(weights, "critic", layers, x), [-1]) as tf.Tensor1D,
  };
}

/** Outside of a graph: one observation (F) as the network sees it. */
export function normalized(observation: Float32Array, { mean, scale }: Normalizer): Float32Array {
  return observation.map((value, i) => Math.min(FARTHEST, Math.max(-FARTHEST, (value - mean.data[i]) * scale.data[i])));
}
