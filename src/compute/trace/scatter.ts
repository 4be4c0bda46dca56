import type * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { lower, tracer, typeOf } from "./backend.ts";

/* Ops that write at indices. */

/** Adds rows of `updates` into zeros of `shape` at `indices` (…, depth); rows that meet are summed in order. */
function scatter(indices: string, updates: string, shape: readonly number[]): string {
  const { graph } = tracer;
  const { dtype } = graph.info(updates);
  const empty = graph.expand(graph.scalar(0, dtype), shape);
  return graph.one("ScatterND", [empty, graph.cast(indices, "int64"), updates], { shape, dtype }, { reduction: "add" });
}

lower<tf.ScatterNdAttrs>("ScatterNd", ({ indices, updates }, { shape }) =>
  tracer.result(scatter(tracer.value(indices), tracer.value(updates), shape)),
);

/** The gradient of gather. ScatterND sums in order of the rows, so one and two threads agree to the bit. */
lower<tf.UnsortedSegmentSumAttrs>("UnsortedSegmentSum", ({ x, segmentIds }, { numSegments }) => {
  const { graph } = tracer;
  const count = sizeOf(segmentIds.shape);
  const rest = x.shape.slice(segmentIds.shape.length);
  const indices = graph.reshape(tracer.value(segmentIds), [count, 1]);
  const rows = graph.reshape(tracer.value(x), [count, ...rest]);
  return tracer.result(scatter(indices, rows, [numSegments, ...rest]));
});

/** A tensor with rows of `updates` in the place of its own at `indices`. */
lower("TensorScatterUpdate", ({ tensor, indices, updates }) => {
  const { graph } = tracer;
  const places = graph.cast(tracer.value(indices), "int64");
  const inputs = [tracer.value(tensor), places, tracer.value(updates)];
  return tracer.result(graph.one("ScatterND", inputs, { shape: tensor.shape, dtype: typeOf(tensor) }));
});
