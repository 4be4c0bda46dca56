import * as tf from "@tensorflow/tfjs";
import { type NdArray, type Parameters, zeros } from "../../src/compute/array.ts";

/** A source of standard normals. */
export type NormalDraw = () => number;

/** Sizes of the layers: inputs, hidden ones, outputs. Each but the last ends in tanh. */
export type PerceptronSizes = readonly [number, ...number[]];

/** Weights of a perceptron under `name.0.kernel`, `name.0.bias`, …: orthogonal, hidden layers with gain √2. */
export function perceptronParameters(
  name: string,
  sizes: PerceptronSizes,
  { draw, outputGain = 1 }: { draw: NormalDraw; outputGain?: number },
): Parameters {
  const parameters: Record<string, NdArray> = {};
  const layers = sizes.length - 1;
  for (let layer = 0; layer < layers; layer++) {
    const [inputs, outputs] = [sizes[layer], sizes[layer + 1]];
    const gain = layer < layers - 1 ? Math.SQRT2 : outputGain;
    parameters[`${name}.${layer}.kernel`] = orthogonal(inputs, outputs, { gain, draw });
    parameters[`${name}.${layer}.bias`] = zeros([outputs]);
  }
  return parameters;
}

/** Inside a graph: x (N, inputs) → (N, outputs). */
export function perceptron(
  weights: Readonly<Record<string, tf.Tensor>>,
  name: string,
  layers: number,
  x: tf.Tensor,
): tf.Tensor2D {
  let y = x as tf.Tensor2D;
  for (let layer = 0; layer < layers; layer++) {
    const kernel = weights[`${name}.${layer}.kernel`] as tf.Tensor2D;
    y = tf.add(tf.matMul(y, kernel), weights[`${name}.${layer}.bias`]);
    if (layer < layers - 1) y = tf.tanh(y);
  }
  return y;
}

/** Outside of a graph, for one input: fastest there, as a session's call costs more than these products. */
export function perceptronOf(parameters: Parameters, name: string, x: Float32Array): Float32Array {
  let y = x;
  for (let layer = 0; ; layer++) {
    const kernel = parameters[`${name}.${layer}.kernel`].data as Float32Array;
    const next = Float32Array.from(parameters[`${name}.${layer}.bias`].data);
    const outputs = next.length;
    for (let i = 0, at = 0; i < y.length; i++, at += outputs) {
      const value = y[i];
      for (let o = 0; o < outputs; o++) next[o] += value * kernel[at + o];
    }
    if (!parameters[`${name}.${layer + 1}.kernel`]) return next;
    y = next.map(Math.tanh);
  }
}

/** gain · Q of a matrix of normals, columns or rows orthonormal, whichever are fewer (Saxe et al. 2014). */
function orthogonal(inputs: number, outputs: number, { gain, draw }: { gain: number; draw: NormalDraw }): NdArray {
  const [length, count] = [Math.max(inputs, outputs), Math.min(inputs, outputs)];
  const basis: Float64Array[] = [];
  while (basis.length < count) {
    const vector = Float64Array.from({ length }, draw);
    // Gram–Schmidt, twice: once leaves rounding errors where vectors are many (Giraud et al. 2005).
    for (let pass = 0; pass < 2; pass++) {
      for (const other of basis) {
        const share = dot(vector, other);
        for (let i = 0; i < length; i++) vector[i] -= share * other[i];
      }
    }
    const size = Math.sqrt(dot(vector, vector));
    if (size > 1e-6) basis.push(vector.map((value) => value / size));
  }
  const kernel = new Float32Array(inputs * outputs);
  for (let i = 0; i < inputs; i++)
    for (let o = 0; o < outputs; o++) kernel[i * outputs + o] = gain * (inputs >= outputs ? basis[o][i] : basis[i][o]);
  return { shape: [inputs, outputs], dtype: "float32", data: kernel };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
