import type * as tf from "@tensorflow/tfjs";
import type { Attributes } from "../onnx/graph.ts";
import { lower, tracer, typeOf } from "./backend.ts";

/* One tensor in, one of the same shape out. */

const FLOAT_RESULT = new Set(["Exp", "Erf"]); // tfjs gives the other functions of int32 an int32 result, truncated

/** Applies a float op; int32 goes through float32 and back, as in the tfjs cpu backend. */
function floatOp(x: tf.TensorInfo, build: (value: string) => string, to = typeOf(x)): tf.TensorInfo {
  const { graph } = tracer;
  const fill = tracer.filledWith(x);
  const source = fill === undefined ? undefined : graph.cast(graph.scalar(fill, typeOf(x)), "float32");
  if (source !== undefined && x.shape.length > 0) {
    return tracer.result(graph.cast(graph.expand(build(source), x.shape), to)); // computed once, then repeated
  }
  return tracer.result(graph.cast(build(graph.cast(tracer.value(x), "float32")), to));
}

/** Appends an op whose output has the shape and type of its first input. */
export function elementwise(op: string, inputs: readonly string[], attributes?: Attributes): string {
  return tracer.graph.one(op, inputs, tracer.graph.info(inputs[0]), attributes);
}

/** Appends a comparison or test: a bool of the input's shape. */
export function test(op: string, inputs: readonly string[]): string {
  return tracer.graph.one(op, inputs, { shape: tracer.graph.info(inputs[0]).shape, dtype: "bool" });
}

const SAME_NAME =
  "Exp Log Sigmoid Softplus Sqrt Tanh Floor Ceil Round Reciprocal Erf Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh";
for (const name of SAME_NAME.split(" ")) {
  lower(name, ({ x }) =>
    floatOp(x, (value) => elementwise(name, [value]), FLOAT_RESULT.has(name) ? "float32" : typeOf(x)),
  );
}

const EXACT: Readonly<Record<string, (x: number) => number>> = { Abs: Math.abs, Neg: (x) => -x, Sign: Math.sign };
for (const name of Object.keys(EXACT)) {
  lower(name, ({ x }) => {
    const fill = tracer.filledWith(x);
    if (fill !== undefined) return tracer.fill(EXACT[name](fill), x.shape, typeOf(x));
    return tracer.result(elementwise(name, [tracer.value(x)]));
  });
}

lower("Relu", ({ x }) => tracer.result(elementwise("Relu", [tracer.value(x)])));
lower("Elu", ({ x }) => floatOp(x, (value) => elementwise("Elu", [value], { alpha: { float: 1 } })));
lower("Selu", ({ x }) => floatOp(x, (value) => elementwise("Selu", [value])));
lower<tf.LeakyReluAttrs>("LeakyRelu", ({ x }, { alpha }) =>
  floatOp(x, (value) => elementwise("LeakyRelu", [value], { alpha: { float: alpha } }), "float32"),
);
lower("Relu6", ({ x }) => tracer.result(clip(tracer.value(x), 0, 6)));
lower<tf.ClipByValueAttrs>("ClipByValue", ({ x }, { clipValueMin, clipValueMax }) =>
  tracer.result(clip(tracer.value(x), clipValueMin, clipValueMax)),
);
lower("Square", ({ x }) => {
  const fill = tracer.filledWith(x);
  if (fill !== undefined) return tracer.fill(fill * fill, x.shape, typeOf(x));
  return tracer.result(elementwise("Mul", [tracer.value(x), tracer.value(x)]));
});
lower("Rsqrt", ({ x }) => floatOp(x, (value) => elementwise("Reciprocal", [elementwise("Sqrt", [value])])));
lower("Expm1", ({ x }) =>
  floatOp(x, (value) => elementwise("Sub", [elementwise("Exp", [value]), tracer.graph.scalar(1)])),
);
lower("Log1p", ({ x }) =>
  floatOp(x, (value) => elementwise("Log", [elementwise("Add", [value, tracer.graph.scalar(1)])])),
);

/** 1 above zero, alpha at zero and below; NaN stays NaN in tfjs, here it becomes alpha. */
lower<tf.StepAttrs>("Step", ({ x }, { alpha }) => {
  const { graph } = tracer;
  const value = tracer.value(x);
  // relu(x) is above zero at the same places, and where the graph has it, x itself need not be kept.
  const positive = test("Greater", [graph.find("Relu", [value]) ?? value, graph.scalar(0, typeOf(x))]);
  if (!alpha) return tracer.result(graph.cast(positive, typeOf(x)));
  const info = { shape: x.shape, dtype: "float32" } as const;
  return tracer.result(
    graph.cast(graph.one("Where", [positive, graph.scalar(1), graph.scalar(alpha)], info), typeOf(x)),
  );
});

lower("LogicalNot", ({ x }) => tracer.result(elementwise("Not", [tracer.value(x)])));
lower("IsNan", ({ x }) => tracer.result(test("IsNaN", [tracer.graph.cast(tracer.value(x), "float32")])));
lower("IsInf", ({ x }) => tracer.result(test("IsInf", [tracer.graph.cast(tracer.value(x), "float32")])));
lower("IsFinite", ({ x }) => {
  const value = tracer.graph.cast(tracer.value(x), "float32");
  return tracer.result(elementwise("Not", [elementwise("Or", [test("IsNaN", [value]), test("IsInf", [value])])]));
});

lower<tf.CastAttrs>("Cast", ({ x }, { dtype }) => {
  const { graph } = tracer;
  const fill = tracer.filledWith(x);
  if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") throw tracer.refuse(`casts to ${dtype}`);
  if (fill !== undefined) return tracer.fill(fill, x.shape, dtype);
  return tracer.result(graph.cast(tracer.value(x), dtype));
});

lower<never>("EluGrad", ({ dy, y }) => {
  const { graph } = tracer;
  const [slope, out] = [tracer.value(dy), tracer.value(y)];
  const scaled = elementwise("Mul", [slope, elementwise("Add", [out, graph.scalar(1)])]); // e^x = y + 1
  const info = { shape: y.shape, dtype: "float32" } as const;
  return tracer.result(graph.one("Where", [test("GreaterOrEqual", [out, graph.scalar(0)]), slope, scaled], info));
});

function clip(value: string, low: number, high: number): string {
  const { graph } = tracer;
  const { dtype } = graph.info(value);
  return elementwise("Clip", [value, graph.scalar(low, dtype), graph.scalar(high, dtype)]);
}
