import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { Graph } from "../../src/compute/onnx/graph.ts";
import { trace } from "../../src/compute/trace/trace.ts";
import { noise } from "./fixtures.ts";

const image = { shape: [2, 3, 4], dtype: "float32" } as const;

describe("a graph", () => {
  it("makes equal nodes and equal constants once", () => {
    const graph = new Graph();
    const x = graph.input(image);
    expect(graph.one("Exp", [x], image)).toBe(graph.one("Exp", [x], image));
    expect(graph.one("Exp", [x], image)).not.toBe(graph.one("Elu", [x], image, { alpha: { float: 1 } }));
    const index = (): string =>
      graph.constant(
        Int32Array.from({ length: 500 }, (_, i) => i),
        [500],
        "int32",
      );
    expect(index()).toBe(index());
    expect(graph.scalar(0)).not.toBe(graph.scalar(-0));
    expect(graph.scalar(1)).not.toBe(graph.scalar(1, "int32"));
  });

  it("folds chains of reshapes, transposes and widening casts", () => {
    const graph = new Graph();
    const x = graph.input({ shape: [2, 3, 4], dtype: "uint8" });
    expect(graph.reshape(graph.reshape(x, [24]), [2, 3, 4])).toBe(x);
    expect(graph.transpose(graph.transpose(x, [2, 0, 1]), [1, 2, 0])).toBe(x);
    const wide = graph.cast(graph.cast(x, "int32"), "float32");
    expect(graph.producer(wide)).toMatchObject({ op: "Cast", inputs: [x] });
    const narrow = graph.cast(graph.cast(wide, "int32"), "float32");
    expect(graph.producer(narrow)?.inputs).not.toEqual([x]); // float32 → int32 drops fractions: kept
  });

  it("turns a transpose that moves only axes of length 1 into a reshape", () => {
    const graph = new Graph();
    const x = graph.input({ shape: [1, 3, 1, 4], dtype: "float32" });
    expect(graph.producer(graph.transpose(x, [1, 0, 3, 2]))?.op).toBe("Reshape");
    expect(graph.producer(graph.transpose(x, [3, 0, 1, 2]))?.op).toBe("Transpose");
  });

  it("drops what no output needs and keeps outputs apart from inputs", () => {
    const graph = new Graph();
    const x = graph.input(image);
    const y = graph.one("Exp", [x], image);
    graph.one("Log", [y], image);
    graph.one("Add", [y, graph.scalar(3)], image);
    expect(graph.output(x)).not.toBe(x);
    expect(graph.output(y)).toBe(y);
    expect(graph.output(y)).not.toBe(y);
    graph.prune();
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Exp", "Identity", "Identity"]);
    expect(graph.initializers.size).toBe(0);
  });
});

describe("a trace", () => {
  const nodes = (fn: (x: tf.Tensor) => unknown): number =>
    trace((tree) => fn((tree as { x: tf.Tensor }).x), {
      name: "f",
      examples: [{ x: noise([4, 6]) }],
      constants: {},
      stateful: false,
    }).nodes;

  it("leaves no trace of ones, zeros and unused work", () => {
    expect(nodes((x) => tf.exp(x))).toBe(1);
    expect(nodes((x) => tf.exp(tf.add(tf.mul(x, tf.ones([4, 6])), tf.zeros([6]))))).toBe(1);
    expect(
      nodes((x) => {
        tf.sin(x);
        return tf.exp(x);
      }),
    ).toBe(1);
    expect(nodes((x) => [tf.exp(x), tf.add(tf.exp(x), 1)])).toBe(2);
  });

  it("shares the forward pass with the gradient", () => {
    const both = nodes((x) => {
      const { value, grad } = tf.valueAndGrad((t: tf.Tensor) => tf.sum(tf.sigmoid(t)))(x);
      return { value, grad };
    });
    expect(both).toBeLessThanOrEqual(6); // sigmoid once; y · (1 − y); sum with its reshape
  });

  it("computes a scalar function of a broadcast before the broadcast", () => {
    const { model } = trace((tree) => tf.mul(tf.broadcastTo((tree as { x: tf.Tensor }).x, [100, 4, 6]), 3), {
      name: "f",
      examples: [{ x: noise([4, 6]) }],
      constants: {},
      stateful: false,
    });
    const text = Buffer.from(model).toString("latin1");
    expect(text.indexOf("Mul")).toBeLessThan(text.indexOf("Expand"));
  });
});

describe("products and what follows them", () => {
  const opsOf = (fn: (x: tf.Tensor2D, w: tf.Tensor2D, c: tf.Tensor) => unknown, c: readonly number[]): string[] => {
    const { model } = trace(
      (tree) => {
        const { x, w, c } = tree as { x: tf.Tensor2D; w: tf.Tensor2D; c: tf.Tensor };
        return fn(x, w, c);
      },
      { name: "f", examples: [{ c: noise(c), w: noise([5, 6]), x: noise([8, 5]) }], constants: {}, stateful: false },
    );
    const text = Buffer.from(model).toString("latin1");
    return Array.from(text.matchAll(/v\d+_(MatMul|Gemm|Add|Relu|Reshape|Mul)/g), ([, op]) => op); // the nodes' names
  };

  it("take a bias, a residual or a gradient so far as where their sums begin", () => {
    expect(opsOf((x, w, c) => tf.add(tf.matMul(x, w), c), [6])).toEqual(["Gemm"]);
    expect(opsOf((x, w, c) => tf.add(c, tf.matMul(x, w)), [8, 6])).toEqual(["Gemm"]);
    expect(opsOf((x, w, c) => tf.add(tf.matMul(x, w), c), [8, 1])).toEqual(["MatMul", "Add"]); // not what Gemm adds
  });

  it("are left alone where something else reads them", () => {
    const both = opsOf(
      (x, w, c) => {
        const product = tf.matMul(x, w);
        return [tf.add(product, c), tf.mul(product, 2)];
      },
      [6],
    );
    expect(both).toEqual(["MatMul", "Add", "Mul"]);
  });

  it("come right before their activation, reshaped or not", () => {
    const layer = (x: tf.Tensor2D, w: tf.Tensor2D, c: tf.Tensor) =>
      tf.relu(tf.add(tf.reshape(tf.matMul(x, w), [2, 4, 6]), c));
    expect(opsOf(layer, [6])).toEqual(["Gemm", "Relu", "Reshape"]);
  });
});
