import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { noise } from "./fixtures.ts";

/* Against central differences in float64: here tfjs itself is no reference. */

type Numbers = readonly number[];

interface Case {
  readonly op: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor;
  readonly shapes: readonly [Numbers, Numbers];
  /** The same op on plain numbers, summed with weights. */
  readonly loss: (x: Numbers, y: Numbers) => number;
}

const weight = (i: number): number => 0.5 + 0.25 * (i % 3);
/** Σ weight · f over a (2, 3) grid, with y repeated along the first axis. */
const grid = (f: (x: number, y: number) => number) => (x: Numbers, y: Numbers) =>
  x.reduce((sum, value, i) => sum + weight(i) * f(value, y[i % 3]), 0);

const cases: Record<string, Case> = {
  "maximum with a row": { op: tf.maximum, shapes: [[2, 3], [3]], loss: grid(Math.max) },
  "minimum with a row": { op: tf.minimum, shapes: [[2, 3], [3]], loss: grid(Math.min) },
  "squared difference with a row": {
    op: tf.squaredDifference,
    shapes: [[2, 3], [3]],
    loss: grid((a, b) => (a - b) ** 2),
  },
  "where a comparison": {
    op: (x, y) => tf.where(tf.greater(x, y), tf.square(x), tf.mul(x, 3)),
    shapes: [[2, 3], [3]],
    loss: grid((a, b) => (a > b ? a * a : 3 * a)),
  },
  "cumsum along an inner axis": {
    op: (x, y) => tf.add(tf.cumsum(x, 1), tf.mul(y, 0)),
    shapes: [[2, 3, 2], [2]],
    loss: (x) => {
      let sum = 0;
      for (let i = 0; i < 12; i++) {
        const [row, column, last] = [Math.floor(i / 6), Math.floor(i / 2) % 3, i % 2];
        for (let k = 0; k <= column; k++) sum += weight(i) * x[row * 6 + k * 2 + last];
      }
      return sum;
    },
  },
  "a running product with a zero": {
    op: (x, y) => tf.mul(tf.cumprod(tf.mul(x, tf.tensor2d([1, 1, 1, 1, 0, 1], [2, 3])), 1), y),
    shapes: [[2, 3], [3]],
    loss: (x, y) => {
      let sum = 0;
      for (let i = 0; i < 6; i++) {
        let product = 1;
        for (let k = i - (i % 3); k <= i; k++) product *= k === 4 ? 0 : x[k];
        sum += weight(i) * product * y[i % 3];
      }
      return sum;
    },
  },
  "the largest two of a row": {
    op: (x, y) => tf.add(tf.topk(x, 2).values, tf.mul(tf.slice(y, 0, 2), 0)),
    shapes: [[2, 4], [4]],
    loss: (x) =>
      [x.slice(0, 4), x.slice(4)]
        .flatMap((row) => [...row].sort((a, b) => b - a).slice(0, 2))
        .reduce((sum, value, i) => sum + weight(i) * value, 0),
  },
  "a mean over windows that reach into the padding": {
    op: (x, y) => tf.mul(tf.avgPool(tf.reshape(x, [1, 1, 5, 1]) as tf.Tensor4D, [1, 3], 1, "same"), y),
    shapes: [[5], [1]],
    loss: (x, y) => {
      let sum = 0;
      for (let i = 0; i < 5; i++) {
        const window = [i - 1, i, i + 1].filter((k) => k >= 0 && k < 5);
        sum += ((weight(i) * y[0]) / window.length) * window.reduce((total, k) => total + x[k], 0);
      }
      return sum;
    },
  },
  "a cast to whole numbers on the way": {
    op: (x, y) => tf.add(tf.mul(tf.cast(tf.cast(tf.mul(x, 1.01), "int32"), "float32"), x), y),
    shapes: [[2, 3], [3]],
    loss: grid((a, b) => Math.trunc(a * 1.01) * a + b),
  },
  "a batched gather at computed places": {
    op: (x, y) => tf.mul(tf.gather(x, tf.expandDims(tf.argMax(x, 1), 1), 1, 1), tf.slice(y, 0, 1)),
    shapes: [[2, 3], [3]],
    loss: (x, y) => (weight(0) * Math.max(...x.slice(0, 3)) + weight(1) * Math.max(...x.slice(3))) * y[0],
  },
  "an enlarged second image": {
    op: (x, y) => tf.mul(tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [2, 4]), y),
    shapes: [[2, 1, 2, 1], [1]],
    loss: (x, y) => {
      let sum = 0; // output (2, 2, 4, 1): element i comes from image ⌊i / 8⌋, column ⌊(i mod 4) / 2⌋
      for (let i = 0; i < 16; i++) sum += weight(i) * x[Math.floor(i / 8) * 2 + Math.floor((i % 4) / 2)] * y[0];
      return sum;
    },
  },
};

describe("gradients that tfjs gets wrong", () => {
  for (const engine of ["onnx", "cpu"] as const) {
    it.each(Object.entries(cases))(`%s (${engine})`, async (_, { op, shapes, loss }) => {
      const inputs = { x: noise(shapes[0], { seed: 4 }), y: noise(shapes[1], { seed: 9 }) };
      const compiled = compile<typeof inputs, { x: tf.Tensor; y: tf.Tensor }, Record<string, never>>(
        ({ x, y }) => {
          const total = (a: tf.Tensor, b: tf.Tensor): tf.Scalar => {
            const out = op(a, b);
            const weights = tf.tensor(
              Float32Array.from({ length: out.size }, (_, i) => weight(i)),
              out.shape,
            );
            return tf.sum(tf.mul(out, weights));
          };
          const [dx, dy] = tf.grads(total)([x, y]);
          return { x: dx, y: dy };
        },
        { name: "gradient", engine, offThread: false },
      );
      const got = (await compiled.run(inputs)) as Record<"x" | "y", NdArray>;
      for (const name of ["x", "y"] as const) {
        const point = { x: [...inputs.x.data], y: [...inputs.y.data] };
        for (let i = 0; i < point[name].length; i++) {
          const moved = (by: number): number => {
            const copy = { ...point, [name]: point[name].map((value, k) => (k === i ? value + by : value)) };
            return loss(copy.x, copy.y);
          };
          expect(got[name].data[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 4);
        }
      }
      await compiled.dispose();
    });
  }
});
