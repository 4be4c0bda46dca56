import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../compute/array.ts";
import { straightThrough } from "../compute/stop-gradient.ts";

/*
 * Finite scalar quantization (Mentzer et al. 2023): each of a vector's D numbers is rounded to one of L_i levels, and the
 * codebook is all their combinations, ∏ L_i codes. Nothing is learned and no loss is added; codes are indices into a mixed
 * radix of which the first level counts fastest. Levels lie evenly in [−1, 1], ends included.
 */

/** A quantized vector and its bounded one before rounding. */
export interface Quantized {
  /** On the levels, (..., D) in [−1, 1]; the gradient of `bounded` passes straight through. */
  readonly codes: tf.Tensor;
  /** tanh(z), (..., D). */
  readonly bounded: tf.Tensor;
}

/** Rounds z (..., D) to the levels: tanh, to [0, L − 1], round, back to [−1, 1]. */
export function fsq(z: tf.Tensor, levels: readonly number[]): Quantized {
  const bounded = tf.tanh(z);
  const codes = codesOfDigits(digitsOf(bounded, levels), levels);
  return { codes: straightThrough(codes, bounded), bounded };
}

/** How many codes there are. */
export const codebookSize = (levels: readonly number[]): number => sizeOf(levels);

/** The index of each code: codes (..., D) in [−1, 1] → (...) of int32 in [0, ∏ L). */
export function fsqIndices(codes: tf.Tensor, levels: readonly number[]): tf.Tensor {
  return tf.cast(tf.sum(tf.mul(digitsOf(codes, levels), tf.tensor1d(places(levels))), -1), "int32");
}

/** The code of each index: (...) of int32 → (..., D) in [−1, 1]. */
export function fsqCodes(indices: tf.Tensor, levels: readonly number[]): tf.Tensor {
  return codesOfDigits(tf.cast(fsqDigits(indices, levels), "float32"), levels);
}

/** The digits of each index: (...) of int32 → (..., D) of int32, digit i in [0, L_i). */
export function fsqDigits(indices: tf.Tensor, levels: readonly number[]): tf.Tensor {
  const shifted = tf.floorDiv(tf.expandDims(indices, -1), tf.tensor1d(places(levels), "int32"));
  return tf.mod(shifted, tf.tensor1d([...levels], "int32"));
}

/** The index that has these digits: (..., D) of int32 → (...) of int32. */
export function fsqIndicesOfDigits(digits: tf.Tensor, levels: readonly number[]): tf.Tensor {
  return tf.cast(tf.sum(tf.mul(digits, tf.tensor1d(places(levels), "int32")), -1), "int32");
}

/** Which level each number in [−1, 1] is nearest to, 0 to L − 1. */
function digitsOf(x: tf.Tensor, levels: readonly number[]): tf.Tensor {
  return tf.round(tf.mul(tf.add(x, 1), halves(levels)));
}

const codesOfDigits = (digits: tf.Tensor, levels: readonly number[]): tf.Tensor =>
  tf.sub(tf.div(digits, halves(levels)), 1);

const halves = (levels: readonly number[]): tf.Tensor1D => tf.tensor1d(levels.map((level) => (level - 1) / 2));

/** What a step of each digit is worth: 1, L_0, L_0·L_1, … */
function places(levels: readonly number[]): number[] {
  return levels.map((_, i) => sizeOf(levels.slice(0, i)));
}

/** How much of a codebook some codes use. */
export interface CodebookUse {
  /** How often each code occurs, `size` numbers. */
  readonly counts: Int32Array;
  /** Codes that occur at all, as a share of the codebook, in [0, 1]. */
  readonly used: number;
  /** e^entropy: how many codes equally often used would be as varied, in [1, size]. */
  readonly perplexity: number;
}

/** Statistics of codes by index. */
export function codebookUse(indices: ArrayLike<number>, size: number): CodebookUse {
  const counts = new Int32Array(size);
  for (let i = 0; i < indices.length; i++) counts[indices[i]]++;
  let [used, entropy] = [0, 0];
  for (const count of counts) {
    if (count === 0) continue;
    used++;
    entropy -= (count / indices.length) * Math.log(count / indices.length);
  }
  return { counts, used: used / size, perplexity: Math.exp(entropy) };
}
