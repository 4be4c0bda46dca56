import * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../compute/array.ts";
import { filled, glorotNormal } from "./initializers.ts";
import type { NormalDraw, Weights } from "./weights.ts";

export interface LstmState {
  /** What the cell shows, (B, H). */
  readonly hidden: tf.Tensor;
  /** What the cell keeps, (B, H). */
  readonly cell: tf.Tensor;
}

/** Added to the forget gate, so that a new network remembers (Gers et al. 2000; Jozefowicz et al. 2015). */
const FORGET_BIAS = 1;

/** x · input kernel + bias for many steps at once: taken out of the loop, it is one large product instead of T small ones. */
export function lstmProject(weights: Weights, name: string, x: tf.Tensor): tf.Tensor2D {
  return tf.add(tf.matMul(x as tf.Tensor2D, weights[`${name}.input`] as tf.Tensor2D), weights[`${name}.bias`]);
}

/**
 * One step of an LSTM (Hochreiter & Schmidhuber 1997, with forget gates); `projected` (B, 4H) comes from `lstmProject`.
 * Gates in the order input, candidate, forget, output.
 */
export function lstmStep(weights: Weights, name: string, projected: tf.Tensor, state: LstmState): LstmState {
  const recurrent = weights[`${name}.recurrent`] as tf.Tensor2D;
  const gates = tf.add(projected, tf.matMul(state.hidden as tf.Tensor2D, recurrent)); // (B, 4H)
  const [input, candidate, forget, output] = tf.split(gates, 4, 1);
  const kept = tf.mul(state.cell, tf.sigmoid(tf.add(forget, FORGET_BIAS)));
  const cell = tf.add(kept, tf.mul(tf.sigmoid(input), tf.tanh(candidate)));
  return { hidden: tf.mul(tf.sigmoid(output), tf.tanh(cell)), cell };
}

/** 4·H·(inputs + H + 1) numbers. */
export function lstmParameters(name: string, shape: { inputs: number; hidden: number }, draw: NormalDraw): Parameters {
  const { inputs, hidden } = shape;
  return {
    [`${name}.input`]: glorotNormal([inputs, 4 * hidden], inputs, hidden, draw),
    [`${name}.recurrent`]: glorotNormal([hidden, 4 * hidden], hidden, hidden, draw),
    [`${name}.bias`]: filled([4 * hidden], 0),
  };
}
