import type * as tf from "@tensorflow/tfjs";
import type { ArrayTree, Parameters, Tensors } from "../compute/array.ts";
import type { Weights } from "../nn/weights.ts";

/** State that goes from one batch to the next beside the weights (a recurrent network's); `{}` where there is none. */
export type Carry = { readonly [name: string]: ArrayTree };

/** A model that `fit` can train. `loss` is pure; the batch brings its own noise. */
export interface Trainable<Batch extends ArrayTree, C extends Carry = Record<string, never>> {
  /** Appears in errors, progress and metrics. */
  readonly name: string;
  /** Where training begins. */
  readonly parameters: Parameters;
  /** Before the first batch. */
  readonly carry: C;
  /** Whether Muon trains a parameter, and not Adam; default: none. For kernels; not for tables and biases. */
  muon?(parameter: string): boolean;
  loss(
    weights: Weights,
    batch: Tensors<Batch>,
    carry: Tensors<C>,
  ): { loss: tf.Scalar; metrics: Readonly<Record<string, tf.Tensor>>; carry: Tensors<C> };
}

/** An endless, seeded supply of batches of one shape, whose place can be saved. */
export interface BatchSource<Batch> {
  next(): Batch;
  /** JSON-able. */
  state(): unknown;
  restore(state: unknown): void;
}
