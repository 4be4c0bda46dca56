import * as tf from "@tensorflow/tfjs";
import { mend } from "./mend.ts";

/** Einsum has no gradient. That of an operand is the Einstein sum of dy and the other one, repeated along what was summed alone. */
mend("Einsum", {
  saveAllInputs: true,
  gradFunc: (dy, operands, attributes) => {
    const { equation } = attributes as unknown as tf.EinsumAttrs;
    const [left, result] = equation.replace(/\s/g, "").split("->");
    const axes = left.split(",");
    const slopes = operands.map((operand, i) => () => {
      const others = axes.filter((_, k) => k !== i);
      const known = [...axes[i]].filter((letter) => [result, ...others].some((names) => names.includes(letter)));
      const rest = operands.filter((_, k) => k !== i);
      const slope = slopeOf({ dy: dy as tf.Tensor, result, others, rest, wanted: known.join("") });
      const shape = operand.shape.map((length, axis) => (known.includes(axes[i][axis]) ? length : 1));
      return tf.broadcastTo(tf.reshape(slope, shape), operand.shape);
    });
    return Object.fromEntries(slopes.entries());
  },
});

interface Parts {
  readonly dy: tf.Tensor;
  readonly result: string;
  readonly others: readonly string[];
  readonly rest: readonly tf.Tensor[];
  readonly wanted: string;
}

/** Σ dy · rest over the axes that are not wanted. */
function slopeOf({ dy, result, others, rest, wanted }: Parts): tf.Tensor {
  const [other] = rest;
  if (!other) {
    return tf.transpose(
      dy,
      [...wanted].map((letter) => result.indexOf(letter)),
    );
  }
  if (result === "") return tf.mul(dy, sumTo(other, others[0], wanted));
  return tf.einsum(`${[result, ...others].join()}->${wanted}`, dy, ...rest);
}

function sumTo(x: tf.Tensor, axes: string, wanted: string): tf.Tensor {
  const gone = [...axes].flatMap((letter, axis) => (wanted.includes(letter) ? [] : [axis]));
  const kept = [...axes].filter((letter) => wanted.includes(letter));
  const sum = gone.length > 0 ? tf.sum(x, gone) : x;
  return tf.transpose(
    sum,
    [...wanted].map((letter) => kept.indexOf(letter)),
  );
}
