import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CheckpointError } from "../../src/base/errors.ts";
import { evaluateRun } from "../../src/pipelines/evaluate-run.ts";
import { heldOutCollection } from "../../src/pipelines/held-out-collection.ts";
import { resolveConfig } from "../../src/pipelines/recurrent/config.ts";
import { Run, type RunIdentity, WORLD_FILE } from "../../src/pipelines/run.ts";
import { silentProgress } from "../../src/training/progress.ts";
import { saveWorld } from "../../src/world-models/world-checkpoint.ts";
import { savedTinyWorld } from "../world-models/tiny-world.ts";
import { abortIn } from "./interrupting.ts";

const env = { frameSkip: 3, maxTics: 90 };
const identity = (id: string, overrides: Readonly<Record<string, unknown>> = {}): RunIdentity => {
  const config = resolveConfig(id, "quick", overrides);
  return { env: id, pipeline: "recurrent", preset: "quick", seed: 0, config };
};

let directory: string;
let run: Run;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "evaluate-run-"));
  run = await Run.open(directory, identity("TakeCover-v0", { env }));
  await saveWorld(run.path(WORLD_FILE), savedTinyWorld());
});
afterAll(() => rm(directory, { recursive: true }));

describe("evaluateRun", () => {
  test("collects episodes of its own, leaves figures and a picture in the report, and is the same for a seed", async () => {
    const { progress, worked } = abortIn(undefined);
    const report = await evaluateRun({ directory, episodes: 3, windows: 4, seed: 5, progress });
    expect(worked).toEqual(["collect", "evaluate"]);
    expect(report).toMatchObject({
      family: "recurrent",
      env: { id: "TakeCover-v0", kwargs: env },
      settings: { seed: 5, prompt: 8, horizon: 16, temperature: 1 },
      heldOut: { episodes: 3, windows: 4 },
      reward: { kind: "dense" }, // every step survived pays
    });
    expect(JSON.parse(await readFile(run.path("report", "world-model.json"), "utf8"))).toEqual(report);
    const picture = PNG.sync.read(await readFile(run.path("report", "world-model.png")));
    expect(picture.width).toBeGreaterThan(17 * 64);
    expect(await evaluateRun({ directory, episodes: 3, windows: 4, seed: 5, progress: silentProgress })).toEqual(
      report,
    );
  });

  test("stops where it is told to", async () => {
    for (const stage of ["collect", "evaluate"]) {
      const { progress, signal } = abortIn(stage);
      const stopped = evaluateRun({ directory, episodes: 2, seed: 0, progress, signal });
      await expect(stopped).rejects.toThrow(`interrupted in ${stage}`);
    }
  });

  test("refuses latent actions of a world that has learned none", async () => {
    const latent = evaluateRun({ directory, episodes: 1, seed: 0, actions: "latent", progress: silentProgress });
    await expect(latent).rejects.toThrow(/learned latent actions, got one of the family recurrent/);
  });

  test("refuses a folder without a world, or without a run", async () => {
    const empty = await mkdtemp(join(tmpdir(), "evaluate-run-"));
    const evaluate = () => evaluateRun({ directory: empty, episodes: 1, seed: 0, progress: silentProgress });
    await expect(evaluate()).rejects.toThrow("got no config.json");
    await Run.open(empty, identity("TakeCover-v0"));
    await expect(evaluate()).rejects.toBeInstanceOf(CheckpointError);
    await rm(empty, { recursive: true });
  });
});

describe("heldOutCollection", () => {
  const of = (given: RunIdentity) => heldOutCollection({ identity: given, directory: "runs/x" });

  test("is the run's own collection: kwargs, behaviours, longest episode", () => {
    const collection = of(identity("CarRacing-v3"));
    expect(collection.env).toMatchObject({ id: "CarRacing-v3", kwargs: { frameSkip: 4, startTile: "random" } });
    expect(collection.behaviour).toHaveLength(4);
    expect(collection.maximumSteps).toBe(50);
    expect(of(identity("TakeCover-v0", { env })).env.kwargs).toEqual(env);
  });

  test("is of levels that no run trains on", () => {
    const trained = identity("Platformer-v0", { "env.levels": "train", "env.difficulty": "easy" });
    expect(of(trained).env).toEqual({
      id: "Platformer-v0",
      kwargs: { levels: "test", difficulty: "easy", progressReward: 1 },
    });
    expect(of(trained).behaviour).toMatchObject([{ export: "PlatformerExplorer" }, { export: "PlatformerRunner" }]);
  });

  test("of a pipeline that is not known is refused", () => {
    const foreign = { ...identity("TakeCover-v0"), pipeline: "telepathy" };
    expect(() => of(foreign)).toThrow(/a run of a known pipeline .*, got telepathy/);
  });
});
