import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { lower, type TensorType, tracer, typeOf } from "./backend.ts";
import { reduce } from "./reduce.ts";

/* Ops that read at indices. */

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
  // As one Gather over all batches, the axis moved behind them: batch b's rows start at b · length.
  const [batch, outer] = [x.shape.slice(0, batchDims), x.shape.slice(batchDims, along)];
  const [rest, length] = [x.shape.slice(along + 1), x.shape[along]];
  const count = sizeOf(batch);
  const each = sizeOf(indices.shape) / count;
  const offsets = graph.constant(
    Int32Array.from({ length: count }, (_, b) => b * length),
    [count, 1],
    "int32",
  );
  const sum = { shape: [count, each], dtype: "int32" } as const;
  const flat = graph.one("Add", [graph.cast(graph.reshape(places, [count, each]), "int32"), offsets], sum);
  const cells = graph.reshape(tracer.value(x), [count, sizeOf(outer), length, sizeOf(rest)]);
  const rows = graph.reshape(graph.transpose(cells, [0, 2, 1, 3]), [count * length, sizeOf(outer) * sizeOf(rest)]);
  const info = { shape: [count, each, sizeOf(outer) * sizeOf(rest)], dtype: typeOf(x) };
  const picked = graph.one("Gather", [rows, flat], info, { axis: 0 });
  const apart = graph.reshape(picked, [count, each, sizeOf(outer), sizeOf(rest)]);
  const shape = [...batch, ...outer, ...indices.shape.slice(batchDims), ...rest];
  return tracer.result(graph.reshape(graph.transpose(apart, [0, 2, 1, 3]), shape));
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

/** How many elements of each sorted row (N, length) are less than (or at most) each value (N, k). */
lower<tf.SearchSortedAttrs>("SearchSorted", ({ sortedSequence, values }, { side }) => {
  const { graph } = tracer;
  const [batch, length] = sortedSequence.shape;
  const count = values.shape[1];
  const row = graph.reshape(tracer.value(sortedSequence), [batch, 1, length]);
  const column = graph.reshape(tracer.value(values), [batch, count, 1]);
  const op = side === "left" ? "Less" : "LessOrEqual";
  const below = graph.one(op, [row, column], { shape: [batch, count, length], dtype: "bool" });
  return tracer.result(reduce("ReduceSum", graph.cast(below, "int32"), [2], [batch, count]));
});
