import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { floats, noise, relativeError } from "./fixtures.ts";

/* Losses and gradients against PyTorch in float64 (golden/make_gradients.py), on every engine that is always there. */

interface Golden {
  readonly shapes: Readonly<Record<string, number[]>>;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, number[]>>;
}

type X = Readonly<Record<string, tf.Tensor>>;
const golden = JSON.parse(readFileSync(new URL("golden/gradients.json", import.meta.url), "utf8")) as Record<
  string,
  Golden
>;

const normalised = (x: tf.Tensor, axes: number[]): tf.Tensor => {
  const { mean, variance } = tf.moments(x, axes, true);
  return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
};

/** The same functions in ops of tfjs. */
const functions: Readonly<Record<string, (x: X) => tf.Tensor>> = {
  conv: ({ x, filter }) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 1, "NHWC", 1, "floor"),
  conv_transpose: ({ x, filter }) =>
    tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, [2, 8, 10, 2], 2, "valid"),
  depthwise: ({ x, filter }) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"),
  conv3d: ({ x, filter }) => tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, [1, 2, 1], "valid"),
  lstm: ({ x, kernel, bias }) => {
    let [h, c]: tf.Tensor[] = [tf.zeros([3, 6]), tf.zeros([3, 6])];
    const outputs = tf.unstack(x, 1).map((frame) => {
      const [i, j, f, o] = tf.split(tf.add(tf.matMul(tf.concat([frame, h], 1), kernel), bias), 4, 1);
      c = tf.add(tf.mul(c, tf.sigmoid(tf.add(f, 1))), tf.mul(tf.sigmoid(i), tf.tanh(j)));
      h = tf.mul(tf.tanh(c), tf.sigmoid(o));
      return h;
    });
    return tf.stack(outputs, 1);
  },
  attention: ({ q, k, v }) => {
    const later = tf.sub(1, tf.linalg.bandPart(tf.ones([5, 5]), -1, 0));
    const scores = tf.sub(tf.mul(tf.matMul(q, k, false, true), 0.5), tf.mul(later, 1e9));
    return tf.matMul(tf.softmax(scores), v);
  },
  group_norm: ({ x, scale, offset }) => {
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    const groups = normalised(tf.reshape(x, [batch, height, width, 2, channels / 2]), [1, 2, 4]);
    return tf.add(tf.mul(tf.reshape(groups, x.shape), scale), offset);
  },
  layer_norm: ({ x, scale, offset }) => tf.add(tf.mul(normalised(x, [-1]), scale), offset),
  gelu: ({ x }) => {
    const y = tf.mul(x, 3);
    return tf.mul(tf.mul(y, 0.5), tf.add(1, tf.erf(tf.mul(y, Math.SQRT1_2))));
  },
  max_pool: ({ x }) => tf.maxPool(x as tf.Tensor4D, 3, 2, "valid"),
  mean_pool: ({ x }) => tf.avgPool(x as tf.Tensor4D, 3, 2, 1, "floor"),
  bilinear: ({ x }) => tf.image.resizeBilinear(x as tf.Tensor4D, [7, 9], false, true),
  cumprod: ({ x }) => tf.cumprod(x, 1),
  mdn_loss: ({ logits, means, log_stds, targets }) => {
    const z = tf.mul(tf.sub(tf.expandDims(targets, -1), means), tf.exp(tf.neg(log_stds)));
    const logProb = tf.sub(tf.sub(tf.logSoftmax(logits, -1), log_stds), tf.mul(0.5, tf.square(z)));
    return tf.neg(tf.mean(tf.sub(tf.logSumExp(logProb, -1), 0.5 * Math.log(2 * Math.PI))));
  },
  vae_loss: ({ frames, output, mean, log_std }) => {
    const reconstruction = tf.sum(tf.squaredDifference(tf.sigmoid(output), frames), [1, 2, 3]);
    const inner = tf.sub(tf.sub(tf.add(1, tf.mul(2, log_std)), tf.square(mean)), tf.exp(tf.mul(2, log_std)));
    return tf.mean(tf.add(reconstruction, tf.maximum(tf.mul(-0.5, tf.sum(inner, 1)), 0.5)));
  },
  cross_entropy: ({ logits, targets }) => {
    const shares = tf.softmax(tf.mul(targets, 2));
    return tf.neg(tf.mean(tf.sum(tf.mul(shares, tf.logSoftmax(tf.mul(logits, 4))), -1)));
  },
};

const TOLERANCE = { onnx: 2e-5, cpu: 2e-5, wasm: 5e-4 }; // of float32 sums; tfjs wasm takes short cuts

describe("float64 goldens", () => {
  it("cover every function", () => {
    expect(Object.keys(golden).sort()).toEqual(Object.keys(functions).sort());
  });

  for (const engine of ["onnx", "cpu", "wasm"] as const) {
    it.each(Object.keys(functions))(`%s (${engine})`, async (name) => {
      const { shapes, loss, gradients } = golden[name];
      const names = Object.keys(shapes);
      const inputs = Object.fromEntries(names.map((key, i) => [key, noise(shapes[key], { seed: i + 1 })]));
      const compiled = compile<Record<string, NdArray>, Record<string, tf.Tensor>, Record<string, never>>(
        (tensors) => {
          const total = (...values: tf.Tensor[]): tf.Scalar => {
            const y = functions[name](Object.fromEntries(names.map((key, i) => [key, values[i]])));
            return (y.rank === 0 ? y : tf.mul(tf.sum(tf.square(y)), 0.5)) as tf.Scalar;
          };
          const values = names.map((key) => (tensors as X)[key]);
          const slopes = tf.grads(total)(values);
          return { loss: total(...values), ...Object.fromEntries(names.map((key, i) => [`d${key}`, slopes[i]])) };
        },
        { name, engine, offThread: false },
      );
      const got = (await compiled.run(inputs)) as Record<string, NdArray>;
      await compiled.dispose();
      expect(Math.abs(got["loss"].data[0] - loss)).toBeLessThan(TOLERANCE[engine] * Math.max(1, Math.abs(loss)));
      for (const key of names) {
        expect(relativeError(got[`d${key}`], floats(shapes[key], gradients[key])), `d${key}`).toBeLessThan(
          TOLERANCE[engine],
        );
      }
    });
  }
});
