import type * as tf from "@tensorflow/tfjs";

/** A model's weights as the model's functions see them: tensors under dotted names, `layer.kernel`, `layer.bias`. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** A source of numbers for initial weights: standard normals. */
export type NormalDraw = () => number;

/** Whether a parameter is what a layer multiplies by, and not an offset, a scale or a table to look things up in. */
export const isKernel = (parameter: string): boolean =>
  /\.(kernel|query|key|value|out|input|recurrent)$/.test(parameter);
