import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { BehaviourCloningConfig } from "../../agents/behaviour-cloning/clone-behaviour.ts";
import { ConfigError } from "../../src/base/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import type { HeldOutEpisode } from "../../src/evaluation/world-model/held-out.ts";
import { resolveGenieConfig } from "../../src/pipelines/genie/config.ts";
import { imitateRun } from "../../src/pipelines/imitate-run.ts";
import { labelledSteps } from "../../src/pipelines/imitation/dictionary.ts";
import { actionsOf, type SplitEpisodes } from "../../src/pipelines/imitation/expert-episodes.ts";
import { ImitationError, imitableWorld } from "../../src/pipelines/imitation/imitable-world.ts";
import { learnFromExpert } from "../../src/pipelines/imitation/learn-from-expert.ts";
import { resolveConfig } from "../../src/pipelines/recurrent/config.ts";
import { Run, WORLD_FILE } from "../../src/pipelines/run.ts";
import { silentProgress } from "../../src/training/progress.ts";
import { type SavedWorld, saveWorld } from "../../src/world-models/world-checkpoint.ts";
import { savedTinyGenie, tinyGenie } from "../world-models/genie/tiny-genie.ts";
import { savedTinyWorld } from "../world-models/tiny-world.ts";
import { abortIn } from "./interrupting.ts";

const STAGES = ["collect", "label", "follow-latent", "clone-latent", "follow-real", "clone-real", "play"];
const genie = { size: 64, actionSpace: new Discrete(6) };
const cloning = { hidden: [8], steps: 40, batch: 16, validateEvery: 20 };

let home: string;
let directory: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "imitate-run-"));
  directory = await genieRun("platformer", savedTinyGenie(genie));
});
afterAll(() => rm(home, { recursive: true }));

async function genieRun(name: string, world: SavedWorld): Promise<string> {
  const overrides = { "env.maxEpisodeSteps": 16, "collect.maximumSteps": 12 };
  const { id } = world.env;
  const config = resolveGenieConfig(id, "quick", overrides);
  const run = await Run.open(join(home, name), { env: id, pipeline: "genie", preset: "quick", seed: 0, config });
  await saveWorld(run.path(WORLD_FILE), world);
  return run.directory;
}

const imitate = (options: Partial<Parameters<typeof imitateRun>[0]> = {}) =>
  imitateRun({
    directory,
    experts: 5,
    episodes: 3,
    labels: 12,
    seed: 4,
    cloning,
    progress: silentProgress,
    ...options,
  });

describe("imitateRun", () => {
  test("goes from an expert's videos to a policy beside four others, leaves its report, and is the same for a seed", async () => {
    const { progress, worked } = abortIn(undefined);
    const report = await imitate({ progress });
    expect(worked).toEqual(STAGES);
    expect(report).toMatchObject({
      env: { id: "Platformer-v0", kwargs: { levels: "test", progressReward: 1, maxEpisodeSteps: 16 } },
      settings: { seed: 4, experts: 5, episodes: 3, labels: 12, firstSeed: 500_012, cloning },
      experts: { episodes: 5, steps: 60, heldOut: { episodes: 1, steps: 12 } }, // nobody dies in a second
      dictionary: { pairs: 12 },
    });
    expect(report.policies.map(({ name }) => name)).toEqual(["random", "blind", "imitator", "oracle", "expert"]);
    for (const { real } of report.policies) {
      expect(real.returns).toHaveLength(3);
      expect(real.returns.every(Number.isFinite)).toBe(true);
    }
    const [random, , , , expert] = report.policies;
    expect(expert.real.mean).toBeGreaterThan(random.real.mean);
    const { latent, oracle } = report.accuracy;
    for (const share of [...Object.values(latent), ...Object.values(oracle), report.translated]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    const { actions, counts, names } = report.dictionary;
    expect([actions.length, counts.length, names.length]).toEqual([5, 5, 5]);
    expect(counts.flat().reduce((sum, count) => sum + count)).toBe(12);
    expect(names.every((words) => /^(never, played as )?(noop|left|right|jump)/.test(words))).toBe(true);
    expect(JSON.parse(await readFile(join(directory, "report", "imitation.json"), "utf8"))).toEqual(report);

    expect(await imitate()).toEqual(report);
    const other = await imitate({ seed: 5 });
    expect(other.settings.firstSeed).toBe(500_015);
    expect(other.policies).not.toEqual(report.policies);
  });

  test("stops where it is told to, and leaves nothing behind", async () => {
    const temporary = join(home, "temporary");
    vi.stubEnv("TMPDIR", await mkdtemp(temporary));
    try {
      for (const stage of STAGES) {
        const { progress, signal } = abortIn(stage);
        await expect(imitate({ progress, signal }), stage).rejects.toThrow(`interrupted in ${stage}`);
      }
      expect(await readdir(tmpdir())).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("refuses worlds without latent actions, environments without an expert, and counts that make no sense", async () => {
    const config = resolveConfig("TakeCover-v0", "quick");
    const identity = { env: "TakeCover-v0", pipeline: "recurrent", preset: "quick", seed: 0, config };
    const recurrent = await Run.open(join(home, "recurrent"), identity);
    await saveWorld(recurrent.path(WORLD_FILE), savedTinyWorld());
    const refused = imitate({ directory: recurrent.directory });
    await expect(refused).rejects.toBeInstanceOf(ImitationError);
    await expect(refused).rejects.toThrow(/learned latent actions, got one of the family recurrent/);
    const world = { ...savedTinyGenie({ size: 64 }), env: { id: "TakeCover-v0", kwargs: {} } };
    const expertless = imitate({ directory: await genieRun("take-cover", world) });
    await expect(expertless).rejects.toBeInstanceOf(ConfigError);
    await expect(expertless).rejects.toThrow(/an expert to imitate \(Platformer-v0\), got TakeCover-v0/);
    await expect(imitate({ experts: 1 })).rejects.toThrow("Expected experts to be a whole number ≥ 2, got 1.");
    await expect(imitate({ labels: 0 })).rejects.toThrow("Expected labels to be a whole number ≥ 1, got 0.");
  });
});

describe("imitableWorld", () => {
  test("refuses real actions that cannot be counted", () => {
    const steering = new Box({ low: -1, high: 1, shape: [2] });
    const continuous = () => imitableWorld(tinyGenie({ actionSpace: steering as never }));
    expect(continuous).toThrow(ImitationError);
    expect(continuous).toThrow(/real actions in a Discrete space/);
  });
});

describe("learnFromExpert", () => {
  const world = imitableWorld(tinyGenie({ ...genie, actionSpace: new Discrete(6, { start: 2 }) }));
  const LABELS = 7;
  const SEED = 3;

  const episode = (index: number, steps: number): HeldOutEpisode => {
    const random = new RandomStream(index, "video");
    return {
      steps,
      pictures: Array.from({ length: steps + 1 }, () =>
        Uint8Array.from({ length: 64 * 64 * 3 }, () => random.integer(0, 256)),
      ),
      actions: Array.from({ length: steps }, () => random.integer(2, 8)),
      rewards: new Float32Array(steps),
      terminated: false,
    };
  };
  const shown: SplitEpisodes = { training: [3, 11, 7].map((steps, i) => episode(i, steps)), heldOut: [episode(9, 5)] };

  const learn = async (given: SplitEpisodes) => {
    const folder = await mkdtemp(join(home, "learn-"));
    const context = { seed: SEED, folder, progress: silentProgress };
    const parsed = BehaviourCloningConfig.parse(cloning);
    return learnFromExpert({ ...context, cloning: parsed }, world, { shown: given, labels: LABELS });
  };

  test("the imitator learns from pictures and the labelled steps alone", async () => {
    const told = new Set(labelledSteps(21, LABELS, SEED));
    expect(told.size).toBe(LABELS);
    let step = 0;
    const lie = (action: unknown) => (told.has(step++) ? action : 2 + (((action as number) - 1) % 6));
    const lies: SplitEpisodes = {
      training: shown.training.map((one) => ({ ...one, actions: one.actions.map(lie) })),
      heldOut: shown.heldOut.map((one) => ({ ...one, actions: one.actions.map(lie) })),
    };
    const [honest, lied] = [await learn(shown), await learn(lies)];
    expect(actionsOf(lied.labelled.training)).toEqual(actionsOf(honest.labelled.training));
    expect(actionsOf(lied.labelled.heldOut)).toEqual(actionsOf(honest.labelled.heldOut));
    expect(lied.imitator.policy.weights).toEqual(honest.imitator.policy.weights);
    expect(lied.imitator.accuracy).toEqual(honest.imitator.accuracy);
    expect(lied.dictionary).toEqual(honest.dictionary);
    // Whoever is told all of them believes the lies.
    expect(lied.oracle.policy.weights).not.toEqual(honest.oracle.policy.weights);
    expect(honest.oracle.policy.actions).toEqual([2, 3, 4, 5, 6, 7]);
  });

  test("the dictionary counts the labelled steps, and its share is of the held-out ones", async () => {
    const { labelled, dictionary, translated } = await learn(shown);
    const [codes, actions] = [actionsOf(labelled.training), actionsOf(shown.training)];
    const counts = Array.from({ length: 5 }, () => new Array(6).fill(0));
    for (const step of labelledSteps(21, LABELS, SEED)) counts[codes[step]][actions[step] - 2]++;
    expect(dictionary.counts).toEqual(counts);
    const right = actionsOf(labelled.heldOut).filter(
      (code, i) => dictionary.actions[code] === shown.heldOut[0].actions[i],
    );
    expect(translated).toBe(right.length / 5);
    for (const [code, words] of dictionary.names.entries())
      expect(words).toContain(`action ${dictionary.actions[code] - 2}`);
  });
});
