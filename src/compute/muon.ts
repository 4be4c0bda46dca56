import * as tf from "@tensorflow/tfjs";
import { type Parameters, zeros } from "./array.ts";
import { orthogonalize } from "./orthogonalize.ts";

/*
 * Muon (Jordan et al. 2024) as a pure function: momentum whose step is made orthogonal, so that a matrix learns in all of its
 * directions at the same rate, and not most in the few that most gradients share. For matrices and kernels; tables, biases and
 * scales are Adam's.
 */

/** Decayed sums of the gradients, under the parameters' names. */
export type MuonState = Parameters;

const MOMENTUM = 0.95;
/** Root mean square of a step in units of the learning rate, about that of Adam's, so that one rate fits both (Liu et al. 2025, section 2.2). */
const STEP_SIZE = 0.2;

/** All sums at zero. */
export function muonInit(parameters: Parameters): MuonState {
  return Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, zeros(shape)]));
}

type Tensors = Readonly<Record<string, tf.Tensor>>;

export interface MuonUpdate {
  /** Matrices, or kernels of convolutions (..., inputs, outputs), which count as matrices of their last axis and all others. */
  readonly parameters: Tensors;
  readonly gradients: Tensors;
  readonly state: Tensors;
  readonly learningRate: tf.Scalar;
}

/** One step: new parameters and state. */
export function muonUpdate({ parameters, gradients, state, learningRate }: MuonUpdate): {
  parameters: Record<string, tf.Tensor>;
  state: Record<string, tf.Tensor>;
} {
  const names = Object.keys(parameters);
  const sums = Object.fromEntries(names.map((name) => [name, tf.add(tf.mul(state[name], MOMENTUM), gradients[name])]));
  const ahead = names.map((name) => asMatrix(tf.add(gradients[name], tf.mul(sums[name], MOMENTUM)))); // Nesterov's
  // An orthogonal matrix (m, n) has a root mean square of 1 / √max(m, n).
  const lengths = tf.mul(
    learningRate,
    tf.tensor1d(ahead.map(({ shape }) => -STEP_SIZE * Math.sqrt(Math.max(...shape)))),
  );
  const steps = orthogonalize(ahead, lengths as tf.Tensor1D);
  const next = names.map((name, i): [string, tf.Tensor] => {
    const moved = tf.add(asMatrix(parameters[name]), steps[i]); // the product begins with it
    return [name, tf.reshape(moved, parameters[name].shape)];
  });
  return { parameters: Object.fromEntries(next), state: sums };
}

const asMatrix = (x: tf.Tensor): tf.Tensor2D => tf.reshape(x, [-1, x.shape.at(-1)!]);
