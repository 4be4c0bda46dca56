import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { adaptiveNorm } from "../../src/nn/adaptive-norm.ts";
import { spatialAttention, temporalAttention } from "../../src/nn/attention.ts";
import { tokenNll } from "../../src/nn/cross-entropy.ts";
import { feedForward } from "../../src/nn/feed-forward.ts";
import { layerNorm } from "../../src/nn/layer-norm.ts";
import { floats, noise, relativeError } from "../compute/fixtures.ts";

/* Layers and their hand-written gradients against PyTorch in float64 (golden/make_attention.py), on both kinds of engine. */

interface Golden {
  readonly shapes: Readonly<Record<string, number[]>>;
  readonly y: number[];
  readonly gradients: Readonly<Record<string, number[]>>;
}
type Tensors = Readonly<Record<string, tf.Tensor>>;

const golden = JSON.parse(readFileSync(new URL("golden/attention.json", import.meta.url), "utf8")) as Record<
  string,
  Golden
>;

const layers: Readonly<Record<string, (w: Tensors) => tf.Tensor>> = {
  layerNorm: (w) => layerNorm(w, "n", w.x),
  adaptiveNorm: (w) => adaptiveNorm(w, "m", w.x, w.c),
  spatialAttention: (w) => spatialAttention(w, "a", w.x, { heads: 2 }),
  temporalAttention: (w) => temporalAttention(w, "a", w.x, { heads: 2 }),
  rotaryAttention: (w) => temporalAttention(w, "a", w.x, { heads: 2, rotary: true }),
  feedForward: (w) => feedForward(w, "f", w.x),
  tokenNll: (w) => tokenNll(tf.mul(w.x, 5), tf.tensor1d([0, 5, 3, 1, 6, 4], "int32")),
};

describe.each(["onnx", "cpu"] as const)("on %s", (engine) => {
  it.each(Object.keys(golden))("%s has PyTorch's values and gradients", async (name) => {
    const { shapes, y, gradients } = golden[name];
    const names = Object.keys(shapes);
    const inputs = Object.fromEntries(names.map((input, i) => [input, noise(shapes[input], { seed: i + 1 })]));
    const run = compile<Record<string, NdArray>, Record<string, tf.Tensor>, Record<string, never>>(
      (given) => {
        const loss = (...values: tf.Tensor[]): tf.Scalar =>
          tf.sum(tf.mul(tf.square(layers[name](Object.fromEntries(names.map((x, i) => [x, values[i]])))), 0.7));
        const slopes = tf.grads(loss)(names.map((x) => given[x]));
        return { ...Object.fromEntries(names.map((x, i) => [x, slopes[i]])), "layer's": layers[name](given) };
      },
      { name, engine, offThread: false, threads: 1 },
    );
    const got = (await run.run(inputs)) as Record<string, NdArray>;
    await run.dispose();
    const out = got["layer's"];
    expect(relativeError(out, floats(out.shape, y))).toBeLessThan(3e-6);
    for (const x of names) {
      expect(relativeError(got[x], floats(shapes[x], gradients[x])), `gradient of ${x}`).toBeLessThan(2e-5);
    }
  });
});
