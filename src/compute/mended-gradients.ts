import * as tf from "@tensorflow/tfjs";

/*
 * Gradients that tfjs 4.22 gets wrong or lacks, for every engine alike. Maximum, Minimum and SquaredDifference forget that
 * an operand may have been broadcast; Cumsum permutes its axes the wrong way for an inner axis; enlarged images are wrong
 * beyond the first of a batch; comparisons refuse to be on the way from a parameter to a loss, where their slope is zero
 * (`where(greater(x, 0), …)`).
 */

type Pair = readonly [a: tf.Tensor, b: tf.Tensor];
type Slopes = (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => Pair;

/** Sums a slope over the axes along which its operand was repeated. */
function unbroadcast(slope: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const axes = tf.backend_util.getReductionAxes(x.shape, slope.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(slope, axes) : slope, x.shape);
}

function mend(kernelName: string, gradient: Omit<tf.GradConfig, "kernelName">): void {
  if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
  tf.registerGradient({ kernelName, ...gradient });
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

mend("Cumsum", {
  gradFunc: (dy, _saved, attributes) => {
    const { axis, exclusive, reverse } = attributes as unknown as tf.CumsumAttrs;
    return { x: () => tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse) };
  },
});

mend("ResizeNearestNeighbor", {
  inputsToSave: ["images"],
  gradFunc: (dy, [images], attributes) => ({
    images: () => {
      const [batch, height, width, channels] = images.shape;
      const { size, alignCorners } = attributes as unknown as tf.ResizeNearestNeighborAttrs;
      const [ry, rx] = [size[0] / height, size[1] / width];
      if (alignCorners || !Number.isInteger(ry) || !Number.isInteger(rx)) {
        return tf.engine().runKernel(tf.ResizeNearestNeighborGrad, { images, dy: dy as tf.Tensor }, attributes);
      }
      return tf.sum(tf.reshape(dy as tf.Tensor, [batch, height, ry, width, rx, channels]), [2, 4]); // each pixel's copies
    },
  }),
});

const zero =
  (x: tf.Tensor): (() => tf.Tensor) =>
  () =>
    tf.zeros(x.shape);
for (const kernelName of [
  "Greater",
  "GreaterEqual",
  "Less",
  "LessEqual",
  "Equal",
  "NotEqual",
  "LogicalAnd",
  "LogicalOr",
]) {
  mend(kernelName, { inputsToSave: ["a", "b"], gradFunc: (_, saved) => ({ a: zero(saved[0]), b: zero(saved[1]) }) });
}
mend("LogicalNot", { inputsToSave: ["x"], gradFunc: (_, saved) => ({ x: zero(saved[0]) }) });
