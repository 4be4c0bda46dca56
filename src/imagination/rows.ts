import type { NdArray } from "../compute/array.ts";

/** Numbers in one row of an array whose first dimension counts rows. */
export function rowSize(array: NdArray): number {
  return array.shape.slice(1).reduce((product, dimension) => product * dimension, 1);
}

/** The rows at `indices`, as a new array. */
export function gatherRows(array: NdArray, indices: readonly number[]): NdArray {
  const size = rowSize(array);
  const data = new (array.data.constructor as Uint8ArrayConstructor)(indices.length * size);
  indices.forEach((from, to) => {
    data.set((array.data as Uint8Array).subarray(from * size, (from + 1) * size), to * size);
  });
  return { shape: [indices.length, ...array.shape.slice(1)], dtype: array.dtype, data };
}

/** Writes row `from` of `source` over row `to` of `target`. */
export function copyRow(source: NdArray, from: number, target: NdArray, to: number): void {
  const size = rowSize(source);
  (target.data as Uint8Array).set((source.data as Uint8Array).subarray(from * size, (from + 1) * size), to * size);
}

/** n rows of zeros of the same kind. */
export function zeroRows(array: NdArray, n: number): NdArray {
  const data = new (array.data.constructor as Uint8ArrayConstructor)(n * rowSize(array));
  return { shape: [n, ...array.shape.slice(1)], dtype: array.dtype, data };
}
