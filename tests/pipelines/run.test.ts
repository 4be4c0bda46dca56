import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CheckpointError, ConfigError } from "../../src/base/errors.ts";
import { resolveConfig } from "../../src/pipelines/recurrent/config.ts";
import { Run, type RunIdentity } from "../../src/pipelines/run.ts";

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "run-")), "of", "mine");
});
afterEach(() => rm(join(folder, "..", ".."), { recursive: true }));

const identity: RunIdentity = {
  env: "A-v0",
  pipeline: "recurrent",
  preset: "quick",
  seed: 1,
  config: { memory: { steps: 5, holds: [1, 2] }, env: {} },
};

describe("Run", () => {
  it("does a stage once and keeps what it returned", async () => {
    const run = await Run.open(folder, identity);
    const record = await run.stage("collect", async () => ({ episodes: 7 }));
    expect(record).toEqual({ name: "collect", seconds: expect.any(Number), done: true, episodes: 7 });
    const again = await Run.open(folder, identity);
    const skipped = await again.stage("collect", () => Promise.reject(new Error("must not be called")));
    expect(skipped).toEqual(record);
    expect((await Run.existing(folder)).stages).toEqual([record]);
    expect((await Run.existing(folder)).identity).toEqual(identity);
  });

  it("adds up the seconds of all attempts, in the order of the stages", async () => {
    const attempt = async (work: () => Promise<Record<string, unknown>>) =>
      (await Run.open(folder, identity)).stage("slow", work);
    const failing = async () => {
      await setTimeout(150);
      throw new Error("interrupted");
    };
    await expect(attempt(failing)).rejects.toThrow("interrupted");
    const [cut] = (await Run.existing(folder)).stages;
    expect(cut).toMatchObject({ name: "slow", done: false });
    expect(cut.seconds).toBeGreaterThanOrEqual(0.1);
    await expect(attempt(failing)).rejects.toThrow("interrupted");
    const { seconds } = await attempt(async () => {
      await setTimeout(150);
      return {};
    });
    expect(seconds).toBeGreaterThanOrEqual(0.3); // three times 0.1 at least
  });

  it.each([
    ["seed", { seed: 2 }, "seed 2, got one with 1"],
    ["env", { env: "B-v0" }, 'env "B-v0", got one with "A-v0"'],
    ["pipeline", { pipeline: "genie" }, 'pipeline "genie", got one with "recurrent"'],
    ["a number", { config: { memory: { steps: 6, holds: [1, 2] }, env: {} } }, "memory.steps 6, got one with 5"],
    ["a list", { config: { memory: { steps: 5, holds: [1] }, env: {} } }, "memory.holds [1], got one with [1,2]"],
    [
      "a key that was not there",
      { config: { ...identity.config, env: { skip: 3 } } },
      "env.skip 3, got one with undefined",
    ],
  ])("refuses a folder of other work: %s", async (_, change, message) => {
    await Run.open(folder, identity);
    const opening = Run.open(folder, { ...identity, ...change });
    await expect(opening).rejects.toBeInstanceOf(ConfigError);
    await expect(opening).rejects.toThrow(message);
    await expect(opening).rejects.toThrow(folder);
    expect(JSON.parse(await readFile(join(folder, "config.json"), "utf8"))).toEqual(identity);
  });

  it("takes a preset's name for what it is: two names of one configuration are the same work", async () => {
    await Run.open(folder, identity);
    await Run.open(folder, { ...identity, preset: "full" });
  });

  it("refuses a folder without a run, and damaged files", async () => {
    await expect(Run.existing(folder)).rejects.toThrow(CheckpointError);
    await Run.open(folder, identity);
    await writeFile(join(folder, "stages.json"), '[{"name": "coll');
    await expect(Run.open(folder, identity)).rejects.toThrow(/Expected JSON in .*stages\.json/);
  });
});

describe("resolveConfig", () => {
  it("replaces single keys of a preset and leaves the preset alone", () => {
    const config = resolveConfig("TakeCover-v0", "full", {
      "memory.steps": 7,
      "env.frameSkip": 1,
      dream: { temperature: 1.15 },
    });
    expect(config.memory).toMatchObject({
      steps: 7,
      hiddenSize: resolveConfig("TakeCover-v0", "full").memory.hiddenSize,
    });
    expect(config.env).toEqual({ frameSkip: 1 });
    expect(config.dream).toEqual({ ...resolveConfig("TakeCover-v0", "full").dream, temperature: 1.15 });
    expect(resolveConfig("TakeCover-v0", "full").memory.steps).not.toBe(7);
  });

  it("gives CarRacing the paper's sizes, in both presets", () => {
    for (const preset of ["quick", "full"] as const) {
      const { env, collect, vision, memory, controller, dream } = resolveConfig("CarRacing-v3", preset);
      expect(env).toMatchObject({ frames: "world-models" });
      expect(collect.env).toEqual({ startTile: "random" });
      expect(collect.drivers?.length).toBeGreaterThan(1);
      expect([vision.latentSize, memory.hiddenSize]).toEqual([32, 256]);
      expect(controller).toMatchObject({ clipped: [2], baselines: ["z-only", "untrained-memory"] });
      expect(dream.horizon * Number(env["frameSkip"])).toBeLessThanOrEqual(1000);
    }
    expect(resolveConfig("CarRacing-v3", "quick", { "env.frameSkip": 2 }).env).toMatchObject({
      frames: "world-models",
      frameSkip: 2,
    });
    expect(resolveConfig("CarRacing-v3", "quick", { "iterate.rounds": 0 }).iterate?.rounds).toBe(0);
  });

  it("leaves what TakeCover is trained with as it was, so that older runs can go on", () => {
    const { env, iterate, collect, controller, evaluation, memory } = resolveConfig("TakeCover-v0", "quick");
    expect(env).toEqual({ frameSkip: 3 });
    expect(iterate).toBeUndefined();
    const keys = Object.keys({ ...collect, ...controller, ...evaluation, ...memory });
    for (const added of ["env", "drivers", "maximumSteps", "clipped", "baselines", "roadFollower", "rewardScale"])
      expect(keys).not.toContain(added);
  });

  it.each([
    [{ "collect.drivers": [{ motion: "flying" }] }, /motion/],
    [{ "controller.baselines": ["luck"] }, /baselines/],
    [{ "memory.stepz": 5 }, /stepz/],
    [{ nothing: 1 }, /nothing/],
    [{ "memory.steps": -5 }, /steps/],
    [{ "memory.steps": "many" }, /steps/],
    [{ "vision.channels": [1, 2, 3] }, /channels/],
    [{ "memory.steps.more": 1 }, /steps/],
    [{ "collect.validationFraction": 1 }, /validationFraction/],
  ])("refuses %o", (overrides, message) => {
    expect(() => resolveConfig("TakeCover-v0", "quick", overrides)).toThrow(ConfigError);
    expect(() => resolveConfig("TakeCover-v0", "quick", overrides)).toThrow(message);
  });
});
