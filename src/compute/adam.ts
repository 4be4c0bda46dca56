import * as tf from "@tensorflow/tfjs";
import { type NdArray, type Parameters, scalar, zeros } from "./array.ts";

/*
 * Adam (Kingma & Ba 2015, algorithm 1) as a pure function, so that it compiles into the graph of a training step. The
 * powers of β in the bias correction are computed here in float64 and passed as inputs: pow in float32 is imprecise on GPUs,
 * and a step counter in the graph would lose whole steps beyond 2²⁴.
 */

/**
 * Decayed sums of the gradients (m) and of their squares (v), under the parameters' names: the book's running means without
 * their factors 1 − β₁ and 1 − β₂, which one step applies once instead of to every element.
 */
export type AdamState = { readonly m: Parameters; readonly v: Parameters };

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** Both sums at zero. */
export function adamInit(parameters: Parameters): AdamState {
  const blank = (): Parameters =>
    Object.fromEntries(Object.entries(parameters).map(([name, { shape }]) => [name, zeros(shape)]));
  return { m: blank(), v: blank() };
}

/** 1 / (1 − β₁ᵗ) and 1 / (1 − β₂ᵗ) for step t, counted from 1: what the running means are multiplied by to undo their start at zero. */
export function adamCorrections(step: number): { readonly first: NdArray; readonly second: NdArray } {
  return { first: scalar(1 / (1 - BETA1 ** step)), second: scalar(1 / (1 - BETA2 ** step)) };
}

type Tensors = Readonly<Record<string, tf.Tensor>>;

export interface AdamUpdate {
  readonly parameters: Tensors;
  readonly gradients: Tensors;
  readonly state: { readonly m: Tensors; readonly v: Tensors };
  /** α. */
  readonly learningRate: tf.Scalar;
  /** From {@link adamCorrections}. */
  readonly corrections: { readonly first: tf.Tensor; readonly second: tf.Tensor };
}

/** One step: new parameters and state. */
export function adamUpdate({ parameters, gradients, state, learningRate, corrections }: AdamUpdate): {
  parameters: Record<string, tf.Tensor>;
  state: { m: Record<string, tf.Tensor>; v: Record<string, tf.Tensor> };
} {
  // α·m̂ / (√v̂ + ε) with every scalar factor taken out of the elementwise part: √v̂ = √v · root, m̂ = m · (1 − β₁) · first.
  const root = tf.sqrt(tf.mul(corrections.second, 1 - BETA2));
  const rate = tf.div(tf.mul(tf.mul(learningRate, corrections.first), 1 - BETA1), root);
  const epsilon = tf.div(EPSILON, root);
  const next: Record<string, tf.Tensor> = {};
  const m: Record<string, tf.Tensor> = {};
  const v: Record<string, tf.Tensor> = {};
  for (const [name, parameter] of Object.entries(parameters)) {
    const gradient = gradients[name];
    m[name] = tf.add(tf.mul(state.m[name], BETA1), gradient);
    v[name] = tf.add(tf.mul(state.v[name], BETA2), tf.square(gradient));
    next[name] = tf.sub(parameter, tf.mul(rate, tf.div(m[name], tf.add(tf.sqrt(v[name]), epsilon))));
  }
  return { parameters: next, state: { m, v } };
}
