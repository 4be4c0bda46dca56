import * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../compute/array.ts";
import { filled, glorotNormal } from "./initializers.ts";
import type { NormalDraw, Weights } from "./weights.ts";

/** x · kernel + bias, x of shape (N, inputs). */
export function dense(weights: Weights, name: string, x: tf.Tensor): tf.Tensor2D {
  return tf.add(tf.matMul(x as tf.Tensor2D, weights[`${name}.kernel`] as tf.Tensor2D), weights[`${name}.bias`]);
}

/** The two arrays of a dense layer; `scale` shrinks the kernel of a head that should start quiet. */
export function denseParameters(
  name: string,
  shape: { inputs: number; outputs: number },
  draw: NormalDraw,
  scale = 1,
): Parameters {
  const { inputs, outputs } = shape;
  const kernel = glorotNormal([inputs, outputs], inputs, outputs, () => scale * draw());
  return { [`${name}.kernel`]: kernel, [`${name}.bias`]: filled([outputs], 0) };
}
