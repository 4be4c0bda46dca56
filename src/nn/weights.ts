import type * as tf from "@tensorflow/tfjs";

/** A model's weights as the model's functions see them: tensors under dotted names, `layer.kernel`, `layer.bias`. */
export type Weights = Readonly<Record<string, tf.Tensor>>;

/** A source of numbers for initial weights: standard normals. */
export type NormalDraw = () => number;
