import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";

/*
 * The products of attention, softmax(q·kᵀ + mask)·v (Vaswani et al. 2017, eq. 1), with q scaled beforehand. Written with their
 * gradients: dS = P ∘ (dP − D), where D, the sum of dP ∘ P along each row, equals the sum of dO ∘ O (Dao et al. 2022, eq. 4),
 * so that D is found among the small arrays. D joins the product that makes dP as one more feature. Of the arrays as large
 * as the scores one is written going forward and two going back.
 */

/**
 * Attention in the features-first layout: queries (N, h, c, Q), keys and values (N, h, c, K) → (N, h, c, Q). For long rows:
 * none of its products, forward or back, needs anything turned over in memory.
 */
export function attendFeaturesFirst(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor): tf.Tensor {
  return withGradient([query, key, value], {
    forward: (q, k, v) => {
      const shares = tf.softmax(tf.matMul(q, k, true, false)); // (N, h, Q, K)
      const output = tf.matMul(v, shares, false, true);
      return { value: output, saved: [q, k, v, shares, output] };
    },
    backward: (dy, [q, k, v, shares, output]) => {
      const spent = tf.neg(tf.sum(tf.mul(dy, output), 2, true)); // −D, (N, h, 1, Q)
      const one = tf.ones([...v.shape.slice(0, 2), 1, v.shape[3] as number]);
      const slope = tf.matMul(tf.concat([dy, spent], 2), tf.concat([v, one], 2), true, false); // dP − D
      const scores = tf.mul(shares, slope); // dS
      return [tf.matMul(k, scores, false, true), tf.matMul(q, scores), tf.matMul(dy, shares)];
    },
  });
}

/**
 * Attention in the usual layout: queries (..., Q, c), keys and values (..., K, c) → (..., Q, c). `mask` broadcasts against
 * (..., Q, K) and is added to the scores: 0 where a key may be seen, `HIDDEN` where not.
 */
export function attend(query: tf.Tensor, key: tf.Tensor, value: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  return withGradient([query, key, value], {
    forward: (q, k, v) => {
      const shares = tf.softmax(tf.add(tf.matMul(q, k, false, true), mask)); // (..., Q, K)
      const output = tf.matMul(shares, v);
      return { value: output, saved: [q, k, v, shares, output] };
    },
    backward: (dy, [q, k, v, shares, output]) => {
      const spent = tf.sum(tf.mul(dy, output), -1, true); // D, (..., Q, 1)
      const scores = tf.mul(shares, tf.sub(tf.matMul(dy, v, false, true), spent)); // dS
      return [tf.matMul(scores, k), tf.matMul(scores, q, true, false), tf.matMul(shares, dy, true, false)];
    },
  });
}

/** Added to a score whose key must not be seen: far below any score, and finite, since ∞ − ∞ is no number. */
export const HIDDEN = -1e9;

/** (L, L): position i sees positions 0 to i. */
export function causalMask(length: number): tf.Tensor2D {
  const values = Float32Array.from({ length: length ** 2 }, (_, i) =>
    i % length > Math.floor(i / length) ? HIDDEN : 0,
  );
  return tf.tensor2d(values, [length, length]);
}

/** x (N, L, inputs) · kernel (inputs, outputs), features first: (N, outputs, L). */
export function projectFeaturesFirst(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  return withGradient([x, kernel], {
    forward: (rows, w) => ({ value: tf.matMul(tf.expandDims(w, 0), rows, true, true), saved: [rows, w] }),
    backward: (dy, [rows, w]) => [
      tf.matMul(dy, tf.expandDims(w, 0), true, true),
      tf.transpose(tf.sum(tf.matMul(dy, rows), 0)),
    ],
  });
}

/** The way back: x (N, inputs, L), features first, · kernel (inputs, outputs) → (N, L, outputs). */
export function projectFromFeaturesFirst(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  return withGradient([x, kernel], {
    forward: (features, w) => ({
      value: tf.matMul(tf.transpose(features, [0, 2, 1]), tf.expandDims(w, 0)),
      saved: [features, w],
    }),
    backward: (dy, [features, w]) => [
      tf.matMul(tf.expandDims(w, 0), dy, false, true),
      tf.sum(tf.matMul(features, dy), 0),
    ],
  });
}
