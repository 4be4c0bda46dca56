import * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../compute/array.ts";
import { dense, denseParameters } from "./dense.ts";
import { normalize } from "./layer-norm.ts";
import type { NormalDraw, Weights } from "./weights.ts";

/** Small beside 1: a new layer all but ignores what it is conditioned on. */
const QUIET = 0.02;

/**
 * Layer normalization whose scale and offset come from a condition, norm(x) · (1 + γ) + β (FiLM, Perez et al. 2018, eq. 2;
 * adaptive layer norm, Peebles & Xie 2023). x (..., L, d), condition (..., c) with the same leading axes: all L share it.
 */
export function adaptiveNorm(weights: Weights, name: string, x: tf.Tensor, condition: tf.Tensor): tf.Tensor {
  const width = x.shape.at(-1)!;
  const flat = tf.reshape(condition, [-1, condition.shape.at(-1)!]);
  const [gamma, beta] = tf.split(dense(weights, name, flat), 2, 1); // (N, d) each
  const shape = [...x.shape.slice(0, -2), 1, width];
  return tf.add(tf.mul(normalize(x), tf.reshape(tf.add(gamma, 1), shape)), tf.reshape(beta, shape));
}

export function adaptiveNormParameters(
  name: string,
  shape: { width: number; condition: number },
  draw: NormalDraw,
): Parameters {
  return denseParameters(name, { inputs: shape.condition, outputs: 2 * shape.width }, draw, QUIET);
}
