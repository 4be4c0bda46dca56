import * as tf from "@tensorflow/tfjs";
import { lower, tracer } from "./backend.ts";
import { elementwise } from "./unary.ts";

/* Running sums and products along an axis. */

lower<tf.CumsumAttrs>("Cumsum", ({ x }, { axis, exclusive, reverse }) => {
  const along = tracer.graph.scalar(tf.util.parseAxisParam(axis, x.shape)[0], "int64");
  return tracer.result(
    elementwise("CumSum", [tracer.value(x), along], { exclusive: Number(exclusive), reverse: Number(reverse) }),
  );
});

/** A value moved by `distance` along an axis towards its end (or its beginning), ones moving in. */
function shifted(value: string, axis: number, distance: number, reverse: boolean): string {
  const { graph } = tracer;
  const { shape } = graph.info(value);
  const begin = shape.map((_, i) => (i === axis && reverse ? distance : 0));
  const end = shape.map((length, i) => (i === axis && !reverse ? length - distance : length));
  const [before, after] = reverse ? [0, distance] : [distance, 0];
  const paddings = shape.map((_, i) => (i === axis ? ([before, after] as const) : ([0, 0] as const)));
  return graph.pad(graph.slice(value, begin, end), paddings, 1);
}

/** ONNX has no running product: ⌈log₂ n⌉ products with the value itself moved by 1, 2, 4, … (Hillis & Steele 1986). */
lower<tf.CumprodAttrs>("Cumprod", ({ x }, { axis, exclusive, reverse }) => {
  const [along] = tf.util.parseAxisParam(axis, x.shape);
  const length = x.shape[along];
  let value = tracer.value(x);
  if (exclusive && length > 0) value = shifted(value, along, 1, reverse);
  for (let distance = 1; distance < length; distance *= 2) {
    value = elementwise("Mul", [value, shifted(value, along, distance, reverse)]);
  }
  return tracer.result(value);
});
