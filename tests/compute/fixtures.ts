import * as tf from "@tensorflow/tfjs";
import type { NdArray } from "../../src/compute/array.ts";

/** A float32 array from nested numbers or a shape and flat numbers. */
export function floats(shape: readonly number[], values: ArrayLike<number>): NdArray {
  return { shape, dtype: "float32", data: Float32Array.from(values) };
}

export function ints(shape: readonly number[], values: ArrayLike<number>): NdArray {
  return { shape, dtype: "int32", data: Int32Array.from(values) };
}

/** Deterministic numbers in (−scale, scale), from a linear congruential generator. */
export function noise(shape: readonly number[], { scale = 1, seed = 1 } = {}): NdArray {
  let state = (seed * 2654435761) >>> 0;
  const size = shape.reduce((a, b) => a * b, 1);
  return floats(
    shape,
    Array.from({ length: size }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return scale * (state / 2 ** 31 - 1);
    }),
  );
}

/** Numbers from −1 to 1 in some order, all equally far apart: for functions with kinks where two of them meet. */
export function apart(shape: readonly number[], { seed = 1 } = {}): NdArray {
  const { data } = noise(shape, { seed });
  const order = Array.from(data.keys()).sort((a, b) => data[a] - data[b]);
  const result = new Float32Array(data.length);
  for (const [rank, i] of order.entries()) result[i] = (2 * rank) / data.length - 1;
  return floats(shape, result);
}

/** Largest difference, relative to the largest magnitude (at least 1e-3). */
export function relativeError(got: NdArray, expected: NdArray): number {
  if (got.shape.join() !== expected.shape.join()) return Number.POSITIVE_INFINITY;
  let [difference, magnitude] = [0, 1e-3];
  for (let i = 0; i < expected.data.length; i++) {
    if (Number.isNaN(got.data[i]) && Number.isNaN(expected.data[i])) continue;
    if (got.data[i] === expected.data[i]) continue; // also infinities
    difference = Math.max(difference, Math.abs(got.data[i] - expected.data[i]));
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    magnitude = Math.max(magnitude, Math.abs(expected.data[i]));
  }
  return difference / magnitude;
}

/** As float32, for comparing results of any type. */
export const asFloat = (x: tf.Tensor): tf.Tensor => tf.cast(x, "float32");
