import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { lower, type TensorType, tracer, typeOf } from "./backend.ts";

/* Ops that read or write at indices. */

lower<tf.OneHotAttrs>("OneHot", ({ indices }, { depth, onValue = 1, offValue = 0, dtype = "int32" }) => {
  const { graph } = tracer;
  const shape = [...indices.shape, depth];
  const rows = graph.cast(graph.reshape(tracer.value(indices), [...indices.shape, 1]), "int32");
  const places = graph.constant(
    Int32Array.from({ length: depth }, (_, i) => i),
    [depth],
    "int32",
  );
  const hit = graph.one("Equal", [rows, places], { shape, dtype: "bool" }); // an index out of range gives a row without a hit
  const type = dtype as TensorType;
  if (onValue === 1 && offValue === 0) return tracer.result(graph.cast(hit, type));
  return tracer.result(
    graph.one("Where", [hit, graph.scalar(onValue, type), graph.scalar(offValue, type)], { shape, dtype: type }),
  );
});

lower<tf.GatherV2Attrs>("GatherV2", ({ x, indices }, { axis, batchDims }) => {
  const { graph } = tracer;
  const [along] = tf.util.parseAxisParam(axis, x.shape);
  const places = tracer.value(indices);
  if (!batchDims) {
    const shape = [...x.shape.slice(0, along), ...indices.shape, ...x.shape.slice(along + 1)];
    return tracer.result(graph.one("Gather", [tracer.value(x), places], { shape, dtype: typeOf(x) }, { axis: along }));
  }
  if (along !== batchDims) throw tracer.refuse("gathers with batchDims other than the axis");
  // As one Gather over all batches: batch b's rows start at b · length.
  const [batch, length] = [x.shape.slice(0, batchDims), x.shape[along]];
  const count = sizeOf(batch);
  const offsets = graph.constant(
    Int32Array.from({ length: count }, (_, b) => b * length),
    [count, 1],
    "int32",
  );
  const each = sizeOf(indices.shape) / count;
  const flat = graph.one("Add", [graph.reshape(places, [count, each]), offsets], {
    shape: [count, each],
    dtype: "int32",
  });
  const rest = x.shape.slice(along + 1);
  const rows = graph.reshape(tracer.value(x), [count * length, ...rest]);
  const picked = graph.one("Gather", [rows, flat], { shape: [count, each, ...rest], dtype: typeOf(x) }, { axis: 0 });
  return tracer.result(graph.reshape(picked, [...indices.shape, ...rest]));
});

lower("GatherNd", ({ params, indices }) => {
  const { graph } = tracer;
  const depth = indices.shape.at(-1)!;
  const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
  return tracer.result(
    graph.one("GatherND", [tracer.value(params), graph.cast(tracer.value(indices), "int64")], {
      shape,
      dtype: typeOf(params),
    }),
  );
});

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
