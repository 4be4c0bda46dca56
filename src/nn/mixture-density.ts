import * as tf from "@tensorflow/tfjs";

/** A mixture of K normals for each of D numbers (Bishop 1994); every tensor (N, D, K). */
export interface Mixture {
  /** Log-probabilities up to one number for each mixture: enough to draw from it, and cheaper. */
  readonly logits: tf.Tensor;
  /** Log-probabilities: exp sums to 1 over K. */
  readonly logWeight: tf.Tensor;
  readonly mean: tf.Tensor;
  readonly logStd: tf.Tensor;
}

const HALF_LOG_TAU = 0.5 * Math.log(2 * Math.PI);

/** A spread outside e^±7 is never right for latents of scale 1, and its gradient is what breaks training. */
const LOG_STD_LIMIT = 7;

/** Reads a head's raw outputs (N, 3·D·K) as mixtures: weights, means, spreads, each D × K. */
export function mixtureOf(raw: tf.Tensor, shape: { dimensions: number; components: number }): Mixture {
  const [logits, mean, logStd] = tf
    .split(raw, 3, 1)
    .map((part) => tf.reshape(part, [raw.shape[0], shape.dimensions, shape.components]));
  return {
    logits,
    logWeight: tf.logSoftmax(logits, -1),
    mean,
    logStd: tf.clipByValue(logStd, -LOG_STD_LIMIT, LOG_STD_LIMIT),
  };
}

/** −log p(x) of x (N, D), for each dimension apart: (N, D), in nats. */
export function mixtureNll(x: tf.Tensor, mixture: Mixture): tf.Tensor {
  const { logWeight, mean, logStd } = mixture;
  const standardized = tf.mul(tf.sub(tf.expandDims(x, -1), mean), tf.exp(tf.neg(logStd))); // (N, D, K)
  const logDensity = tf.sub(tf.mul(tf.square(standardized), -0.5), logStd);
  return tf.sub(HALF_LOG_TAU, tf.logSumExp(tf.add(logWeight, logDensity), -1));
}

/**
 * A draw from the mixture: the component by inverse CDF from `uniform` (N, D), the value from `normal` (N, D).
 * Temperature τ divides the log-weights and scales the spread by √τ (Ha & Schmidhuber 2018, appendix).
 */
export function sampleMixture(
  mixture: Mixture,
  noise: { uniform: tf.Tensor; normal: tf.Tensor },
  temperature: tf.Scalar,
): tf.Tensor {
  const chosen = chooseComponents(mixture.logits, noise.uniform, temperature);
  const mean = tf.sum(tf.mul(chosen, mixture.mean), -1);
  const logStd = tf.sum(tf.mul(chosen, mixture.logStd), -1);
  return tf.add(mean, tf.mul(tf.mul(tf.exp(logStd), noise.normal), tf.sqrt(temperature)));
}

/** The components that `uniform` (N, D) picks by inverse CDF, one-hot: (N, D, K). */
function chooseComponents(logits: tf.Tensor, uniform: tf.Tensor, temperature: tf.Scalar): tf.Tensor {
  const [N, D, K] = logits.shape as [number, number, number];
  if (K === 1) return tf.ones([N, D, 1]);
  const rows = N * D;
  // Components first, (K, N·D): a few long rows are many times faster to scan and compare than many short ones.
  const scores = tf.transpose(tf.reshape(logits, [rows, K]));
  const weight = tf.exp(tf.div(tf.sub(scores, tf.max(scores, 0, true)), temperature));
  const cumulated = tf.cumsum(weight, 0);
  const target = tf.mul(tf.reshape(uniform, [1, rows]), tf.slice(cumulated, [K - 1, 0], [1, rows]));
  // The chosen component is the number of cumulated weights that lie at or below u, the last one left out.
  const below = tf.cast(tf.lessEqual(tf.slice(cumulated, [0, 0], [K - 1, rows]), target), "float32");
  const oneHot = tf.sub(tf.concat([tf.ones([1, rows]), below]), tf.concat([below, tf.zeros([1, rows])])); // (K, N·D)
  return tf.reshape(tf.transpose(oneHot), [N, D, K]);
}

/** The mixture's standard deviation in each dimension: within and between components, (N, D). */
export function mixtureDeviation(mixture: Mixture): tf.Tensor {
  const weight = tf.softmax(mixture.logits, -1);
  const mean = tf.sum(tf.mul(weight, mixture.mean), -1, true);
  const spread = tf.add(tf.exp(tf.mul(mixture.logStd, 2)), tf.square(tf.sub(mixture.mean, mean)));
  return tf.sqrt(tf.sum(tf.mul(weight, spread), -1));
}
