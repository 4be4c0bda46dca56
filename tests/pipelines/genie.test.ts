import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import type { Env } from "../../src/core/env.ts";
import { make, register, unregister } from "../../src/core/registry.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { openDataset } from "../../src/data/dataset.ts";
import type { LatentActionTable } from "../../src/evaluation/latent-action-table.ts";
import { type Report, readReport } from "../../src/evaluation/report.ts";
import { evaluateRun } from "../../src/pipelines/evaluate-run.ts";
import { resolveGenieConfig } from "../../src/pipelines/genie/config.ts";
import { runGeniePipeline } from "../../src/pipelines/genie.ts";
import { runPipeline } from "../../src/pipelines/recurrent.ts";
import { readMetrics } from "../../src/training/metrics-log.ts";
import { silentProgress } from "../../src/training/progress.ts";
import { loadWorld } from "../../src/world-models/world-checkpoint.ts";
import { DotGame } from "../world-models/genie/dot-game.ts";
import { abortIn } from "./interrupting.ts";

const STAGES = ["collect", "tokenizer", "latent-actions", "encode", "dynamics", "agent-dream", "agent-real", "compare"];

/** The whole story in seconds: it learns next to nothing, by all the rules. */
const overrides = {
  env: { maxEpisodeSteps: 40 },
  "collect.episodes": 34, // two shards
  "collect.maximumSteps": 24,
  "tokenizer.patch": 16,
  "tokenizer.levels": [4, 3],
  "tokenizer.width": 16,
  "tokenizer.frames": 300,
  "tokenizer.batchSize": 8,
  "tokenizer.steps": 24,
  "tokenizer.warmup": 4,
  "latentActions.count": 4,
  "latentActions.history": 2,
  "latentActions.channels": [4, 4, 8],
  "latentActions.encoder": [4, 4, 8, 8],
  "latentActions.clusters": 8,
  "latentActions.frames": 300,
  "latentActions.batchSize": 2,
  "latentActions.steps": 24,
  "latentActions.warmup": 4,
  "dynamics.width": 16,
  "dynamics.heads": 2,
  "dynamics.trunkBlocks": 1,
  "dynamics.headBlocks": 1,
  "dynamics.actionWidth": 8,
  "dynamics.context": 4,
  "dynamics.batchSize": 4,
  "dynamics.steps": 40,
  "dynamics.warmup": 4,
  "dynamics.validateEvery": 20,
  "dream.horizon": 8,
  "dream.contexts": 8,
  "dream.prompt": 2,
  "agent.hidden": [16],
  "agent.rollout": 8,
  "agent.epochs": 1,
  "agent.minibatches": 2,
  "agent.numEnvs": 4,
  "agent.steps": 96,
  "evaluation.episodes": 2,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "genie-"));
});
afterAll(() => rm(folder, { recursive: true }));

const options = (name: string) => ({ env: "Platformer-v0", directory: join(folder, name), seed: 3, overrides });

describe("runGeniePipeline", () => {
  let whole: Report;

  it("goes from nothing to a report", async () => {
    const { progress, worked } = abortIn(undefined);
    whole = await runGeniePipeline({ ...options("whole"), progress });
    expect(worked).toEqual(STAGES);
    expect(await readReport(join(folder, "whole", "report"))).toEqual(whole);
    expect(whole).toMatchObject({
      env: "Platformer-v0",
      seed: 3,
      settings: {
        preset: "quick",
        dynamics: { steps: 40, rewardScale: 0.25 },
        evaluation: { env: { levels: "test" } },
      },
    });
    expect(whole.stages.map(({ name }) => name)).toEqual(STAGES);
    expect(whole.stages[0]).toMatchObject({ episodes: 34 });
    const { counts, base } = whole.stages[3]["latentActions"] as LatentActionTable;
    expect(counts.map((row) => row.length)).toEqual([6, 6, 6, 6]);
    const columns = counts[0].map((_, j) => counts.reduce((sum, row) => sum + row[j], 0));
    const steps = columns.reduce((sum, count) => sum + count);
    expect(steps).toBeGreaterThan(0); // of held-out episodes
    expect(steps).toBeLessThan(((whole.stages[3]["frames"] as number) - 34) / 4);
    expect(base).toBeCloseTo(Math.max(...columns) / steps, 12);
    const names = whole.policies.map(({ name }) => name);
    expect(names).toEqual(["random", "platformer-explorer", "platformer-runner", "real-trained", "dream-trained"]);
    for (const { name, real, dream } of whole.policies) {
      expect(real.returns.length).toBe(2);
      expect(real.mean).toBeCloseTo((real.returns[0] + real.returns[1]) / 2, 9);
      expect(dream?.episodes).toBe(name.endsWith("-trained") ? 2 : undefined); // the others do not look at features
    }
    for (const file of ["index.html", "report.json"])
      expect((await stat(join(folder, "whole", "report", file))).size).toBeGreaterThan(100);
    const metrics = await readMetrics(join(folder, "whole", "metrics.jsonl"));
    const stages = ["tokenizer", "latent-actions", "dynamics", "dream-trained", "real-trained"];
    expect([...new Set(metrics.map(({ stage }) => stage))]).toEqual(stages);
  });

  it("trains kernels with the optimizer that it is told", async () => {
    const { progress, signal } = abortIn("latent-actions");
    const adam = { ...options("adam"), overrides: { ...overrides, "tokenizer.optimizer": "adam" } };
    await expect(runGeniePipeline({ ...adam, progress, signal })).rejects.toThrow("interrupted in latent-actions");
    const losses = async (run: string) =>
      (await readMetrics(join(folder, run, "metrics.jsonl")))
        .filter(({ stage }) => stage === "tokenizer")
        .map(({ loss }) => loss);
    const [byMuon, byAdam] = [await losses("whole"), await losses("adam")];
    expect(byAdam.length).toBe(byMuon.length);
    expect(byAdam).not.toEqual(byMuon);
  });

  it("leaves a world that is dreamt by its id, with real and with latent actions", async () => {
    const checkpoint = join(folder, "whole");
    for (const [actions, size] of [
      ["real", 6],
      ["latent", 4],
    ] as const) {
      const dream = await make("Dream/Platformer-v0", { checkpoint, actions });
      expect(dream.actionSpace.equals(new Discrete(size))).toBe(true);
      const { observation } = await dream.reset({ seed: 1 });
      expect(dream.observationSpace.contains(observation)).toBe(true);
      await dream.step(size - 1);
      await dream.close();
    }
    const { contexts, dream } = await loadWorld(join(checkpoint, "models", "world.safetensors"));
    expect([contexts.frames.shape, contexts.actions.shape]).toEqual([
      [8, 2, 64, 64, 3],
      [8, 1],
    ]);
    expect(dream).toEqual({ temperature: 0.8, horizon: 8 });
    // A quarter of the moments are beginnings, which differ by level alone.
    const dataset = await openDataset(join(checkpoint, "data"));
    const size = 64 * 64 * 3;
    const picture = (data: ArrayLike<number>, at: number) => String(Array.from(data).slice(at * size, (at + 1) * size));
    const first = new Set<string>();
    for (let e = 0; e < dataset.count; e++) first.add(picture((await dataset.episode(e)).observations, 0));
    for (const i of [0, 1]) expect(first.has(picture(contexts.frames.data, 2 * i))).toBe(true);
  });

  it("leaves a world that is evaluated with other actions and at other temperatures, side by side", async () => {
    const directory = join(folder, "whole");
    const evaluate = (settings: { actions?: "real" | "latent"; temperature?: number }) =>
      evaluateRun({ directory, episodes: 2, windows: 2, seed: 0, ...settings, progress: silentProgress });
    const reports = {
      "world-model": await evaluate({}),
      "world-model-latent": await evaluate({ actions: "latent" }),
      "world-model-0.2": await evaluate({ actions: "real", temperature: 0.2 }),
    };
    expect(Object.values(reports).map(({ settings: { actions, temperature } }) => [actions, temperature])).toEqual([
      ["recorded", 0.8],
      ["inferred", 0.8],
      ["recorded", 0.2],
    ]);
    for (const [name, report] of Object.entries(reports))
      expect(JSON.parse(await readFile(join(directory, "report", `${name}.json`), "utf8"))).toEqual(report);
  });

  it("interrupted in each stage in turn, ends with the same world and agents to the bit", async () => {
    for (const [i, stage] of STAGES.entries()) {
      const { progress, signal, worked } = abortIn(stage);
      await expect(runGeniePipeline({ ...options("cut"), progress, signal })).rejects.toThrow(
        `interrupted in ${stage}`,
      );
      expect(worked).toEqual(STAGES.slice(Math.max(0, i - 1), i + 1)); // the stage that was cut short, and the next
    }
    const { progress, worked } = abortIn(undefined);
    const resumed = await runGeniePipeline({ ...options("cut"), progress });
    expect(worked).toEqual(["compare"]);
    for (const file of ["tokenizer", "latent-actions", "dynamics", "world", "agent-dream", "agent-real"]) {
      const read = (run: string) => readFile(join(folder, run, "models", `${file}.safetensors`));
      expect((await read("cut")).equals(await read("whole")), file).toBe(true);
    }
    expect((await readdir(join(folder, "cut", "models"))).filter((name) => name.includes("training"))).toEqual([]);
    expect(resumed.policies).toEqual(whole.policies);
    expect(await readFile(join(folder, "cut", "metrics.jsonl"), "utf8")).toBe(
      await readFile(join(folder, "whole", "metrics.jsonl"), "utf8"),
    );
  });

  it("does nothing again in a finished run", async () => {
    const { progress, worked } = abortIn(undefined);
    expect(await runGeniePipeline({ ...options("whole"), progress })).toEqual(whole);
    expect(worked).toEqual([]);
  });

  it("refuses the folder of other work, naming what differs, and leaves it as it was", async () => {
    const before = await readFile(join(folder, "whole", "config.json"), "utf8");
    const other = (given: object) => runGeniePipeline({ ...options("whole"), progress: silentProgress, ...given });
    await expect(other({ seed: 4 })).rejects.toThrow(/a run with seed 4, got one with 3/);
    const longer = other({ overrides: { ...overrides, "dynamics.steps": 41 } });
    await expect(longer).rejects.toBeInstanceOf(ConfigError);
    await expect(longer).rejects.toThrow(/a run with dynamics\.steps 41, got one with 40/);
    const recurrent = runPipeline({ ...options("whole"), overrides: {}, progress: silentProgress });
    await expect(recurrent).rejects.toThrow(/a run with pipeline "recurrent", got one with "genie"/);
    expect(await readFile(join(folder, "whole", "config.json"), "utf8")).toBe(before);
  });

  it("refuses an environment that it cannot see or not play, before anything is written", async () => {
    class Narrow extends DotGame {
      override readonly observationSpace = new Box({ low: 0, high: 255, shape: [64, 40, 3], dtype: "uint8" });
    }
    register({ id: "Narrow-v0", entryPoint: () => new Narrow() as unknown as Env });
    const { directory } = options("blind");
    try {
      for (const [env, patch, side] of [
        ["CartPole-v1", 4, 8],
        ["Narrow-v0", 16, 16],
      ] as const) {
        const given = { env, directory, overrides: { "tokenizer.patch": patch }, progress: silentProgress };
        const blind = runGeniePipeline(given);
        await expect(blind).rejects.toBeInstanceOf(ConfigError);
        await expect(blind).rejects.toThrow(new RegExp(`their sides multiples of ${side}, got Box.* of ${env}`));
        await expect(stat(directory)).rejects.toThrow("ENOENT");
      }
      const steering = runGeniePipeline({ env: "CarRacing-v3", directory, progress: silentProgress });
      await expect(steering).rejects.toThrow(/an environment with Discrete actions, got Box.* of CarRacing-v3/);
    } finally {
      unregister("Narrow-v0");
    }
  });

  it.each([
    ["dream.prompt", "to begin dreams from"],
    ["latentActions.history", "to learn latent actions from"],
  ])("refuses episodes that are all too short for %s, before anything is trained", async (key, wanted) => {
    const given = options(`short ${key}`);
    const short = { ...overrides, "collect.episodes": 4, "collect.maximumSteps": 6, [key]: 7 };
    const refused = runGeniePipeline({ ...given, overrides: short, progress: silentProgress });
    await expect(refused).rejects.toBeInstanceOf(ConfigError);
    await expect(refused).rejects.toThrow(
      `Expected an episode of at least 7 steps ${wanted}, got at most 6. Collect longer ones, or set ${key} lower.`,
    );
    await expect(stat(join(given.directory, "metrics.jsonl"))).rejects.toThrow("ENOENT");
  });
});

describe("resolveGenieConfig", () => {
  it("lays single keys over what an environment is best learned with, over a preset", () => {
    const quick = resolveGenieConfig("Platformer-v0", "quick", {
      "dynamics.rewardScale": 3,
      "tokenizer.levels": [5, 5],
    });
    expect(quick).toMatchObject({
      collect: { maximumSteps: 200 },
      tokenizer: { levels: [5, 5] },
      dynamics: { rewardScale: 3 },
      evaluation: { env: { levels: "test" } },
    });
    const [full, elsewhere] = [resolveGenieConfig("Platformer-v0", "full"), resolveGenieConfig("Maze-v0", "full")];
    expect(full.collect.episodes).toBeGreaterThan(quick.collect.episodes);
    expect([full.dynamics.rewardScale, elsewhere.dynamics.rewardScale]).toEqual([0.25, 1]);
    expect(elsewhere.evaluation.env).toBeUndefined();
  });

  it.each([
    ["a key of no section", { steps: 3 }, /steps/],
    ["an unknown key", { "dynamics.layers": 3 }, /layers/],
    ["a patch that is no power of two", { "tokenizer.patch": 5 }, /patch/],
    ["an optimizer that there is not", { "dynamics.optimizer": "sgd" }, /optimizer/],
    ["a level of one", { "tokenizer.levels": [8, 1] }, /levels/],
    ["one latent action", { "latentActions.count": 1 }, /count/],
    ["a context of one frame", { "dynamics.context": 1 }, /context/],
    [
      "a width that does not fall into heads",
      { "dynamics.width": 36, "dynamics.heads": 8 },
      /twice the heads.*\n.*dynamics\.width/,
    ],
    ["a share above 1", { "dynamics.latentShare": 1.5 }, /latentShare/],
    ["an unknown key of the agent's", { "agent.layers": [3] }, /layers/],
  ])("refuses %s with a ConfigError", (_, given, message) => {
    const resolving = () => resolveGenieConfig("Platformer-v0", "quick", given);
    expect(resolving).toThrow(ConfigError);
    expect(resolving).toThrow(message);
  });
});
