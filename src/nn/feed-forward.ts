import * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../compute/array.ts";
import { withGradient } from "./custom-gradient.ts";
import { denseParameters } from "./dense.ts";
import type { NormalDraw, Weights } from "./weights.ts";

/** σ(1.702·x) is near the normal distribution's Φ(x) (Hendrycks & Gimpel 2016, section 2). */
const SLOPE = 1.702;

/**
 * Two dense layers with a gelu between them, for each row: x (N, d) → (N, d), d features widened to `hidden`. The gelu is
 * x·σ(1.702x); as silu(1.702x)/1.702 its factors go into the weights, which are small, instead of the activations.
 */
export function feedForward(weights: Weights, name: string, x: tf.Tensor): tf.Tensor {
  const up = tf.mul(weights[`${name}.up.kernel`], SLOPE);
  const upBias = tf.mul(weights[`${name}.up.bias`], SLOPE);
  const down = tf.mul(weights[`${name}.down.kernel`], 1 / SLOPE);
  const downBias = weights[`${name}.down.bias`];
  const through = (rows: tf.Tensor): tf.Tensor =>
    tf.add(tf.matMul(silu(tf.add(tf.matMul(rows, up), upBias)), down), downBias);
  const sizes = chunkSizes(x.shape[0]);
  return sizes.length === 1 ? through(x) : tf.concat(tf.split(x, sizes, 0).map(through), 0);
}

/** Rows at a time: what widens to 2 MB at 512 features stays in the cache from one product to the next. 4 % of a train step. */
const CHUNK = 1024;

function chunkSizes(rows: number): number[] {
  const whole = Math.floor(rows / CHUNK);
  const sizes = new Array<number>(whole).fill(CHUNK);
  const rest = rows - whole * CHUNK;
  return rest > 0 || whole === 0 ? [...sizes, rest] : sizes;
}

/** y = x·σ(x), whose slope is σ(x)·(1 − y) + y (Elfwing et al. 2018, eq. 6). */
export function silu(x: tf.Tensor): tf.Tensor {
  return withGradient([x], {
    forward: (input) => {
      const gate = tf.sigmoid(input);
      const value = tf.mul(input, gate);
      return { value, saved: [gate, value] };
    },
    backward: (dy, [gate, value]) => [tf.mul(dy, tf.add(tf.mul(gate, tf.sub(1, value)), value))],
  });
}

export function feedForwardParameters(
  name: string,
  shape: { width: number; hidden: number },
  draw: NormalDraw,
): Parameters {
  const { width, hidden } = shape;
  return {
    ...denseParameters(`${name}.up`, { inputs: width, outputs: hidden }, draw),
    ...denseParameters(`${name}.down`, { inputs: hidden, outputs: width }, draw),
  };
}
