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
      const inputs = [dy as tf.Tensor, ...operands.filter((_, k) => k !== i)];
      const slope = tf.einsum(`${[result, ...others].join()}->${known.join("")}`, ...inputs);
      const shape = operand.shape.map((length, axis) => (known.includes(axes[i][axis]) ? length : 1));
      return tf.broadcastTo(tf.reshape(slope, shape), operand.shape);
    });
    return Object.fromEntries(slopes.entries());
  },
});
