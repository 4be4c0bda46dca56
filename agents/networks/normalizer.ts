import * as tf from "@tensorflow/tfjs";
import { type NdArray, zeros } from "../../src/compute/array.ts";

/** Normalised observations are cut off here, in deviations. */
const FARTHEST = 10;

/** What observations are shifted by and multiplied with, (F) each. */
export type Normalizer = { readonly mean: NdArray; readonly scale: NdArray };

/** A normalizer that changes nothing within ±10. */
export function identityNormalizer(features: number): Normalizer {
  return { mean: zeros([features]), scale: { ...zeros([features]), data: new Float32Array(features).fill(1) } };
}

/** Inside a graph: observations (N, F). */
export function normalize(
  observations: tf.Tensor,
  { mean, scale }: { readonly mean: tf.Tensor; readonly scale: tf.Tensor },
): tf.Tensor {
  return tf.clipByValue(tf.mul(tf.sub(observations, mean), scale), -FARTHEST, FARTHEST);
}

/** Outside of a graph: one observation (F). */
export function normalized(observation: Float32Array, { mean, scale }: Normalizer): Float32Array {
  return observation.map((value, i) => Math.min(FARTHEST, Math.max(-FARTHEST, (value - mean.data[i]) * scale.data[i])));
}
