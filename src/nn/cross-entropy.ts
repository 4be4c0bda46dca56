import * as tf from "@tensorflow/tfjs";
import { withGradient } from "./custom-gradient.ts";

/** Shares below this count as this: keeps the logarithm finite; a loss of 85 nats is as bad as it gets. */
const LEAST_SHARE = 1e-37;

/**
 * −log softmax(logits)[target] for each row: logits (N, K), targets (N) of int32 → (N), in nats. Its gradient is
 * softmax(logits) less 1 at the target, so that of the arrays as large as the logits one is made forward and two back.
 */
export function tokenNll(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor1D {
  const [count] = logits.shape;
  return withGradient([logits], {
    forward: (x) => {
      const shares = tf.softmax(x);
      const chosen = tf.reshape(tf.gather(shares, tf.reshape(targets, [count, 1]), 1, 1), [count]);
      return { value: tf.neg(tf.log(tf.maximum(chosen, LEAST_SHARE))), saved: [shares, chosen, targets] };
    },
    backward: (dy, [shares, chosen, target]) => {
      const rows = tf.mul(shares, tf.expandDims(dy, 1));
      const places = tf.stack([tf.range(0, count, 1, "int32"), target], 1); // (N, 2)
      return [tf.tensorScatterUpdate(rows, places, tf.mul(tf.sub(chosen, 1), dy))];
    },
  }) as tf.Tensor1D;
}
