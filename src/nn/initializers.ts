import type { NdArray } from "../compute/array.ts";
import type { NormalDraw } from "./weights.ts";

/** An array of one value. */
export function filled(shape: readonly number[], value: number): NdArray {
  return { shape, dtype: "float32", data: new Float32Array(size(shape)).fill(value) };
}

/** Normals of variance 2 / (fan in + fan out): keeps the scale of tanh and linear layers (Glorot & Bengio 2010, eq. 12). */
export function glorotNormal(shape: readonly number[], fanIn: number, fanOut: number, draw: NormalDraw): NdArray {
  return normals(shape, Math.sqrt(2 / (fanIn + fanOut)), draw);
}

/** Normals of variance 2 / fan in: keeps the scale of ReLU layers (He et al. 2015, eq. 10). */
export function heNormal(shape: readonly number[], fanIn: number, draw: NormalDraw): NdArray {
  return normals(shape, Math.sqrt(2 / fanIn), draw);
}

function normals(shape: readonly number[], deviation: number, draw: NormalDraw): NdArray {
  return { shape, dtype: "float32", data: Float32Array.from({ length: size(shape) }, () => deviation * draw()) };
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}
