import * as tf from "@tensorflow/tfjs";

/** log Σ exp(x) along one axis, kept with length 1. The largest value only keeps exp in range: no gradient runs through it. */
export function logSumExp(x: tf.Tensor, axis: number): tf.Tensor {
  const largest = withoutGradient(tf.max(x, axis, true));
  return tf.add(tf.log(tf.sum(tf.exp(tf.sub(x, largest)), axis, true)), largest);
}

/** x as a constant: gradients stop here. */
export function withoutGradient(x: tf.Tensor): tf.Tensor {
  return tf.customGrad((value) => ({
    value: tf.clone(value as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }))(x);
}
