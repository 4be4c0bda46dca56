import * as tf from "@tensorflow/tfjs";

/** The slowest pair of features turns once in 2π · 10,000 positions (Su et al. 2021, section 3.2.2). */
const BASE = 10_000;

/**
 * Rotary position embedding: turns the feature pairs (i, i + c/2) of x (..., L, c) by position · BASE^(−2i/c), so that a
 * product of two rows depends on the distance of their positions only (Su et al. 2021, eq. 34). `positions` (L), or
 * (..., L, 1) with axes that broadcast against x. c is even.
 */
export function rotary(x: tf.Tensor, positions: tf.Tensor): tf.Tensor {
  const half = x.shape.at(-1)! / 2;
  const frequencies = tf.tensor1d(Float32Array.from({ length: half }, (_, i) => BASE ** (-i / half)));
  const column = positions.rank === 1 ? tf.expandDims(positions, 1) : positions;
  const angles = tf.mul(column, frequencies); // (L, c/2)
  const [cosine, sine] = [tf.cos(angles), tf.sin(angles)];
  const [left, right] = tf.split(x, 2, -1);
  const turned = [tf.sub(tf.mul(left, cosine), tf.mul(right, sine)), tf.add(tf.mul(left, sine), tf.mul(right, cosine))];
  return tf.concat(turned, -1);
}
