import * as tf from "@tensorflow/tfjs";

/*
 * The nearest semi-orthogonal matrix, U·Vᵀ of X = U·Σ·Vᵀ, by Newton and Schulz's iteration without a decomposition: an odd
 * polynomial, applied again and again, drives every singular value towards 1. Jordan et al. (2024) give the coefficients
 * a, b, c of σ ← aσ + bσ³ + cσ⁵, steep at 0: five times over they bring what is above a hundredth or so to between
 * 0.7 and 1.2, which is all that an optimizer asks for.
 *
 * X ← (aI + bG + cG²)·X with G = X·Xᵀ needs X itself only at both ends: the factors and G are polynomials of the first G, which
 * is as small as X's shorter side. Products with the longer side are two instead of ten.
 */

const ITERATIONS = 5;
const [A, B, C] = [3.4445, -4.775, 2.0315];
/** A matrix of zeros stays one. */
const EPSILON = 1e-7;

/** A matrix (m, n) → (m, n): the same directions, all of about the same length. Its scale makes no difference. */
export function orthogonalize(matrix: tf.Tensor2D): tf.Tensor2D {
  const [rows, columns] = matrix.shape;
  const tall = rows > columns;
  const length = tf.sqrt(tf.sum(tf.square(matrix))); // at least the largest singular value
  const x = tf.div(matrix, tf.add(length, EPSILON)) as tf.Tensor2D;
  const one = tf.eye(Math.min(rows, columns));
  let gram = tf.matMul(x, x, tall, !tall);
  let product: tf.Tensor2D | undefined;
  for (let i = 1; i <= ITERATIONS; i++) {
    const squared = tf.matMul(gram, gram);
    const factor: tf.Tensor2D = tf.add(tf.mul(one, A), tf.add(tf.mul(gram, B), tf.mul(squared, C)));
    product = product ? tf.matMul(factor, product) : factor;
    if (i < ITERATIONS) gram = tf.matMul(tf.matMul(factor, gram), factor);
  }
  return tall ? tf.matMul(x, product!) : tf.matMul(product!, x);
}
