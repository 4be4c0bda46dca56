import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { sameShape } from "../onnx/graph.ts";
import { lower, tracer, typeOf } from "./backend.ts";

/* Sums and extrema along axes. */

interface AxisAttributes {
  readonly axis?: number | number[];
  readonly reductionIndices?: number | number[]; // what Max calls its axes
  readonly keepDims?: boolean;
}

const axesOf = (x: tf.TensorInfo, axis: number | number[] | undefined): number[] =>
  tf.util.parseAxisParam(axis as number | number[], x.shape);

function reducedShape(x: tf.TensorInfo, axes: readonly number[], keepDims = false): number[] {
  if (keepDims) return x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return x.shape.filter((_, axis) => !axes.includes(axis));
}

/**
 * Neighbouring axes that are all reduced, or all kept, as one axis: ONNX Runtime has fast paths for reductions of
 * two- and three-dimensional arrays.
 */
function mergeAxes(shape: readonly number[], axes: readonly number[]): { shape: number[]; axes: number[] } {
  const merged: { length: number; reduced: boolean }[] = [];
  shape.forEach((length, axis) => {
    if (length === 1) return;
    const reduced = axes.includes(axis);
    const last = merged.at(-1);
    if (last?.reduced === reduced) last.length *= length;
    else merged.push({ length, reduced });
  });
  return {
    shape: merged.map(({ length }) => length),
    axes: merged.flatMap(({ reduced }, axis) => (reduced ? [axis] : [])),
  };
}

const SHORT_ROW = 16; // elements
const ROWS = 32;
const FEW = 8;
const SMALL = 2048; // elements

/** Reduces with an ONNX op; axes are an input of ReduceSum and an attribute of the others (opset 17). */
export function reduce(op: string, value: string, axes: readonly number[], shape: readonly number[]): string {
  const { graph } = tracer;
  const { shape: full, dtype } = graph.info(value);
  if (sizeOf(full) <= SMALL && axes.length > 0 && axes.some((axis) => full[axis] !== 1)) {
    // Too little for a fast path to matter: no reshapes around it, each of which costs as much as the sum.
    const keepdims = Number(shape.length === full.length);
    const kept = full.map((length, axis) => (axes.includes(axis) ? 1 : length));
    const info = { shape: keepdims ? kept : full.filter((_, axis) => !axes.includes(axis)), dtype };
    const small =
      op === "ReduceSum"
        ? graph.one(op, [value, graph.integers(axes)], info, { keepdims })
        : graph.one(op, [value], info, { axes: [...axes], keepdims });
    return graph.reshape(small, shape);
  }
  const merged = mergeAxes(full, axes);
  if (merged.axes.length === 0) return graph.reshape(value, shape);
  const [rows, columns] = merged.shape;
  if (merged.shape.length === 2 && merged.axes[0] === 0 && columns < SHORT_ROW && rows % ROWS === 0 && rows > ROWS) {
    // Sums over the pixels of an image with few channels: over blocks of pixels first, which keeps the vector units busy.
    const blocks = reduce(op, graph.reshape(value, [rows / ROWS, ROWS * columns]), [0], [ROWS, columns]);
    return reduce(op, blocks, [0], shape);
  }
  const source = graph.reshape(value, merged.shape);
  const [outer, few, inner] = merged.shape;
  if (
    op === "ReduceSum" &&
    dtype === "float32" &&
    merged.shape.length === 3 &&
    merged.axes[0] === 1 &&
    few > 0 &&
    few <= FEW
  ) {
    // A few long rows each (the components of a mixture): several times as fast as the op that is meant for it.
    const row = { shape: [outer, 1, inner], dtype } as const;
    const rows = graph.many("Split", [source], new Array(few).fill(row), { axis: 1 });
    return graph.reshape(graph.one("Sum", rows, row), shape);
  }
  // With axes of length 1 where they are wanted there anyway, which saves a reshape.
  const kept = merged.shape.map((length, axis) => (merged.axes.includes(axis) ? 1 : length));
  const keepdims = Number(sameShape(kept, shape));
  const info = { shape: keepdims ? kept : merged.shape.filter((_, axis) => !merged.axes.includes(axis)), dtype };
  const reduced =
    op === "ReduceSum"
      ? graph.one(op, [source, graph.integers(merged.axes)], info, { keepdims })
      : graph.one(op, [source], info, { axes: merged.axes, keepdims });
  return graph.reshape(reduced, shape);
}

lower<AxisAttributes>("Sum", ({ x }, { axis, keepDims }) => {
  const axes = axesOf(x, axis);
  const shape = reducedShape(x, axes, keepDims);
  const dtype = typeOf(x) === "bool" ? "int32" : typeOf(x);
  const fill = tracer.filledWith(x);
  if (fill !== undefined) return tracer.fill((fill * sizeOf(x.shape)) / sizeOf(shape), shape, dtype);
  return tracer.result(reduce("ReduceSum", tracer.graph.cast(tracer.value(x), dtype), axes, shape));
});

for (const [name, op] of Object.entries({ Max: "ReduceMax", Min: "ReduceMin", Prod: "ReduceProd" })) {
  lower<AxisAttributes>(name, ({ x }, { axis, reductionIndices, keepDims }) => {
    const axes = axesOf(x, reductionIndices ?? axis);
    const dtype = typeOf(x) === "bool" ? "int32" : typeOf(x);
    return tracer.result(reduce(op, tracer.graph.cast(tracer.value(x), dtype), axes, reducedShape(x, axes, keepDims)));
  });
}

lower<AxisAttributes>("Mean", ({ x }, { axis, keepDims }) => {
  const axes = axesOf(x, axis);
  return tracer.result(
    reduce("ReduceMean", tracer.graph.cast(tracer.value(x), "float32"), axes, reducedShape(x, axes, keepDims)),
  );
});

for (const [name, op] of Object.entries({ All: "ReduceMin", Any: "ReduceMax" })) {
  lower<AxisAttributes>(name, ({ x }, { axis, keepDims }) => {
    const { graph } = tracer;
    const axes = axesOf(x, axis);
    return tracer.result(
      graph.cast(reduce(op, graph.cast(tracer.value(x), "int32"), axes, reducedShape(x, axes, keepDims)), "bool"),
    );
  });
}

for (const name of ["ArgMax", "ArgMin"]) {
  lower<AxisAttributes>(name, ({ x }, { axis }) => {
    const [along] = axesOf(x, axis);
    const info = { shape: reducedShape(x, [along]), dtype: "int64" } as const;
    return tracer.result(tracer.graph.one(name, [tracer.value(x)], info, { axis: along, keepdims: 0 }));
  });
}

const last = (axis: number, x: tf.TensorInfo): number => (axis < 0 ? axis + x.shape.length : axis);
/** Not `elementwise`: the axis is that of the value as it stands. */
function along(op: string, x: tf.TensorInfo, axis: number): tf.TensorInfo {
  const value = tracer.graph.cast(tracer.value(x), "float32");
  return tracer.result(tracer.graph.one(op, [value], tracer.graph.info(value), { axis: last(axis, x) }));
}
lower<tf.SoftmaxAttrs>("Softmax", ({ logits }, { dim }) => along("Softmax", logits, dim));
lower<tf.LogSoftmaxAttrs>("LogSoftmax", ({ logits }, { axis }) => along("LogSoftmax", logits, axis));

lower<tf.TopKAttrs>("TopK", ({ x }, { k, sorted }) => {
  const { graph } = tracer;
  const shape = [...x.shape.slice(0, -1), k];
  const outputs = [
    { shape, dtype: typeOf(x) },
    { shape, dtype: "int64" as const },
  ];
  const attributes = { axis: x.shape.length - 1, sorted: Number(sorted) };
  return graph
    .many("TopK", [tracer.value(x), graph.integers([k])], outputs, attributes)
    .map((name) => tracer.result(name));
});
