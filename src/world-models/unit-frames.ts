import * as tf from "@tensorflow/tfjs";

/** Bytes 0 … 255 (as int32 or float) → [0, 1]. */
export function unitFrames(frames: tf.Tensor): tf.Tensor {
  return tf.mul(tf.cast(frames, "float32"), 1 / 255);
}
