import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { mirrored, termsOf } from "../linear-map.ts";
import { sameShape } from "../onnx/graph.ts";
import { stridesOf } from "../strided-slice.ts";
import { lower, type TensorType, tracer, typeOf } from "./backend.ts";

/* Ops that move or repeat elements and compute nothing; and those that make tensors of known numbers. */

lower("Identity", ({ x }) => tracer.alias(x, x.shape));
lower<tf.ReshapeAttrs>("Reshape", ({ x }, { shape }) =>
  tracer.alias(x, tf.util.inferFromImplicitShape(shape, sizeOf(x.shape))),
);
lower<tf.ExpandDimsAttrs>("ExpandDims", ({ input }, { dim }) => {
  const shape = input.shape.slice();
  shape.splice(dim < 0 ? dim + shape.length + 1 : dim, 0, 1);
  return tracer.alias(input, shape);
});

lower("ZerosLike", ({ x }) => tracer.fill(0, x.shape, typeOf(x)));
lower("OnesLike", ({ x }) => tracer.fill(1, x.shape, typeOf(x)));
lower<tf.FillAttrs>("Fill", (_, { shape, value, dtype }) =>
  tracer.fill(Number(value), shape, (dtype ?? tf.util.inferDtype(value)) as TensorType),
);
lower<tf.RangeAttrs>("Range", (_, { start, stop, step, dtype }) => {
  const length = Math.max(0, Math.ceil((stop - start) / step));
  const data = dtype === "int32" ? new Int32Array(length) : new Float32Array(length);
  return tracer.numbers(
    data.map((_, i) => start + i * step),
    [length],
    dtype as TensorType,
  );
});

lower<tf.LinSpaceAttrs>("LinSpace", (_, { start, stop, num }) => {
  const data = Float32Array.from({ length: num }, (_, i) => start + (i * (stop - start)) / Math.max(1, num - 1));
  return tracer.numbers(data, [num], "float32");
});

lower<tf.TransposeAttrs>("Transpose", ({ x }, { perm }) => {
  const shape = perm.map((axis) => x.shape[axis]);
  const fill = tracer.filledWith(x);
  return fill !== undefined
    ? tracer.fill(fill, shape, typeOf(x))
    : tracer.result(tracer.graph.transpose(tracer.value(x), perm));
});

lower<tf.SliceAttrs>("Slice", ({ x }, attributes) => {
  const [begin, size] = tf.slice_util.parseSliceParams(x as tf.Tensor, attributes.begin, attributes.size);
  const fill = tracer.filledWith(x);
  if (fill !== undefined) return tracer.fill(fill, size, typeOf(x));
  const end = begin.map((start, axis) => start + size[axis]);
  return tracer.result(tracer.graph.slice(tracer.value(x), begin, end));
});

lower<tf.StridedSliceAttrs>("StridedSlice", ({ x }, attributes) => {
  const { begin, end, strides, sizes, shape } = stridesOf(x.shape, attributes);
  const { graph } = tracer;
  if (sizes.includes(0)) return tracer.fill(0, shape, typeOf(x));
  return tracer.result(graph.reshape(graph.slice(tracer.value(x), begin, end, strides), shape));
});

/** Joins values along an axis; values of length 0 there are left out. */
function concat(values: readonly string[], axis: number): string {
  const { graph } = tracer;
  const infos = values.map((value) => graph.info(value));
  const filled = values.filter((_, i) => infos[i].shape[axis] > 0);
  if (filled.length <= 1) return filled[0] ?? values[0];
  const length = infos.reduce((sum, { shape }) => sum + shape[axis], 0);
  const shape = infos[0].shape.map((size, i) => (i === axis ? length : size));
  return graph.one("Concat", filled, { shape, dtype: infos[0].dtype }, { axis });
}

/** A tensor of one number throughout, if all of `parts` are filled with the same one. */
function sharedFill(parts: readonly tf.TensorInfo[]): number | undefined {
  const first = tracer.filledWith(parts[0]);
  return first !== undefined && parts.every((part) => tracer.filledWith(part) === first) ? first : undefined;
}

lower<tf.ConcatAttrs>("Concat", (inputs, { axis }) => {
  const parts = Object.values(inputs);
  const [along] = tf.util.parseAxisParam(axis, parts[0].shape);
  const fill = sharedFill(parts);
  if (fill !== undefined) {
    const shapes = parts.map(({ shape }) => shape);
    return tracer.fill(fill, tf.backend_util.computeOutShape(shapes, along), typeOf(parts[0]));
  }
  const values = parts.map((part) => tracer.value(part));
  return tracer.result(concat(values, along));
});

lower<tf.PackAttrs>("Pack", (inputs, { axis }) => {
  const { graph } = tracer;
  const parts = Object.values(inputs);
  const along = axis < 0 ? axis + parts[0].shape.length + 1 : axis;
  const shape = insert(parts[0].shape, along, 1);
  const whole = insert(parts[0].shape, along, parts.length);
  const fill = sharedFill(parts);
  if (fill !== undefined) return tracer.fill(fill, whole, typeOf(parts[0]));
  const values = parts.map((part) => tracer.value(part));
  // Along the first axis the parts follow one another anyway: one reshape of the whole instead of one for each.
  if (along === 0 && shape.length > 1) return tracer.result(graph.reshape(concat(values, 0), whole));
  const rows = values.map((value) => graph.reshape(value, shape));
  return tracer.result(concat(rows, along));
});

function insert(shape: readonly number[], axis: number, length: number): number[] {
  return [...shape.slice(0, axis), length, ...shape.slice(axis)];
}

/** WebGPU binds sixteen buffers to a kernel at most, one of which is what is split. */
const MOST_PARTS = 15;

function split(value: string, sizes: readonly number[], axis: number): readonly string[] {
  const { graph } = tracer;
  if (sizes.length === 1) return [value];
  if (sizes.length > MOST_PARTS) {
    const length = Math.ceil(sizes.length / MOST_PARTS);
    const groups = Array.from({ length: Math.ceil(sizes.length / length) }, (_, i) =>
      sizes.slice(i * length, (i + 1) * length),
    );
    const wholes = groups.map((group) => group.reduce((sum, size) => sum + size, 0));
    return split(value, wholes, axis).flatMap((whole, i) => split(whole, groups[i], axis));
  }
  const { shape, dtype } = graph.info(value);
  const outputs = sizes.map((size) => ({ shape: shape.map((length, i) => (i === axis ? size : length)), dtype }));
  return graph.many("Split", [value, graph.integers(sizes)], outputs, { axis });
}

lower<tf.SplitVAttrs>("SplitV", ({ x }, { numOrSizeSplits, axis }) => {
  const [along] = tf.util.parseAxisParam(axis, x.shape);
  const sizes = tf.backend_util.prepareSplitSize(x as tf.Tensor, numOrSizeSplits, along);
  return split(tracer.value(x), sizes, along).map((value) => tracer.result(value));
});

lower<tf.UnpackAttrs>("Unpack", ({ value: x }, { axis }) => {
  const { graph } = tracer;
  const along = axis < 0 ? axis + x.shape.length : axis;
  const shape = x.shape.filter((_, i) => i !== along);
  const count = x.shape[along];
  if (along === 0 && shape.length > 0) {
    const [length, ...rest] = shape;
    const rows = graph.reshape(tracer.value(x), [count * length, ...rest]);
    return split(rows, new Array<number>(count).fill(length), 0).map((value) => tracer.result(value));
  }
  const parts = split(tracer.value(x), new Array<number>(count).fill(1), along);
  return parts.map((value) => tracer.result(graph.reshape(value, shape)));
});

lower<tf.TileAttrs>("Tile", ({ x }, { reps }) => {
  const { graph } = tracer;
  const shape = x.shape.map((length, axis) => length * reps[axis]);
  const fill = tracer.filledWith(x);
  if (fill !== undefined) return tracer.fill(fill, shape, typeOf(x));
  if (x.shape.every((length, axis) => length === 1 || reps[axis] === 1))
    return tracer.result(graph.expand(tracer.value(x), shape));
  return tracer.result(graph.one("Tile", [tracer.value(x), graph.integers(reps)], { shape, dtype: typeOf(x) }));
});

lower<tf.BroadCastToAttrs>("BroadcastTo", ({ x }, { shape }) => {
  const fill = tracer.filledWith(x);
  return fill !== undefined
    ? tracer.fill(fill, shape, typeOf(x))
    : tracer.result(tracer.graph.expand(tracer.value(x), shape));
});

lower<tf.PadV2Attrs>("PadV2", ({ x }, { paddings, constantValue }) => {
  const shape = x.shape.map((length, axis) => length + paddings[axis][0] + paddings[axis][1]);
  if (sameShape(shape, x.shape)) return tracer.alias(x, shape);
  if (tracer.filledWith(x) === constantValue) return tracer.fill(constantValue, shape, typeOf(x));
  return tracer.result(tracer.graph.pad(tracer.value(x), paddings, constantValue));
});

lower<tf.MirrorPadAttrs>("MirrorPad", ({ x }, { paddings, mode }) => {
  const { graph } = tracer;
  let value = tracer.value(x);
  paddings.forEach(([before, after], axis) => {
    if (before + after === 0) return;
    const { places } = termsOf(mirrored(x.shape[axis], [before, after], mode));
    const shape = graph.info(value).shape.map((size, i) => (i === axis ? places.length : size));
    const index = graph.constant(places, [places.length], "int32");
    value = graph.one("Gather", [value, index], { shape, dtype: typeOf(x) }, { axis });
  });
  return tracer.result(value);
});

lower<tf.ReverseAttrs>("Reverse", ({ x }, { dims }) => {
  const reversed = tf.util.parseAxisParam(dims, x.shape);
  const flip = (axis: number) => reversed.includes(axis);
  const begin = x.shape.map((length, axis) => (flip(axis) ? length - 1 : 0));
  const end = x.shape.map((length, axis) => (flip(axis) ? -1 : length));
  const steps = x.shape.map((_, axis) => (flip(axis) ? -1 : 1));
  return tracer.result(tracer.graph.slice(tracer.value(x), begin, end, steps));
});
