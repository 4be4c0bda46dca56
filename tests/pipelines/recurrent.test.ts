import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CheckpointError, ConfigError } from "../../src/base/errors.ts";
import type { Report } from "../../src/evaluation/report.ts";
import { readReport } from "../../src/evaluation/report.ts";
import { comparePipelineRun } from "../../src/pipelines/compare-run.ts";
import { runPipeline } from "../../src/pipelines/recurrent.ts";
import { readMetrics } from "../../src/training/metrics-log.ts";
import { silentProgress } from "../../src/training/progress.ts";
import { abortIn } from "./interrupting.ts";

const STAGES = ["collect", "vision", "encode", "memory", "controller", "compare"];

/** The whole story in seconds: it learns next to nothing, by all the rules. */
const overrides = {
  env: { frameSkip: 3, maxTics: 90 },
  "collect.episodes": 34, // two shards
  "vision.latentSize": 4,
  "vision.channels": [4, 4, 6, 8],
  "vision.batchSize": 16,
  "vision.frames": 300,
  "vision.steps": 40,
  "memory.hiddenSize": 8,
  "memory.mixtures": 2,
  "memory.batchSize": 4,
  "memory.window": 8,
  "memory.steps": 60,
  "memory.validateEvery": 30,
  "dream.horizon": 12,
  "dream.contexts": 8,
  "controller.population": 4,
  "controller.dreams": 2,
  "controller.generations": 4,
  "controller.measureEvery": 2,
  "evaluation.episodes": 2,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pipeline-"));
});
afterAll(() => rm(folder, { recursive: true }));

const options = (name: string) => ({ env: "TakeCover-v0", directory: join(folder, name), seed: 3, overrides });

describe("runPipeline", () => {
  let whole: Report;
  let resumed: Report;

  it("goes from nothing to a report", async () => {
    const { progress, worked } = abortIn(undefined);
    whole = await runPipeline({ ...options("whole"), progress });
    expect(worked).toEqual(STAGES);
    expect(await readReport(join(folder, "whole", "report"))).toEqual(whole);
    expect(whole).toMatchObject({ env: "TakeCover-v0", seed: 3, settings: { preset: "quick", memory: { steps: 60 } } });
    expect(whole.stages.map(({ name }) => name)).toEqual(STAGES);
    for (const { seconds } of whole.stages) expect(seconds).toBeGreaterThanOrEqual(0);
    const names = whole.policies.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["random", "held-random", "dream-trained"]));
    for (const { name, real, dream } of whole.policies) {
      expect(real.returns.length).toBe(2);
      expect(real.mean).toBeCloseTo((real.returns[0] + real.returns[1]) / 2, 9);
      expect(real.mean).toBeLessThanOrEqual(90);
      if (!name.endsWith("every-tic")) expect(dream?.episodes).toBe(2);
    }
    for (const file of ["index.html", "report.json"])
      expect((await stat(join(folder, "whole", "report", file))).size).toBeGreaterThan(100);
    const stages = new Set((await readMetrics(join(folder, "whole", "metrics.jsonl"))).map(({ stage }) => stage));
    expect([...stages]).toEqual(["vision", "memory", "controller"]);
  });

  it("interrupted in each stage in turn, ends with the same controller to the bit", async () => {
    for (const [i, stage] of STAGES.entries()) {
      const { progress, signal, worked } = abortIn(stage);
      await expect(runPipeline({ ...options("cut"), progress, signal })).rejects.toThrow(`interrupted in ${stage}`);
      expect(worked).toEqual(STAGES.slice(Math.max(0, i - 1), i + 1)); // the stage that was cut short, and the next
    }
    const { progress, worked } = abortIn(undefined);
    resumed = await runPipeline({ ...options("cut"), progress });
    expect(worked).toEqual(["compare"]);
    for (const file of ["controller", "world", "vision", "memory"]) {
      const read = (run: string) => readFile(join(folder, run, "models", `${file}.safetensors`));
      expect((await read("cut")).equals(await read("whole")), file).toBe(true);
    }
    expect(resumed.policies).toEqual(whole.policies);
    expect(await readFile(join(folder, "cut", "metrics.jsonl"), "utf8")).toBe(
      await readFile(join(folder, "whole", "metrics.jsonl"), "utf8"),
    );
  });

  it("evolves a rival that never dreams on as many real episodes as V and M learned from", async () => {
    const rival = (name: string) => ({
      ...options(name),
      overrides: { ...overrides, "controller.baselines": ["real-trained"] },
    });
    const { policies, stages } = await runPipeline({ ...rival("rival"), progress: silentProgress });
    expect(policies.map(({ name }) => name).slice(-2)).toEqual(["real-trained", "dream-trained"]);
    expect(policies.at(-1)).toEqual(whole.policies.at(-1)); // who dreams is not disturbed
    expect(stages.map(({ name }) => name)).toEqual(STAGES.toSpliced(-1, 0, "baselines"));
    const metrics = await readMetrics(join(folder, "rival", "metrics.jsonl"));
    const generations = metrics.filter(({ stage }) => stage === "real-trained");
    expect(generations).toHaveLength(3); // of 4 candidates with 2 episodes each; 8 more measure the result: 32 of 34

    const { progress, signal } = abortIn("real-trained");
    await expect(runPipeline({ ...rival("rival-cut"), progress, signal })).rejects.toThrow("interrupted");
    const resumed = await runPipeline({ ...rival("rival-cut"), progress: silentProgress });
    expect(resumed.policies).toEqual(policies);
  });

  it("does nothing again in a finished run", async () => {
    const { progress, worked } = abortIn(undefined);
    expect(await runPipeline({ ...options("whole"), progress })).toEqual(whole);
    expect(worked).toEqual([]);
  });

  it("refuses the folder of other work, naming what differs, and leaves it as it was", async () => {
    const before = await readFile(join(folder, "whole", "config.json"), "utf8");
    const other = (given: object) => runPipeline({ ...options("whole"), progress: silentProgress, ...given });
    await expect(other({ seed: 4 })).rejects.toThrow(
      /a run with seed 4, got one with 3\. Choose another folder with --run/,
    );
    const longer = other({ overrides: { ...overrides, "memory.steps": 61 } });
    await expect(longer).rejects.toBeInstanceOf(ConfigError);
    await expect(longer).rejects.toThrow(/a run with memory\.steps 61, got one with 60/);
    await expect(other({ env: "CartPole-v1" })).rejects.toThrow(
      /a run with env "CartPole-v1", got one with "TakeCover-v0"/,
    );
    expect(await readFile(join(folder, "whole", "config.json"), "utf8")).toBe(before);
  });
});

describe("comparePipelineRun", () => {
  it("plays a finished run on other seeds and leaves its report alone", async () => {
    const directory = join(folder, "whole");
    const before = await readFile(join(directory, "report", "report.json"), "utf8");
    const report = await comparePipelineRun({ directory, episodes: 3, seed: 9, progress: silentProgress });
    expect(report.seed).toBe(9);
    for (const { real } of report.policies) expect(real.episodes).toBe(3);
    expect(await readFile(join(directory, "report", "report.json"), "utf8")).toBe(before);
  });

  it("refuses a folder without a run", async () => {
    const comparing = comparePipelineRun({ directory: folder, episodes: 1, seed: 1, progress: silentProgress });
    await expect(comparing).rejects.toThrow(CheckpointError);
  });

  it("refuses an environment that V cannot see, before anything is written", async () => {
    const { directory } = options("blind");
    const blind = runPipeline({ env: "CartPole-v1", directory, progress: silentProgress });
    await expect(blind).rejects.toBeInstanceOf(ConfigError);
    await expect(blind).rejects.toThrow(
      /Expected an environment whose observations are Box\(0, 255, \(64, 64, 3\), uint8\)/,
    );
    await expect(stat(directory)).rejects.toThrow("ENOENT");
  });
});
