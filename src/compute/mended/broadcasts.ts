import * as tf from "@tensorflow/tfjs";
import { mend } from "./mend.ts";

/* Maximum, Minimum and SquaredDifference forget that an operand may have been broadcast. */

type Pair = readonly [a: tf.Tensor, b: tf.Tensor];
type Slopes = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => Pair;

/** Sums a slope over the axes along which its operand was repeated. */
function unbroadcast(slope: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const axes = tf.backend_util.getReductionAxes(x.shape, slope.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(slope, axes) : slope, x.shape);
}

function mendPair(kernelName: string, slopes: Slopes): void {
  mend(kernelName, {
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved) => {
      const [a, b] = saved;
      return {
        a: () => unbroadcast(slopes(dy as tf.Tensor, a, b)[0], a),
        b: () => unbroadcast(slopes(dy as tf.Tensor, a, b)[1], b),
      };
    },
  });
}

const where = (condition: tf.Tensor, dy: tf.Tensor): tf.Tensor => tf.mul(dy, tf.cast(condition, "float32"));
mendPair("Maximum", (dy, a, b) => [where(tf.greaterEqual(a, b), dy), where(tf.less(a, b), dy)]); // a tie goes to a, as in tfjs
mendPair("Minimum", (dy, a, b) => [where(tf.lessEqual(a, b), dy), where(tf.greater(a, b), dy)]);
mendPair("SquaredDifference", (dy, a, b) => {
  const slope = tf.mul(dy, tf.mul(2, tf.sub(a, b)));
  return [slope, tf.neg(slope)];
});
