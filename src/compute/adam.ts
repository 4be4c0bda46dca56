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
/** Parameters of at most so many elements step together: an operation for each of them would cost more than its numbers. */
const SMALL = 4096;

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
  const step = ({ parameter, gradient, m, v }: Part): Part => {
    const first = tf.add(tf.mul(m, BETA1), gradient);
    const second = tf.add(tf.mul(v, BETA2), tf.square(gradient));
    const moved = tf.sub(parameter, tf.mul(rate, tf.div(first, tf.add(tf.sqrt(second), epsilon))));
    return { parameter: moved, gradient, m: first, v: second };
  };
  const parts = Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]): [string, Part] => {
      return [name, { parameter, gradient: gradients[name], m: state.m[name], v: state.v[name] }];
    }),
  );
  const names = Object.keys(parts);
  const small = names.filter((name) => parts[name].parameter.size <= SMALL);
  const together = small.map((name) => parts[name]);
  const stepped = small.length > 1 ? apart(step(joined(together)), together) : together.map(step);
  const next = new Map(small.map((name, i) => [name, stepped[i]]));
  const all = names.map((name): [string, Part] => [name, next.get(name) ?? step(parts[name])]);
  const each = (key: keyof Part) => Object.fromEntries(all.map(([name, part]) => [name, part[key]]));
  return { parameters: each("parameter"), state: { m: each("m"), v: each("v") } };
}

/** A parameter and what belongs to it, all of one shape. */
type Part = Readonly<Record<(typeof KEYS)[number], tf.Tensor>>;
const KEYS = ["parameter", "gradient", "m", "v"] as const;

/** Many parts as one long vector. */
function joined(parts: readonly Part[]): Part {
  const vector = (key: keyof Part) => tf.concat(parts.map((part) => tf.reshape(part[key], [-1])));
  return Object.fromEntries(KEYS.map((key) => [key, vector(key)])) as Part;
}

/** The inverse of `joined`, in the shapes of `like`. */
function apart(whole: Part, like: readonly Part[]): Part[] {
  const sizes = like.map(({ parameter }) => parameter.size);
  const pieces = Object.fromEntries(KEYS.map((key) => [key, tf.split(whole[key], sizes)]));
  return like.map(
    ({ parameter }, i) =>
      Object.fromEntries(KEYS.map((key) => [key, tf.reshape(pieces[key][i], parameter.shape)])) as Part,
  );
}
