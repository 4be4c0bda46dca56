import type { NdArray } from "../../compute/array.ts";
import type { NoiseTable } from "../../core/noise-table.ts";
import type { RandomStream } from "../../core/random.ts";

/** Standard normals of any shape, for training. */
export function normalRows(shape: readonly number[], table: NoiseTable, random: RandomStream): NdArray {
  const [rows, ...rest] = shape;
  const width = rest.reduce((product, dimension) => product * dimension, 1);
  return { shape, dtype: "float32", data: table.rows({ rows, width }, random) };
}
