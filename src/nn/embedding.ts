import * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../compute/array.ts";
import { glorotNormal } from "./initializers.ts";
import type { NormalDraw, Weights } from "./weights.ts";

/** Scale of a new table's vectors, as in BERT and its successors. */
const DEVIATION = 0.02;

/** A vector for each token: tokens (...) of int32, each in [0, count) → (..., width). */
export function embed(weights: Weights, name: string, tokens: tf.Tensor): tf.Tensor {
  return tf.gather(weights[`${name}.table`], tokens as tf.Tensor1D);
}

export function embeddingParameters(
  name: string,
  shape: { count: number; width: number },
  draw: NormalDraw,
): Parameters {
  // Glorot's variance with both fans 1 is 1: the table's own scale comes from the draw.
  return { [`${name}.table`]: glorotNormal([shape.count, shape.width], 1, 1, () => DEVIATION * draw()) };
}
