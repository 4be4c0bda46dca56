import * as tf from "@tensorflow/tfjs";

/** A function of tensors whose gradient is written by hand. */
export interface GradientRule {
  /** The value, and the tensors that the gradient needs again. */
  readonly forward: (...inputs: tf.Tensor[]) => { readonly value: tf.Tensor; readonly saved: readonly tf.Tensor[] };
  /** The gradient for each input, from that of the value and the saved tensors. */
  readonly backward: (dy: tf.Tensor, saved: readonly tf.Tensor[]) => readonly tf.Tensor[];
}

/** Applies a function with its own gradient: worth it where op by op would walk through memory more often. */
export function withGradient(inputs: readonly tf.Tensor[], { forward, backward }: GradientRule): tf.Tensor {
  return tf.customGrad((...given) => {
    const tensors = given.slice(0, -1) as tf.Tensor[];
    const save = given.at(-1) as unknown as tf.GradSaveFunc;
    const { value, saved } = forward(...tensors);
    save([...saved]);
    return { value, gradFunc: (dy: tf.Tensor, kept: tf.Tensor[]) => [...backward(dy, kept)] };
  })(...inputs);
}
