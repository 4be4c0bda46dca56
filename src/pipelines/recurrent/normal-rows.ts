import type { NdArray } from "../../compute/array.ts";
import type { RandomStream } from "../../core/random.ts";

/** Standard normals of any shape. */
export function normalRows(shape: readonly number[], random: RandomStream): NdArray {
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  return { shape, dtype: "float32", data: Float32Array.from({ length: size }, () => random.normal()) };
}
