import * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../compute/array.ts";
import { filled, heNormal } from "./initializers.ts";
import type { NormalDraw, Weights } from "./weights.ts";

export interface ConvShape {
  /** Side of the square kernel. */
  readonly kernel: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** `valid`: the kernel stays within x. `same`: x has zeros around it, as many as make the sizes divide by the stride. */
export type Padding = "valid" | "same";

/** A strided convolution: x (B, H, W, inputs) → (B, ⌊(H − k)/s⌋ + 1, …, outputs), padded (B, ⌈H/s⌉, …, outputs). */
export function conv(
  weights: Weights,
  name: string,
  x: tf.Tensor,
  stride: number,
  padding: Padding = "valid",
): tf.Tensor4D {
  const y = tf.conv2d(x as tf.Tensor4D, weights[`${name}.kernel`] as tf.Tensor4D, stride, padding);
  return tf.add(y, weights[`${name}.bias`]);
}

/** The transpose of `conv`: x (B, H, W, inputs) → (B, (H − 1)·s + k, …, outputs), padded (B, H·s, …, outputs). */
export function convTranspose(
  weights: Weights,
  name: string,
  x: tf.Tensor,
  stride: number,
  padding: Padding = "valid",
): tf.Tensor4D {
  const kernel = weights[`${name}.kernel`] as tf.Tensor4D; // (k, k, outputs, inputs)
  const [batch, height, width] = x.shape;
  const [rows, columns, outputs] = kernel.shape;
  const grown = (length: number, taps: number) => (padding === "same" ? length * stride : (length - 1) * stride + taps);
  const shape: [number, number, number, number] = [batch, grown(height, rows), grown(width, columns), outputs];
  return tf.add(
    tf.conv2dTranspose(x as tf.Tensor4D, kernel, shape, stride, padding),
    weights[`${name}.bias`],
  ) as tf.Tensor4D;
}

export function convParameters(name: string, shape: ConvShape, draw: NormalDraw): Parameters {
  const { kernel, inputs, outputs } = shape;
  return {
    [`${name}.kernel`]: heNormal([kernel, kernel, inputs, outputs], kernel * kernel * inputs, draw),
    [`${name}.bias`]: filled([outputs], 0),
  };
}

/** As `convParameters`; `stride` tells how many taps of the kernel reach one output pixel. */
export function convTransposeParameters(
  name: string,
  shape: ConvShape & { stride: number },
  draw: NormalDraw,
): Parameters {
  const { kernel, inputs, outputs, stride } = shape;
  const taps = Math.max(1, (kernel / stride) ** 2);
  return {
    [`${name}.kernel`]: heNormal([kernel, kernel, outputs, inputs], taps * inputs, draw),
    [`${name}.bias`]: filled([outputs], 0),
  };
}
