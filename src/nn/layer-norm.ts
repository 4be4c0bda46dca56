import * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../compute/array.ts";
import { type GradientRule, withGradient } from "./custom-gradient.ts";
import { filled } from "./initializers.ts";
import type { Weights } from "./weights.ts";

/** Keeps the root away from zero, as in PyTorch. */
const NORM_EPSILON = 1e-5;

/** Layer normalization over the last axis, (x − mean) / √(variance + ε) · scale + offset (Ba et al. 2016, eq. 4). */
export function layerNorm(weights: Weights, name: string, x: tf.Tensor): tf.Tensor {
  const width = x.shape.at(-1)!;
  const rows = tf.reshape(x, [-1, width]);
  return tf.reshape(withGradient([rows, weights[`${name}.scale`], weights[`${name}.offset`]], AFFINE), x.shape);
}

/** Layer normalization without weights, x of any shape: each vector along the last axis gets mean 0 and variance 1. */
export function normalize(x: tf.Tensor): tf.Tensor {
  const rows = withGradient([tf.reshape(x, [-1, x.shape.at(-1)!])], {
    forward: (input) => {
      const { normal, inverse } = standardized(input);
      return { value: normal, saved: [normal, inverse] };
    },
    backward: (dy, [normal, inverse]) => {
      const along = tf.mean(tf.mul(dy, normal), 1, true);
      return [tf.mul(tf.sub(tf.sub(dy, tf.mean(dy, 1, true)), tf.mul(normal, along)), inverse)];
    },
  });
  return tf.reshape(rows, x.shape);
}

/**
 * The gradient by hand: with n the standardized rows, r = 1/deviation and h = dy ∘ n,
 * dx = r · (dy ∘ scale − mean(dy ∘ scale) − n · mean(h ∘ scale)).
 */
const AFFINE: GradientRule = {
  forward: (x, scale, offset) => {
    const { normal, inverse } = standardized(x);
    return { value: tf.add(tf.mul(normal, scale), offset), saved: [normal, inverse, scale] };
  },
  backward: (dy, [normal, inverse, scale]) => {
    const along = tf.mul(dy, normal);
    const slope = tf.mul(dy, scale);
    const centered = tf.sub(slope, tf.mean(slope, 1, true));
    const dx = tf.mul(tf.sub(centered, tf.mul(normal, tf.mean(tf.mul(along, scale), 1, true))), inverse);
    return [dx, tf.sum(along, 0), tf.sum(dy, 0)];
  },
};

/** Rows (N, d) of mean 0 and variance 1, and what they were multiplied with, (N, 1). */
function standardized(x: tf.Tensor): { normal: tf.Tensor; inverse: tf.Tensor } {
  const centered = tf.sub(x, tf.mean(x, 1, true));
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centered), 1, true), NORM_EPSILON));
  return { normal: tf.mul(centered, inverse), inverse };
}

export function layerNormParameters(name: string, width: number): Parameters {
  return { [`${name}.scale`]: filled([width], 1), [`${name}.offset`]: filled([width], 0) };
}
