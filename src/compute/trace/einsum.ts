import type * as tf from "@tensorflow/tfjs";
import { sizeOf } from "../array.ts";
import { lower, tracer } from "./backend.ts";
import { matmul } from "./matmul.ts";
import { reduce } from "./reduce.ts";

/*
 * Einstein sums of one or two tensors, as transposes around one matrix product: ONNX has an Einsum, but products are what
 * the engines are fast at, and transposes and reshapes fold with their neighbours.
 */

/** A value whose axes are named by letters. */
interface Named {
  readonly value: string;
  readonly axes: readonly string[];
}

/** Sums over the axes that nothing else names. */
function summed({ value, axes }: Named, wanted: readonly string[]): Named {
  const gone = axes.flatMap((letter, axis) => (wanted.includes(letter) ? [] : [axis]));
  if (gone.length === 0) return { value, axes };
  const shape = tracer.graph.info(value).shape.filter((_, axis) => !gone.includes(axis));
  return { value: reduce("ReduceSum", value, gone, shape), axes: axes.filter((letter) => wanted.includes(letter)) };
}

function arranged({ value, axes }: Named, order: readonly string[]): string {
  return tracer.graph.transpose(
    value,
    order.map((letter) => axes.indexOf(letter)),
  );
}

lower<tf.EinsumAttrs>("Einsum", (inputs, { equation }) => {
  const { graph } = tracer;
  const [left, right] = equation.replace(/\s/g, "").split("->");
  const result = [...right];
  const names = left.split(",").map((axes) => [...axes]);
  const operands = Object.values(inputs).map((x, i): Named => {
    const others = names.flatMap((axes, k) => (k === i ? [] : axes));
    return summed({ value: tracer.value(x), axes: names[i] }, [...result, ...others]);
  });
  const [a, b] = operands;
  if (operands.length > 2) throw tracer.refuse("sums over three tensors or more", "Split the tf.einsum in two.");
  if (!b) return tracer.result(arranged(a, result));

  const lengths = new Map(operands.flatMap(({ value, axes }) => axes.map((x, i) => [x, graph.info(value).shape[i]])));
  const shapeOf = (axes: readonly string[]): number[] => axes.map((letter) => lengths.get(letter)!);
  const both = a.axes.filter((letter) => b.axes.includes(letter));
  const batch = both.filter((letter) => result.includes(letter));
  const inner = both.filter((letter) => !result.includes(letter));
  const rows = a.axes.filter((letter) => !both.includes(letter));
  const columns = b.axes.filter((letter) => !both.includes(letter));
  const [count, k, m, n] = [batch, inner, rows, columns].map((axes) => sizeOf(shapeOf(axes)));
  const first = graph.reshape(arranged(a, [...batch, ...rows, ...inner]), [count, m, k]);
  const second = graph.reshape(arranged(b, [...batch, ...inner, ...columns]), [count, k, n]);
  const product =
    k === 1 ? graph.one("Mul", [first, second], { shape: [count, m, n], dtype: "float32" }) : matmul(first, second);
  const axes = [...batch, ...rows, ...columns];
  return tracer.result(arranged({ value: graph.reshape(product, shapeOf(axes)), axes }, result));
});
