import * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { lower, tracer } from "./backend.ts";
import { elementwise } from "./unary.ts";

/* Matrix products, and the activations that tfjs fuses into them. */

export interface Transposed {
  readonly a?: boolean;
  readonly b?: boolean;
}

// Sizes from which a transposed product is worth turning over: measured at 128 to 1024 columns, 35 to 256 rows.
const WIDE = 4;
const TALL = 64;
const DEEP = 1024;

/** a · b over the last two axes; leading axes broadcast. One matrix each becomes a Gemm, which transposes for free. */
export function matmul(a: string, b: string, transposed: Transposed = {}): string {
  const { graph } = tracer;
  const [left, right] = [graph.info(a).shape, graph.info(b).shape];
  const rows = left.at(transposed.a ? -1 : -2)!;
  const columns = right.at(transposed.b ? -2 : -1)!;
  const batch = tf.backend_util.assertAndGetBroadcastShape(left.slice(0, -2), right.slice(0, -2));
  const shape = [...batch, rows, columns];
  if (sizeOf(left.slice(0, -2)) === 1 && sizeOf(right.slice(0, -2)) === 1) {
    const matrices = [graph.reshape(a, left.slice(-2)), graph.reshape(b, right.slice(-2))];
    const info = { shape: [rows, columns], dtype: "float32" } as const;
    const depth = left.at(-2)!;
    if (transposed.a && !transposed.b && columns >= WIDE * rows && rows >= TALL && depth >= DEEP) {
      // aᵀ · b with a wide b (the gradient of a widening layer): ONNX Runtime is faster at bᵀ · a, turned over afterwards.
      // Not as a Gemm, into which the session would fold that last transpose.
      const first = graph.transpose(matrices[1], [1, 0]);
      const sides = graph.one("MatMul", [first, matrices[0]], { ...info, shape: [columns, rows] });
      return graph.reshape(graph.transpose(sides, [1, 0]), shape);
    }
    const product =
      transposed.a || transposed.b
        ? graph.one("Gemm", matrices, info, {
            transA: Number(transposed.a ?? false),
            transB: Number(transposed.b ?? false),
          })
        : graph.one("MatMul", matrices, info);
    return graph.reshape(product, shape);
  }
  const flip = (value: string, rank: number): string =>
    graph.transpose(value, [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2]);
  if (transposed.a && !transposed.b && 2 * columns <= rows) {
    // aᵀ · b with a wide a (attention's weights): ONNX Runtime is half again as fast at bᵀ · a, turned over afterwards.
    const sides = graph.one("MatMul", [flip(b, right.length), a], {
      shape: [...batch, columns, rows],
      dtype: "float32",
    });
    return flip(sides, batch.length + 2);
  }
  const inputs = [transposed.a ? flip(a, left.length) : a, transposed.b ? flip(b, right.length) : b];
  return graph.one("MatMul", inputs, { shape, dtype: "float32" }); // the session folds these transposes into the product
}

lower<tf.BatchMatMulAttrs>("BatchMatMul", ({ a, b }, { transposeA, transposeB }) =>
  tracer.result(matmul(tracer.value(a), tracer.value(b), { a: transposeA, b: transposeB })),
);

/** Adds the bias and applies the activation of a fused kernel. */
export function finish(
  value: string,
  bias: tf.TensorInfo | undefined,
  activation: string | null | undefined,
  alpha = 0.2,
): string {
  const { graph } = tracer;
  const sum = bias ? graph.one("Add", [value, tracer.value(bias)], graph.info(value)) : value;
  switch (activation ?? "linear") {
    case "linear":
      return sum;
    case "relu":
      return elementwise("Relu", [sum]);
    case "sigmoid":
      return elementwise("Sigmoid", [sum]);
    case "elu":
      return elementwise("Elu", [sum], { alpha: { float: 1 } });
    case "relu6":
      return elementwise("Clip", [sum, graph.scalar(0), graph.scalar(6)]);
    case "leakyrelu":
      return elementwise("LeakyRelu", [sum], { alpha: { float: alpha } });
    default:
      throw tracer.refuse(`fuses the activation ${activation}`);
  }
}

lower<tf._FusedMatMulAttrs>(
  "_FusedMatMul",
  ({ a, b, bias }, { transposeA, transposeB, activation, leakyreluAlpha }) => {
    const product = matmul(tracer.value(a), tracer.value(b), { a: transposeA, b: transposeB });
    return tracer.result(finish(product, bias, activation, leakyreluAlpha));
  },
);
