import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDataset } from "../../src/data/dataset.ts";
import type { Report } from "../../src/evaluation/report.ts";
import { runPipeline } from "../../src/pipelines/recurrent.ts";
import { readMetrics } from "../../src/training/metrics-log.ts";
import { silentProgress } from "../../src/training/progress.ts";
import { abortIn } from "./interrupting.ts";

const STAGES = [
  ...["collect", "vision", "encode", "memory", "controller"],
  ...["collect-2", "encode-2", "memory-2", "controller-2"],
];

/** The whole story in seconds: it learns next to nothing, by all the rules. */
const overrides = {
  "env.frameSkip": 8,
  "collect.episodes": 33, // two shards
  "collect.maximumSteps": 12,
  "vision.latentSize": 4,
  "vision.channels": [4, 4, 6, 8],
  "vision.batchSize": 16,
  "vision.frames": 300,
  "vision.steps": 20,
  "memory.hiddenSize": 8,
  "memory.mixtures": 2,
  "memory.batchSize": 4,
  "memory.window": 8,
  "memory.steps": 20,
  "memory.validateEvery": 10,
  "iterate.rounds": 1,
  "iterate.patience": 1000,
  "iterate.episodes": 3,
  "iterate.memorySteps": 20,
  "iterate.generations": 2,
  "dream.horizon": 12,
  "dream.contexts": 8,
  "controller.population": 4,
  "controller.dreams": 2,
  "controller.generations": 2,
  "controller.measureEvery": 1,
  "evaluation.episodes": 1,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "car-racing-"));
});
afterAll(() => rm(folder, { recursive: true }));

const options = (name: string) => ({ env: "CarRacing-v3", directory: join(folder, name), seed: 5, overrides });

describe("runPipeline on CarRacing", () => {
  let whole: Report;

  it("collects with its own controller, goes on learning, and compares with drivers that see less", async () => {
    const { progress, worked } = abortIn(undefined);
    whole = await runPipeline({ ...options("whole"), progress });
    expect(worked).toEqual([...STAGES, "z-only", "untrained-memory", "compare"]);
    expect(whole.stages.map(({ name }) => name)).toEqual([...STAGES, "baselines", "compare"]);
    expect(whole.policies.map(({ name, dream }) => [name, dream !== null])).toEqual([
      ["random", true],
      ["exploring-driver", true],
      ["random-every-tic", false],
      ["exploring-driver-every-tic", false],
      ["road-follower", false],
      ["z-only", true],
      ["untrained-memory", true],
      ["dream-trained", true],
    ]);
    const road = whole.policies.find(({ name }) => name === "road-follower");
    expect(road?.real.mean).toBeGreaterThan(500); // it saw the original's pictures, and had the original's frames to act in
    const own = await openDataset(join(folder, "whole", "data-2"));
    expect(own.count).toBe(3);
    for (let e = 0; e < own.count; e++) {
      const { steps, terminated } = own.info(e);
      if (!terminated) expect(steps).toBe(Math.ceil(950 / 8)); // a whole episode
    }
    const { observations, actions } = await own.episode(0);
    expect(actions.length).toBe(3 * own.info(0).steps);
    expect(observations.length).toBe((own.info(0).steps + 1) * 64 * 64 * 3);
    const metrics = await readMetrics(join(folder, "whole", "metrics.jsonl"));
    for (const { stage, loss } of metrics) if (/^memory/.test(stage)) expect(loss ?? 1).toBeGreaterThan(0); // no empty batch
  });

  it("interrupted in what comes after the first round, ends with the same controllers to the bit", async () => {
    for (const stage of ["collect-2", "memory-2", "controller-2", "untrained-memory"]) {
      const { progress, signal } = abortIn(stage);
      await expect(runPipeline({ ...options("cut"), progress, signal })).rejects.toThrow(`interrupted in ${stage}`);
    }
    const resumed = await runPipeline({ ...options("cut"), progress: silentProgress });
    for (const file of ["world", "memory-1", "controller-1", "controller", "z-only", "untrained-memory"]) {
      const read = (run: string) => readFile(join(folder, run, "models", `${file}.safetensors`));
      expect((await read("cut")).equals(await read("whole")), file).toBe(true);
    }
    expect(resumed.policies).toEqual(whole.policies);
  });
});
