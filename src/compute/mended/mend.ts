import * as tf from "@tensorflow/tfjs";

/** Puts a gradient in the place of tfjs' own, or where it has none. */
export function mend(kernelName: string, gradient: Omit<tf.GradConfig, "kernelName">): void {
  if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
  tf.registerGradient({ kernelName, ...gradient });
}

/** A slope of zero in the shape of x: for whatever is not differentiable in x, indices and choices among them. */
export const zero =
  (x: tf.Tensor): (() => tf.Tensor) =>
  () =>
    tf.zeros(x.shape);
