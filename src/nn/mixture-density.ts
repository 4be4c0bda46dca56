import * as tf from "@tensorflow/tfjs";

/** A mixture of K normals for each of D numbers (Bishop 1994); every tensor (N, D, K). */
export interface Mixture {
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
  const probability = tf.softmax(tf.div(mixture.logWeight, temperature), -1); // (N, D, K)
  const components = probability.shape[2] as number;
  // The chosen component is the number of cumulated probabilities that lie at or below u, the last one left out.
  // (The axis by its number: the cpu backend's cumsum takes no −1.)
  const cumulated = tf.slice(tf.cumsum(probability, 2), [0, 0, 0], [-1, -1, components - 1]);
  const below = tf.cast(tf.lessEqual(cumulated, tf.expandDims(noise.uniform, -1)), "float32");
  const chosen = tf.oneHot(tf.cast(tf.sum(below, -1), "int32"), components, 1, 0, "float32");
  const mean = tf.sum(tf.mul(chosen, mixture.mean), -1);
  const logStd = tf.sum(tf.mul(chosen, mixture.logStd), -1);
  return tf.add(mean, tf.mul(tf.mul(tf.exp(logStd), noise.normal), tf.sqrt(temperature)));
}

/** The mixture's standard deviation in each dimension: within and between components, (N, D). */
export function mixtureDeviation(mixture: Mixture): tf.Tensor {
  const weight = tf.exp(mixture.logWeight);
  const mean = tf.sum(tf.mul(weight, mixture.mean), -1, true);
  const spread = tf.add(tf.exp(tf.mul(mixture.logStd, 2)), tf.square(tf.sub(mixture.mean, mean)));
  return tf.sqrt(tf.sum(tf.mul(weight, spread), -1));
}
