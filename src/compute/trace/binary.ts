import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { sameShape, type ValueType } from "../onnx/graph.ts";
import { lower, type TensorType, tracer, typeOf } from "./backend.ts";

/* Two tensors in, broadcast against each other; and the few ops with more. */

/**
 * The value to use for one operand. ONNX broadcasts by itself, so a filled tensor becomes a scalar, and an Expand is
 * looked through, as long as the other operand carries the full shape.
 */
function operand(x: tf.TensorInfo, shape: readonly number[], other: tf.TensorInfo): string {
  const { graph } = tracer;
  if (!sameShape(other.shape, shape)) return tracer.value(x);
  const fill = tracer.filledWith(x);
  if (fill !== undefined) return graph.scalar(fill, typeOf(x));
  const value = tracer.value(x);
  return expandedFrom(value) ?? value;
}

/** What an Expand repeats; undefined for any other value. */
function expandedFrom(value: string): string | undefined {
  const source = tracer.graph.producer(value);
  return source?.op === "Expand" ? source.inputs[0] : undefined;
}

const shapeOf = (a: tf.TensorInfo, b: tf.TensorInfo): number[] =>
  tf.backend_util.assertAndGetBroadcastShape(a.shape, b.shape);

type Fold = (a: number, b: number) => number;
const FOLDS: Readonly<Record<string, Fold>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Max: Math.max,
  Min: Math.min,
};

/** x itself, repeated to `shape`. */
function repeated(x: tf.TensorInfo, shape: readonly number[]): tf.TensorInfo {
  if (sameShape(x.shape, shape)) return tracer.alias(x, shape);
  const fill = tracer.filledWith(x);
  if (fill !== undefined) return tracer.fill(fill, shape, typeOf(x));
  return tracer.result(tracer.graph.expand(tracer.value(x), shape));
}

/** x ∘ 1, x ∘ 0 and the like, where the answer is an operand or a constant. Float only: int32 division truncates. */
function simplified(
  op: string,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  shape: readonly number[],
): tf.TensorInfo | undefined {
  const [left, right] = [tracer.filledWith(a), tracer.filledWith(b)];
  if (left !== undefined && right !== undefined && FOLDS[op])
    return tracer.fill(FOLDS[op](left, right), shape, "float32");
  if ((right === 1 && (op === "Mul" || op === "Div")) || (right === 0 && (op === "Add" || op === "Sub")))
    return repeated(a, shape);
  if ((left === 1 && op === "Mul") || (left === 0 && op === "Add")) return repeated(b, shape);
  if (op === "Mul" && (left === 0 || right === 0)) return tracer.fill(0, shape, "float32"); // gradients: never 0 · ∞ by design
  return undefined;
}

/** f(Expand(x), scalar) → Expand(f(x, scalar)): computes on the small side of a broadcast. */
function belowExpand(
  op: string,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  shape: readonly number[],
  dtype: ValueType,
): string | undefined {
  const { graph } = tracer;
  for (const [x, other, flipped] of [
    [a, b, false],
    [b, a, true],
  ] as const) {
    const fill = tracer.filledWith(other);
    if (fill === undefined || !sameShape(x.shape, shape) || tracer.filledWith(x) !== undefined) continue;
    const source = expandedFrom(tracer.value(x));
    if (source === undefined) continue;
    const constant = graph.scalar(fill, typeOf(other));
    const small = graph.one(op, flipped ? [constant, source] : [source, constant], {
      shape: graph.info(source).shape,
      dtype,
    });
    return graph.expand(small, shape);
  }
  return undefined;
}

const SHORT_ROW = 16; // elements; ONNX Runtime broadcasts vectors shorter than this slowly
const LONG_ROW = 128;

/** A short vector against the last axis (the three channels of an image), repeated to a long row of pixels. */
function withShortVector(op: string, a: tf.TensorInfo, b: tf.TensorInfo, shape: readonly number[]): string | undefined {
  const { graph } = tracer;
  const columns = shape.at(-1)!;
  if (columns === 1 || columns >= SHORT_ROW || sizeOf(shape) === 0) return undefined;
  for (const [x, vector, flipped] of [
    [a, b, false],
    [b, a, true],
  ] as const) {
    if (sizeOf(vector.shape) !== columns || vector.shape.at(-1) !== columns || !sameShape(x.shape, shape)) continue;
    if (tracer.filledWith(x) !== undefined || tracer.filledWith(vector) !== undefined) continue;
    const source = graph.producer(tracer.value(x));
    const inner = source?.op === "Reshape" ? graph.producer(source.inputs[0]) : source;
    if (op === "Add" && (inner?.op === "MatMul" || inner?.op === "Gemm")) return undefined; // the product will begin with it
    let repeats = 1; // pixels in a row
    for (let axis = shape.length - 2; axis >= 0 && repeats * columns < LONG_ROW; axis--) repeats *= shape[axis];
    if (repeats === 1) continue;
    const row = graph.expand(graph.reshape(tracer.value(vector), [columns]), [repeats, columns]);
    const wide = graph.reshape(row, [repeats * columns]);
    const flat = graph.reshape(tracer.value(x), [sizeOf(shape) / (repeats * columns), repeats * columns]);
    return graph.reshape(graph.one(op, flipped ? [wide, flat] : [flat, wide], graph.info(flat)), shape);
  }
  return undefined;
}

/** Both operands as tensors of one type; bool counts as int32 in arithmetic and comparisons. */
function numeric(x: tf.TensorInfo): tf.TensorInfo {
  if (x.dtype !== "bool") return x;
  const fill = tracer.filledWith(x);
  return fill !== undefined
    ? tracer.fill(fill, x.shape, "int32")
    : tracer.result(tracer.graph.cast(tracer.value(x), "int32"));
}

function binary(op: string, left: tf.TensorInfo, right: tf.TensorInfo, to?: TensorType): tf.TensorInfo {
  const [a, b] = [numeric(left), numeric(right)];
  const shape = shapeOf(a, b);
  const dtype = to ?? typeOf(a);
  if (dtype === "float32") {
    const simple = simplified(op, a, b, shape);
    if (simple) return simple;
    if (typeOf(a) === "float32" && typeOf(b) === "float32") {
      const long = withShortVector(op, a, b, shape);
      if (long) return tracer.result(long);
    }
  }
  const small = belowExpand(op, a, b, shape, dtype);
  if (small !== undefined) return tracer.result(small);
  const first = operand(a, shape, b);
  const whole = sameShape(tracer.graph.info(first).shape, shape); // one of the two has to carry the shape
  const second = whole ? operand(b, shape, a) : tracer.value(b);
  return tracer.result(tracer.graph.one(op, [first, second], { shape, dtype }));
}

const ARITHMETIC = { Add: "Add", Sub: "Sub", Multiply: "Mul", Maximum: "Max", Minimum: "Min" };
for (const [kernel, op] of Object.entries(ARITHMETIC)) lower(kernel, ({ a, b }) => binary(op, a, b));
lower("RealDiv", ({ a, b }) => binary("Div", a, b, "float32"));
lower("Pow", ({ a, b }) => binary("Pow", a, b));

const COMPARISONS = {
  Equal: "Equal",
  Greater: "Greater",
  GreaterEqual: "GreaterOrEqual",
  Less: "Less",
  LessEqual: "LessOrEqual",
};
for (const [kernel, op] of Object.entries(COMPARISONS)) lower(kernel, ({ a, b }) => binary(op, a, b, "bool"));
lower("NotEqual", ({ a, b }) => {
  const equal = tracer.value(binary("Equal", a, b, "bool"));
  return tracer.result(tracer.graph.one("Not", [equal], tracer.graph.info(equal)));
});

for (const [kernel, op] of Object.entries({ LogicalAnd: "And", LogicalOr: "Or", LogicalXor: "Xor" })) {
  lower(kernel, ({ a, b }) =>
    tracer.result(tracer.graph.one(op, [tracer.value(a), tracer.value(b)], { shape: shapeOf(a, b), dtype: "bool" })),
  );
}

lower("SquaredDifference", ({ a, b }) => {
  const difference = tracer.value(binary("Sub", a, b));
  return tracer.result(tracer.graph.one("Mul", [difference, difference], tracer.graph.info(difference)));
});

/** ⌊a / b⌋. int32 goes through float32, exact below 2²⁴, as in the tfjs cpu backend through float64. */
lower("FloorDiv", ({ a, b }) => {
  const { graph } = tracer;
  const shape = shapeOf(a, b);
  const inputs = [a, b].map((x) => graph.cast(tracer.value(x), "float32"));
  const quotient = graph.one("Div", inputs, { shape, dtype: "float32" });
  return tracer.result(graph.cast(graph.one("Floor", [quotient], { shape, dtype: "float32" }), "int32"));
});

/** a − ⌊a / b⌋ · b: the sign of the divisor, as in Python. */
lower("Mod", ({ a, b }) => {
  const { graph } = tracer;
  const info = { shape: shapeOf(a, b), dtype: typeOf(a) };
  const [x, y] = [tracer.value(a), tracer.value(b)];
  if (info.dtype === "int32") return tracer.result(graph.one("Mod", [x, y], info));
  const whole = graph.one("Floor", [graph.one("Div", [x, y], info)], info);
  return tracer.result(graph.one("Sub", [x, graph.one("Mul", [whole, y], info)], info));
});

/** The angle of the point (b, a): the quotient's arc tangent, half a turn further on the left. */
lower("Atan2", ({ a, b }) => {
  const { graph } = tracer;
  const shape = shapeOf(a, b);
  const info = { shape, dtype: "float32" } as const;
  const [y, x] = [tracer.value(a), tracer.value(b)];
  const zero = graph.scalar(0);
  const test = (op: string, value: string): string =>
    graph.one(op, [value, zero], { shape: graph.info(value).shape, dtype: "bool" });
  const choose = (condition: string, yes: string, no: string): string => graph.one("Where", [condition, yes, no], info);
  const angle = graph.one("Atan", [graph.one("Div", [y, x], info)], info);
  const half = graph.one("Where", [test("Less", y), graph.scalar(-Math.PI), graph.scalar(Math.PI)], {
    shape: a.shape,
    dtype: "float32",
  });
  const turned = choose(test("Less", x), graph.one("Add", [angle, half], info), angle);
  const nowhere = graph.one("And", [test("Equal", x), test("Equal", y)], { shape, dtype: "bool" });
  return tracer.result(choose(nowhere, zero, turned));
});

lower("Prelu", ({ x, alpha }) => {
  const { graph } = tracer;
  const info = { shape: shapeOf(x, alpha), dtype: "float32" } as const;
  const value = tracer.value(x);
  const positive = graph.one("Greater", [value, graph.scalar(0)], { shape: x.shape, dtype: "bool" });
  return tracer.result(
    graph.one("Where", [positive, value, graph.one("Mul", [value, tracer.value(alpha)], info)], info),
  );
});

lower("AddN", (inputs) => {
  const { graph } = tracer;
  const values = Object.values(inputs).map((x) => tracer.value(x));
  const info = graph.info(values[0]);
  if (info.dtype === "float32") return tracer.result(graph.one("Sum", values, info));
  return tracer.result(values.reduce((sum, value) => graph.one("Add", [sum, value], info)));
});

lower("Select", ({ condition, t, e }) => {
  const { graph } = tracer;
  const isBool = typeOf(t) === "bool"; // ONNX Runtime has no Where for bool
  const [yes, no] = [t, e].map((x) => (isBool ? graph.cast(tracer.value(x), "uint8") : operand(x, t.shape, condition)));
  const info = { shape: t.shape, dtype: isBool ? ("uint8" as const) : typeOf(t) };
  return tracer.result(graph.cast(graph.one("Where", [tracer.value(condition), yes, no], info), typeOf(t)));
});

/** (x − mean) / √(variance + ε) · scale + offset. */
lower<tf.FusedBatchNormAttrs>("FusedBatchNorm", ({ x, mean, variance, offset, scale }, { varianceEpsilon }) => {
  const epsilon = tracer.fill(varianceEpsilon, [], "float32");
  const variances = tracer.value(binary("Add", variance, epsilon));
  const info = tracer.graph.info(variances);
  const deviation = tracer.result(tracer.graph.one("Sqrt", [variances], info));
  let result = binary("Div", binary("Sub", x, mean), deviation);
  if (scale) result = binary("Mul", result, scale);
  return offset ? binary("Add", result, offset) : result;
});
