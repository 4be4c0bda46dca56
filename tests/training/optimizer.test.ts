import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import type { NdArray } from "../../src/compute/array.ts";
import { loadCheckpoint } from "../../src/compute/checkpoint.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type FitOptions, fit } from "../../src/training/fit.ts";
import { optimizerInit } from "../../src/training/optimizer.ts";
import type { Trainable } from "../../src/training/trainable.ts";
import { noise } from "../compute/fixtures.ts";

type Batch = { x: NdArray };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "optimizer-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Two layers that learn to give their input back, whose features differ in size by a factor of thirty. */
const autoencoder = (muon?: (parameter: string) => boolean): Trainable<Batch> => ({
  name: "autoencoder",
  parameters: {
    "inner.kernel": noise([8, 8], { seed: 1, scale: 0.3 }),
    "inner.bias": noise([8], { seed: 2, scale: 0.1 }),
    "outer.kernel": noise([8, 8], { seed: 3, scale: 0.3 }),
  },
  carry: {},
  ...(muon && { muon }),
  loss(weights, { x }, carry) {
    const inner = tf.add(tf.matMul(x as tf.Tensor2D, weights["inner.kernel"] as tf.Tensor2D), weights["inner.bias"]);
    const error = tf.sub(tf.matMul(inner as tf.Tensor2D, weights["outer.kernel"] as tf.Tensor2D), x);
    return { loss: tf.mean(tf.square(error)) as tf.Scalar, metrics: {}, carry };
  },
});

function options(run: string, given: Partial<FitOptions<Batch, Record<string, never>>>) {
  let drawn = 0;
  const next = (): Batch => {
    const random = new RandomStream(drawn++, "batches");
    const data = Float32Array.from({ length: 256 }, (_, i) => random.normal() * 30 ** -((i % 8) / 7));
    return { x: { shape: [32, 8], dtype: "float32", data } };
  };
  return {
    trainable: autoencoder((name) => name === "inner.kernel"),
    batches: {
      next,
      state: () => drawn,
      restore: (state: unknown) => {
        drawn = state as number;
      },
    },
    steps: 60,
    learningRate: () => 0.02,
    snapshot: join(folder, run, "snapshot.safetensors"),
    metrics: join(folder, run, "metrics.jsonl"),
    progress: () => ({ update: () => {}, done: () => {} }),
    engine: "cpu" as const,
    ...given,
  };
}

describe("the optimizer of a training", () => {
  it("is Muon for the parameters that the model names, and Adam for all others", async () => {
    const named = await fit(options("named", {}));
    const adam = await fit(options("adam", { trainable: autoencoder() }));
    expect(named.parameters["inner.kernel"].data).not.toEqual(adam.parameters["inner.kernel"].data);
    const { parameters } = await loadCheckpoint(join(folder, "named", "snapshot.safetensors"));
    const kept = Object.keys(parameters).filter((name) => /^(adam|muon)/.test(name));
    expect(kept.sort()).toEqual([
      "adam.m/inner.bias",
      "adam.m/outer.kernel",
      "adam.v/inner.bias",
      "adam.v/outer.kernel",
      "muon/inner.kernel",
    ]);
  });

  it.each(["cpu", "onnx"] as const)("goes on to the bit after an interrupt, on %s", async (engine) => {
    const whole = await fit(options("whole", { engine }));
    const controller = new AbortController();
    const update = (done: number) => done >= 20 && controller.abort(new Error("interrupted"));
    const cut = { engine, signal: controller.signal, progress: () => ({ update, done: () => {} }) };
    await expect(fit(options("cut", cut))).rejects.toThrow("interrupted");
    expect(await fit(options("cut", { engine }))).toEqual(whole);
  });

  it("refuses to give Muon what is not a matrix", () => {
    expect(() => optimizerInit(autoencoder(() => true))).toThrow(ConfigError);
    expect(() => optimizerInit(autoencoder(() => true))).toThrow(
      'Expected Muon to train matrices and kernels, got "inner.bias" of autoencoder, of shape [8]. Leave it to Adam.',
    );
  });
});
