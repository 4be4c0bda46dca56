import { z } from "zod";
import * as cLibrary from "./c-library-trigonometry.ts";
import { cos, sin } from "./vector-trigonometry.ts";

/**
 * Whose arithmetic decides the last digits. 1 (default): numpy 1.22 to 1.24 (Debian's) on a processor with AVX-512, which has
 * sines of its own and computes a float32 scalar with a float in float64. 2: numpy 2, which takes the C library's sines and
 * stays in float32; give it to compare with a Python of today. Episodes differ in the last digit of a float64 state, which
 * some hundred steps of a balanced pole make visible; the task is the same.
 */
export const NumpyVersion = z.literal([1, 2]).default(1);
export type NumpyVersion = z.output<typeof NumpyVersion>;

/** Functions of an angle in radians. */
export interface Trigonometry {
  readonly sin: (x: number) => number;
  readonly cos: (x: number) => number;
}

/** numpy's sine and cosine of float64 numbers, to the last bit. */
export function trigonometryOf(numpy: NumpyVersion): Trigonometry {
  return numpy === 1 ? { sin, cos } : cLibrary;
}
