import * as tf from "@tensorflow/tfjs";
import { mend } from "./mend.ts";

/* Cumsum permutes its axes the wrong way for an inner axis; Cumprod has no gradient. */

mend("Cumsum", {
  gradFunc: (dy, _saved, attributes) => {
    const { axis, exclusive, reverse } = attributes as unknown as tf.CumsumAttrs;
    const [along] = tf.util.parseAxisParam(axis, (dy as tf.Tensor).shape);
    return { x: () => tf.cumsum(dy as tf.Tensor, along, exclusive, !reverse) };
  },
});

/** x moved by `distance` along the axis towards its end, or by −distance towards its beginning; `filler` moves in. */
function shifted(x: tf.Tensor, axis: number, distance: number, filler: number): tf.Tensor {
  const length = x.shape[axis];
  const by = Math.min(Math.abs(distance), length);
  const kept = tf.slice(
    x,
    x.shape.map((_, i) => (i === axis && distance < 0 ? by : 0)),
    x.shape.map((size, i) => (i === axis ? length - by : size)),
  );
  const [before, after] = distance < 0 ? [0, by] : [by, 0];
  return tf.pad(
    kept,
    x.shape.map((_, i) => (i === axis ? [before, after] : [0, 0]) as [number, number]),
    filler,
  );
}

/**
 * The running product as ⌈log₂ n⌉ products of a tensor with itself moved, and back through them: exact also where a factor
 * is zero, where dividing the products by x would not be.
 */
mend("Cumprod", {
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => {
    const { axis, exclusive, reverse } = attributes as unknown as tf.CumprodAttrs;
    const [along] = tf.util.parseAxisParam(axis, x.shape);
    const direction = reverse ? -1 : 1;
    return {
      x: () => {
        const steps: { whole: tf.Tensor; moved: tf.Tensor; distance: number }[] = [];
        let value = exclusive ? shifted(x, along, direction, 1) : x;
        for (let distance = 1; distance < x.shape[along]; distance *= 2) {
          const moved = shifted(value, along, direction * distance, 1);
          steps.push({ whole: value, moved, distance: direction * distance });
          value = tf.mul(value, moved);
        }
        let slope = dy as tf.Tensor;
        for (const { whole, moved, distance } of steps.reverse()) {
          slope = tf.add(tf.mul(slope, moved), shifted(tf.mul(slope, whole), along, -distance, 0));
        }
        return exclusive ? shifted(slope, along, -direction, 0) : slope;
      },
    };
  },
});
