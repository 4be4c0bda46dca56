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
  const next: Record<string, tf.Tensor> = {};
  const sums: Record<string, tf.Tensor> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const gradient = gradients[name];
    const columns = parameter.shape.at(-1)!;
    const rows = parameter.size / columns;
    const sum = tf.add(tf.mul(state[name], MOMENTUM), gradient);
    const ahead = tf.add(gradient, tf.mul(sum, MOMENTUM)); // Nesterov's
    const direction = tf.reshape(orthogonalize(tf.reshape(ahead, [rows, columns])), parameter.shape);
    // An orthogonal matrix (m, n) has a root mean square of 1 / √max(m, n).
    const rate = tf.mul(learningRate, STEP_SIZE * Math.sqrt(Math.max(rows, columns)));
    next[name] = tf.sub(parameter, tf.mul(rate, direction));
    sums[name] = sum;
  }
  return { parameters: next, state: sums };
}
