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
  return tf.add(tf.matMul(x as tf.Tensor2D, weights[`${name}.input`] as tf.Tensor2D), gateBias(weights, name));
}

/**
 * One step of an LSTM (Hochreiter & Schmidhuber 1997, with forget gates); `projected` (B, 4H) comes from `lstmProject`.
 * Gates in the order input, candidate, forget, output.
 */
export function lstmStep(weights: Weights, name: string, projected: tf.Tensor, state: LstmState): LstmState {
  const recurrent = weights[`${name}.recurrent`] as tf.Tensor2D;
  const gates = tf.add(projected, tf.matMul(state.hidden as tf.Tensor2D, recurrent)); // (B, 4H)
  return gated(tf.split(gates, 4, 1), state);
}

/** The same step from the inputs themselves, each (B, …): one product for inputs and memory together. */
export function lstmCell(weights: Weights, name: string, inputs: readonly tf.Tensor[], state: LstmState): LstmState {
  const kernel = tf.concat([weights[`${name}.input`], weights[`${name}.recurrent`]], 0) as tf.Tensor2D;
  const x = tf.concat([...inputs, state.hidden], 1) as tf.Tensor2D;
  return gated(tf.split(tf.add(tf.matMul(x, kernel), gateBias(weights, name)), 4, 1), state);
}

/** The state after a step, from the four gates before their activations, (B, H) each. */
function gated([input, candidate, forget, output]: readonly tf.Tensor[], { cell: before }: LstmState): LstmState {
  const cell = tf.add(tf.mul(before, tf.sigmoid(forget)), tf.mul(tf.sigmoid(input), tf.tanh(candidate)));
  return { hidden: tf.mul(tf.sigmoid(output), tf.tanh(cell)), cell };
}

/** The bias (4H) with the forget gate's share. */
function gateBias(weights: Weights, name: string): tf.Tensor {
  const bias = weights[`${name}.bias`];
  const hidden = bias.shape[0] / 4;
  const share = tf.concat([tf.zeros([2 * hidden]), tf.fill([hidden], FORGET_BIAS), tf.zeros([hidden])]);
  return tf.add(bias, share);
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
