import * as tf from "@tensorflow/tfjs";

/*
 * The nearest semi-orthogonal matrix, U·Vᵀ of X = U·Σ·Vᵀ, without a decomposition: odd polynomials, one after the other, drive
 * every singular value towards 1 (Newton and Schulz's iteration). Each is the one of its degree that errs least on what the
 * last one left (Amsel et al. 2025, "The Polar Express"); begun on [0.01, 1], three of them end within
 * [0.73, 1.27], which is all that an optimizer asks for. Muon's own coefficients (Jordan et al. 2024) take five.
 *
 * X ← (aI + bG + cG²)·X with G = X·Xᵀ needs X itself only at both ends: the factors and G are polynomials of the first G, which
 * is as small as X's shorter side. Products with the longer side are two instead of six, and the small ones of many matrices
 * are done together.
 */

/** a, b, c of σ ← aσ + bσ³ + cσ⁵, in their order. */
const POLYNOMIALS = [
  [8.0934, -23.6204, 17.4462],
  [3.6366, -2.7219, 0.5365],
  [2.6613, -1.9772, 0.4526],
] as const;
/** A matrix of zeros stays one. */
const EPSILON = 1e-14;

/**
 * Matrices (m, n) of any sizes → (m, n) each: the same directions, all of about the same length, 1 or that of `lengths` (N). A
 * matrix' own scale makes no difference.
 */
export function orthogonalize(matrices: readonly tf.Tensor2D[], lengths?: tf.Tensor1D): tf.Tensor2D[] {
  const result: tf.Tensor2D[] = [];
  const sides = matrices.map(({ shape }) => Math.min(...shape));
  for (const side of new Set(sides)) {
    const alike = [...sides.keys()].filter((i) => sides[i] === side);
    const ofOne = factorOf(tf.stack(alike.map((i) => gramOf(matrices[i]))));
    const ofLength = lengths ? tf.mul(ofOne, tf.reshape(tf.gather(lengths, alike), [-1, 1, 1])) : ofOne;
    const factors = tf.unstack(ofLength) as tf.Tensor2D[];
    for (const [k, i] of alike.entries())
      result[i] = isTall(matrices[i]) ? tf.matMul(matrices[i], factors[k]) : tf.matMul(factors[k], matrices[i]);
  }
  return result;
}

const isTall = ({ shape: [rows, columns] }: tf.Tensor2D): boolean => rows > columns;

/** Products of the shorter side with itself: (m, n) → (k, k), k = min(m, n). */
const gramOf = (x: tf.Tensor2D): tf.Tensor2D => tf.matMul(x, x, isTall(x), !isTall(x));

/** Of many at once, (N, k, k): what X is to be multiplied by. */
function factorOf(grams: tf.Tensor): tf.Tensor {
  const one = tf.eye(grams.shape[1]!);
  // The sum of all squared singular values, which is at least the square of the largest.
  const squares = tf.add(tf.sum(tf.mul(grams, one), [1, 2], true), EPSILON);
  let gram = tf.div(grams, squares);
  let product: tf.Tensor | undefined;
  for (const [i, [a, b, c]] of POLYNOMIALS.entries()) {
    const inner = tf.add(tf.mul(one, b), tf.mul(gram, c));
    const factor = tf.add(tf.mul(one, a), tf.matMul(gram, inner));
    product = product ? tf.matMul(factor, product) : tf.mul(factor, tf.rsqrt(squares));
    if (i < POLYNOMIALS.length - 1) gram = tf.matMul(tf.matMul(factor, gram), factor);
  }
  return product!;
}
