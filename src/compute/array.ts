import type * as tf from "@tensorflow/tfjs";

/** Element types that cross the border of a compiled function. `uint8` is seen as int32 inside. */
export type DType = "float32" | "int32" | "bool" | "uint8";

/** A dense array in row-major order: what goes into and comes out of a compiled function, and what a checkpoint stores. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** Arrays under names, nested as the caller likes. */
export type ArrayTree = NdArray | readonly ArrayTree[] | { readonly [name: string]: ArrayTree };

/** Tensors under names, nested as the caller likes. */
export type TensorTree = tf.Tensor | readonly TensorTree[] | { readonly [name: string]: TensorTree };

/** The same tree with a tensor in the place of each array: what the function sees while it is traced or runs eagerly. */
export type Tensors<T> = ArrayTree extends T
  ? TensorTree
  : T extends NdArray
    ? tf.Tensor
    : { [K in keyof T]: Tensors<T[K]> };

/** The same tree with an array in the place of each tensor. */
export type Arrays<T> = T extends tf.Tensor ? NdArray : { [K in keyof T]: Arrays<T[K]> };

/** A flat dictionary of a model's weights, in a fixed order of names. */
export type Parameters = Readonly<Record<string, NdArray>>;

/** The typed array that holds elements of `dtype`; bool is stored as bytes 0 and 1. */
export const STORAGE = { float32: Float32Array, int32: Int32Array, bool: Uint8Array, uint8: Uint8Array } as const;

/** How many elements an array of this shape has; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** An array of zeros. */
export function zeros(shape: readonly number[], dtype: DType = "float32"): NdArray {
  return { shape, dtype, data: new STORAGE[dtype](sizeOf(shape)) };
}

/** A float32 array of rank 0. */
export function scalar(value: number): NdArray {
  return { shape: [], dtype: "float32", data: Float32Array.of(value) };
}

/** The same numbers in a buffer of their own: unlike `slice`, also for a Node Buffer, which is a Uint8Array that shares. */
export function copyOf(data: NdArray["data"]): NdArray["data"] {
  if (data instanceof Float32Array) return new Float32Array(data);
  return data instanceof Int32Array ? new Int32Array(data) : new Uint8Array(data);
}
