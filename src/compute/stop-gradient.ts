import * as tf from "@tensorflow/tfjs";

/** x as it stands, through which no slope goes back: tfjs has no such op. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  const stop = tf.customGrad((t) => ({
    value: tf.clone(t as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }));
  return stop(x) as T;
}

/**
 * `value` going forward and the slope of `x` going back (Bengio et al. 2013): for codes and rounding, whose own slope is
 * zero. Both have one shape; what `value` was made of gets no slope.
 */
export function straightThrough<T extends tf.Tensor>(value: T, x: tf.Tensor): T {
  const pass = tf.customGrad((t, v) => ({
    value: tf.clone(v as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => [dy, tf.zerosLike(t as tf.Tensor)],
  }));
  return pass(x, value) as T;
}
