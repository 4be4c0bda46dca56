import * as tf from "@tensorflow/tfjs";
import { mend, zero } from "./mend.ts";

/*
 * Ops whose results are choices, not slopes: comparisons, logic, places. tfjs refuses them on the way from a parameter to
 * a loss (`where(greater(x, 0), …)`, `gather(codes, argMin(distances))`), where their slope is zero. So it is for a cast to
 * int32 or bool, which tfjs lets slopes through.
 */

const PAIRS = "Greater GreaterEqual Less LessEqual Equal NotEqual LogicalAnd LogicalOr";
for (const kernelName of PAIRS.split(" ")) {
  mend(kernelName, { inputsToSave: ["a", "b"], gradFunc: (_, [a, b]) => ({ a: zero(a), b: zero(b) }) });
}

const SINGLES = "LogicalNot IsNan IsInf IsFinite ArgMax ArgMin All Any";
for (const kernelName of SINGLES.split(" ")) {
  mend(kernelName, { inputsToSave: ["x"], gradFunc: (_, [x]) => ({ x: zero(x) }) });
}

mend("SearchSorted", {
  inputsToSave: ["sortedSequence", "values"],
  gradFunc: (_, [sortedSequence, values]) => ({ sortedSequence: zero(sortedSequence), values: zero(values) }),
});

mend("Cast", {
  inputsToSave: ["x"],
  gradFunc: (dy, [x], attributes) => {
    const { dtype } = attributes as unknown as tf.CastAttrs;
    return { x: dtype === "float32" ? () => tf.clone(dy as tf.Tensor) : zero(x) };
  },
});
