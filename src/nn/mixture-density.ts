import * as tf from "@tensorflow/tfjs";
import { logSumExp } from "./log-sum-exp.ts";

/**
 * A mixture of K normals for each of D numbers (Bishop 1994). The components come before the numbers, so that whatever is
 * the same for all of them spreads over long rows: with the components last such ops take four times as long.
 */
export interface Mixture {
  /** Log-probabilities up to one number for each mixture, (N, K, D). */
  readonly logits: tf.Tensor;
  /** Means and log-deviations, (N, 2, K, D); the latter unbounded, see LOG_STD_LIMIT. */
  readonly normals: tf.Tensor;
}

const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

/** A spread outside e^±7 is never right for latents of scale 1, and its gradient is what breaks training. */
const LOG_STD_LIMIT = 7;

/** How many of a head's outputs describe the weights, and how many the normals. */
export function mixtureSizes(shape: { dimensions: number; components: number }): { logits: number; normals: number } {
  const logits = shape.dimensions * shape.components;
  return { logits, normals: 2 * logits };
}

/** Reads a head's raw outputs, weights (N, K·D) and normals (N, 2·K·D), as mixtures. */
export function mixtureOf(
  raw: { logits: tf.Tensor; normals: tf.Tensor },
  shape: { dimensions: number; components: number },
): Mixture {
  const { dimensions: D, components: K } = shape;
  const N = raw.logits.shape[0];
  return { logits: tf.reshape(raw.logits, [N, K, D]), normals: tf.reshape(raw.normals, [N, 2, K, D]) };
}

/** −log p(x) of x (N, D), for each dimension apart: (N, D), in nats. */
export function mixtureNll(x: tf.Tensor, { logits, normals }: Mixture): tf.Tensor {
  const [N, K, D] = logits.shape as [number, number, number];
  const [mean, rawLogStd] = tf.split(normals, 2, 1); // (N, 1, K, D)
  const logStd = boundedLogStd(rawLogStd);
  const standardized = tf.mul(tf.sub(tf.reshape(x, [N, 1, 1, D]), mean), tf.exp(tf.neg(logStd)));
  const weight = tf.reshape(logits, [N, 1, K, D]);
  const joint = tf.sub(tf.add(weight, tf.mul(tf.square(standardized), -0.5)), logStd);
  return tf.reshape(tf.add(tf.sub(logSumExp(weight, 2), logSumExp(joint, 2)), HALF_LOG_TAU), [N, D]);
}

/**
 * A draw from the mixture: the component by inverse CDF from `uniform` (N, D), the value from `normal` (N, D).
 * Temperature τ divides the log-weights and scales the spread by √τ (Ha & Schmidhuber 2018, appendix).
 */
export function sampleMixture(
  { logits, normals }: Mixture,
  noise: { uniform: tf.Tensor; normal: tf.Tensor },
  temperature: tf.Scalar,
): tf.Tensor {
  const [N, K, D] = logits.shape as [number, number, number];
  const chosen = tf.reshape(chooseComponents(logits, noise.uniform, temperature), [N, 1, K, D]);
  const [mean, logStd] = tf.split(tf.reshape(tf.sum(tf.mul(normals, chosen), 2), [N, 2 * D]), 2, 1); // (N, D)
  const spread = tf.exp(boundedLogStd(logStd));
  return tf.add(mean, tf.mul(spread, tf.mul(noise.normal, tf.sqrt(temperature))));
}

/** The components that `uniform` (N, D) picks by inverse CDF, one-hot: (N, K, D). */
function chooseComponents(logits: tf.Tensor, uniform: tf.Tensor, temperature: tf.Scalar): tf.Tensor {
  const [N, K, D] = logits.shape as [number, number, number];
  if (K === 1) return tf.ones([N, 1, D]);
  const weight = tf.exp(tf.div(tf.sub(logits, tf.max(logits, 1, true)), temperature));
  const [lower, total] = tf.split(tf.cumsum(weight, 1), [K - 1, 1], 1);
  const target = tf.mul(tf.reshape(uniform, [N, 1, D]), total);
  // The chosen component is the number of cumulated weights that lie at or below u, the last one left out.
  const below = tf.cast(tf.lessEqual(lower, target), "float32"); // (N, K − 1, D)
  return tf.sub(tf.concat([tf.ones([N, 1, D]), below], 1), tf.concat([below, tf.zeros([N, 1, D])], 1));
}

/** The mixture's standard deviation in each dimension: within and between components, (N, D). */
export function mixtureDeviation({ logits, normals }: Mixture): tf.Tensor {
  const [N, K, D] = logits.shape as [number, number, number];
  const weight = tf.reshape(tf.exp(tf.sub(logits, logSumExp(logits, 1))), [N, 1, K, D]);
  const [each, rawLogStd] = tf.split(normals, 2, 1); // (N, 1, K, D)
  const mean = tf.sum(tf.mul(weight, each), 2, true);
  const spread = tf.add(tf.exp(tf.mul(boundedLogStd(rawLogStd), 2)), tf.square(tf.sub(each, mean)));
  return tf.reshape(tf.sqrt(tf.sum(tf.mul(weight, spread), 2)), [N, D]);
}

const boundedLogStd = (logStd: tf.Tensor): tf.Tensor => tf.clipByValue(logStd, -LOG_STD_LIMIT, LOG_STD_LIMIT);
