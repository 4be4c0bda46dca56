import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NdArray, scalar } from "../../src/compute/array.ts";
import { loadCheckpoint } from "../../src/compute/checkpoint.ts";
import { Run } from "../../src/pipelines/run.ts";
import { trainModel } from "../../src/pipelines/train-model.ts";
import { silentProgress } from "../../src/training/progress.ts";
import type { BatchSource, Trainable } from "../../src/training/trainable.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "train-model-"));
});
afterAll(() => rm(directory, { recursive: true }));

/** One weight that is drawn to 3. */
const trainable: Trainable<{ goal: NdArray }> = {
  name: "pull",
  parameters: { weight: scalar(0) },
  carry: {},
  loss: ({ weight }, { goal }) => ({ loss: tf.square(tf.sub(weight, goal)) as tf.Scalar, metrics: {}, carry: {} }),
};

function goals(): BatchSource<{ goal: NdArray }> & { drawn: number } {
  const source = {
    drawn: 0,
    next() {
      source.drawn++;
      return { goal: scalar(3) };
    },
    state: () => source.drawn,
    restore: (state: unknown) => {
      source.drawn = state as number;
    },
  };
  return source;
}

describe("trainModel", () => {
  it("keeps the weights, and what was trained although what follows was cut short", async () => {
    const identity = { env: "none", pipeline: "test", preset: "quick", seed: 0, config: {} };
    const run = await Run.open(directory, identity);
    const training = {
      trainable,
      steps: 200,
      learningRate: 0.2,
      warmup: 4,
      file: "models/pull.safetensors",
      kind: "pull",
      config: { to: 3 },
    };
    const context = { run, progress: silentProgress };
    const snapshot = run.path("models", "pull.training.safetensors");

    const cut = trainModel(context, {
      ...training,
      batches: goals(),
      finish: () => Promise.reject(new Error("cut short")),
    });
    await expect(cut).rejects.toThrow("cut short");
    await access(snapshot);

    const batches = goals();
    const finished: number[] = [];
    const { parameters, step } = await trainModel(context, {
      ...training,
      batches,
      finish: async ({ weight }) => {
        finished.push(weight.data[0]);
      },
    });
    expect(step).toBe(200);
    expect(batches.drawn).toBe(200); // restored, and not one more
    expect(parameters["weight"].data[0]).toBeCloseTo(3, 1);
    expect(finished).toEqual([parameters["weight"].data[0]]);
    expect(await loadCheckpoint(run.path(training.file), { kind: "pull" })).toMatchObject({
      config: { to: 3 },
      parameters,
    });
    await expect(access(snapshot)).rejects.toThrow("ENOENT");
  });
});
