import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomPolicy } from "../../../agents/random-policy.ts";
import { ConfigError } from "../../../src/base/errors.ts";
import type { NdArray } from "../../../src/compute/array.ts";
import { loadCheckpoint, saveCheckpoint } from "../../../src/compute/checkpoint.ts";
import type { RenderFrame } from "../../../src/core/env.ts";
import { RandomStream } from "../../../src/core/random.ts";
import type { Dataset } from "../../../src/data/dataset.ts";
import { EpisodeWriter } from "../../../src/data/episode-writer.ts";
import { recordEpisode } from "../../../src/data/record-episode.ts";
import { DreamEnv } from "../../../src/imagination/dream-env.ts";
import { resolveGenieConfig } from "../../../src/pipelines/genie/config.ts";
import type { GenieContext } from "../../../src/pipelines/genie/context.ts";
import { DynamicsBatches } from "../../../src/pipelines/genie/dynamics-batches.ts";
import { trainDynamics } from "../../../src/pipelines/genie/dynamics-stage.ts";
import { encodeVideos, loadTokens, type TokenizedEpisodes } from "../../../src/pipelines/genie/encode-stage.ts";
import { loadLatentActions, trainLatentActions } from "../../../src/pipelines/genie/latent-actions-stage.ts";
import { trainTokenizer } from "../../../src/pipelines/genie/tokenizer-stage.ts";
import { joinGenie } from "../../../src/pipelines/genie/world-stage.ts";
import { Run, WORLD_FILE } from "../../../src/pipelines/run.ts";
import { silentProgress } from "../../../src/training/progress.ts";
import type { GenieWorldModel } from "../../../src/world-models/genie/genie-world-model.ts";
import { inferLatentActions } from "../../../src/world-models/genie/latent-action-model.ts";
import { unitFrames } from "../../../src/world-models/unit-frames.ts";
import { loadWorld, type SavedWorld } from "../../../src/world-models/world-checkpoint.ts";
import { ints } from "../../compute/fixtures.ts";
import { BANK, DotGame, dotIn, EXIT, moved, PAY, PICTURE } from "./dot-game.ts";
import { run } from "./running.ts";

const EPISODES = 160;
/** The latent action that each real one is given in the place of what the model found: a language of our own. */
const PLANTED = [5, 0, 3, 6];

const config = resolveGenieConfig("Dots-v0", "quick", {
  "collect.validationFraction": 0.2,
  "tokenizer.patch": 8,
  "tokenizer.levels": [3, 3],
  "tokenizer.width": 16,
  "tokenizer.steps": 100,
  "tokenizer.batchSize": 16,
  "tokenizer.learningRate": 0.01,
  "tokenizer.warmup": 10,
  "latentActions.history": 2,
  "latentActions.channels": [8, 8, 8],
  "latentActions.encoder": [8, 8, 16, 16],
  "latentActions.clusters": 8,
  "latentActions.batchSize": 16,
  "latentActions.steps": 24,
  "latentActions.learningRate": 0.01,
  "latentActions.warmup": 10,
  "dynamics.width": 16,
  "dynamics.heads": 2,
  "dynamics.trunkBlocks": 1,
  "dynamics.headBlocks": 1,
  "dynamics.actionWidth": 16,
  "dynamics.context": 4,
  "dynamics.rewardScale": PAY,
  "dynamics.batchSize": 48,
  "dynamics.steps": 300,
  "dynamics.learningRate": 0.015,
  "dynamics.validateEvery": 300,
  "dynamics.corruption": 0.05,
  "dynamics.latentShare": 0.3,
  "dream.temperature": 0.3,
  "dream.contexts": 60,
  "dream.prompt": 2,
  "dream.horizon": 12,
});

let folder: string;
let context: GenieContext;
let dataset: Dataset;
let tokens: TokenizedEpisodes;
let plantedTokens: TokenizedEpisodes;
let world: SavedWorld;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dots-"));
  const work = await Run.open(folder, { env: "Dots-v0", pipeline: "genie", preset: "quick", seed: 1, config });
  context = { run: work, config, seed: 1, workers: 0, progress: silentProgress };
  const env = new DotGame();
  const { observationSpace, actionSpace } = env;
  const writer = await EpisodeWriter.create({
    ...{ directory: work.path("data"), env: { id: "Dots-v0" }, observationSpace, actionSpace, behaviours: ["random"] },
  });
  const policy = new RandomPolicy(env);
  for (let seed = 0; seed < EPISODES; seed++)
    await writer.add(await recordEpisode({ env, actor: policy.begin(seed), seed }));
  dataset = await writer.close();
  const all = Array.from({ length: EPISODES }, (_, i) => i);
  await trainTokenizer(context, dataset, all);
  await trainLatentActions(context, dataset, all);
  await encodeVideos(context, dataset);
  tokens = await loadTokens(work);
  plantedTokens = {
    ...tokens,
    latentActions: Int32Array.from({ length: tokens.rewards.length }, (_, i) => PLANTED[actionAt(i)]),
  };
  const path = work.path("tokens.safetensors");
  const { parameters } = await loadCheckpoint(path, { kind: "tokens" });
  const latentActions = ints(parameters["latentActions"].shape, plantedTokens.latentActions);
  await saveCheckpoint(path, { kind: "tokens", config: {}, parameters: { ...parameters, latentActions } });
  await trainDynamics(context, dataset);
  world = await loadWorld(work.path(WORLD_FILE));
});
afterAll(() => rm(folder, { recursive: true }));

/** The action of a step, counted over all episodes. */
const actionAt = (step: number) => tokens.actions.subarray(step * 4, (step + 1) * 4).indexOf(1);

/** Frame i of some tokens, as text. */
const wordAt = (all: NdArray["data"], i: number) => String(all.subarray(i * 8, (i + 1) * 8));

/** Where the dot is in the frame that has these tokens. */
const cells = new Map<string, number>();

/** Plays one dream under random actions, told in these words; where the dot was seen, and where the rules say that it is. */
async function played(env: DreamEnv, seed: number, words: readonly number[], random: RandomStream) {
  await env.reset({ seed });
  const look = async () => dotIn(((await env.render()) as RenderFrame).data);
  let cell = await look();
  const seen = [];
  for (let t = 0; t < 8; t++) {
    const action = random.integer(0, 4);
    const { reward, terminated, info } = await env.step(words[action]);
    const chance = info["terminationProbability"] as number;
    const after = await look();
    seen.push({ expected: moved(cell, action), after, reward, chance });
    cell = after;
    if (terminated) break;
  }
  return seen;
}

describe("what happened at a step of the real game happens at the same step", () => {
  it("in tokens, actions, rewards and ends on disk", async () => {
    let [frame, step] = [0, 0];
    for (let e = 0; e < dataset.count; e++) {
      const episode = await dataset.episode(e);
      expect(tokens.lengths[e]).toBe(episode.steps);
      const seen = Array.from({ length: episode.steps + 1 }, (_, t) =>
        dotIn(episode.observations.subarray(t * PICTURE, (t + 1) * PICTURE)),
      );
      for (let t = 0; t <= episode.steps; t++, frame++) {
        const word = wordAt(tokens.tokens, frame);
        if (!cells.has(word)) cells.set(word, seen[t]);
        expect(cells.get(word)).toBe(seen[t]);
      }
      for (let t = 0; t < episode.steps; t++, step++) {
        expect(actionAt(step)).toBe(episode.actions[t]);
        expect(tokens.rewards[step]).toBe(seen[t + 1] === BANK ? PAY : 0);
        expect(tokens.dones[step]).toBe(Number(seen[t + 1] === EXIT));
      }
    }
    expect(frame).toBe(tokens.tokens.length / 8);
    expect([cells.size, new Set(cells.values()).size]).toEqual([8, 8]); // each cell has tokens of its own
  });

  it("in the latent actions on disk, inferred in pieces as they are from the whole episode", async () => {
    const { config: latent, parameters } = await loadLatentActions(context.run);
    let step = 0;
    for (let e = 0; e < 12; e++) {
      const { observations, steps } = await dataset.episode(e);
      const frames: NdArray = { shape: [1, steps + 1, 16, 32, 3], dtype: "uint8", data: observations as Uint8Array };
      const { codes } = await run(
        (inputs, weights) => ({ codes: inferLatentActions(latent, weights, unitFrames(inputs.frames)) }),
        { frames },
        { parameters },
      );
      expect(Array.from(tokens.latentActions.subarray(step, step + steps))).toEqual(Array.from(codes.data));
      step += steps;
    }
    expect(new Set(tokens.latentActions).size).toBeGreaterThan(2);
  });

  it.each([
    { latentShare: 0, edges: 0, codes: [0, 1, 2, 3] },
    { latentShare: 1, edges: 0, codes: PLANTED.map((code) => 4 + code) },
    { latentShare: 0, edges: 0.6, codes: [0, 1, 2, 3] },
  ])("in the batches that are learned from, $edges at the edges, actions as the numbers $codes", (given) => {
    const { codes, ...shares } = given;
    const batches = new DynamicsBatches({
      ...{ episodes: plantedTokens, chosen: [3, 4, 5, 6, 7, 8, 9, 10], window: 4, batchSize: 5, levels: [3, 3] },
      ...{ latentCount: 8, leastHidden: 0.5, corruption: 0, ...shares, seed: 2, name: "test" },
    });
    let begun = 0;
    for (let i = 0; i < 20; i++) {
      const batch = batches.next();
      expect(batch.corrupted.data).toEqual(batch.tokens.data);
      /** Which action the numbers say; −1 none. */
      const action = ({ data }: NdArray, at: number) => {
        const told = Array.from(data.subarray(at * 12, (at + 1) * 12)).flatMap((x, j) => (x === 0 ? [] : [j]));
        if (told.length === 0) return -1;
        expect(told.map((j) => codes.includes(j))).toEqual([true]);
        return codes.indexOf(told[0]);
      };
      for (let b = 0; b < 5; b++) {
        const cell = (t: number) => cells.get(wordAt(batch.tokens.data, b * 5 + t))!;
        if (action(batch.before, b) === -1) begun++; // an episode's first frame
        for (let t = 0; t < 4; t++) {
          const step = b * 4 + t;
          if (batch.mask.data[step] === 0) continue;
          expect(moved(cell(t), action(batch.action, step))).toBe(cell(t + 1));
          expect(batch.reward.data[step]).toBe(cell(t + 1) === BANK ? PAY : 0);
          expect(batch.done.data[step]).toBe(Number(cell(t + 1) === EXIT));
        }
      }
    }
    expect(begun).toBeGreaterThan(0);
    expect(begun).toBeLessThan(100);
  });

  it.each(["real", "latent"] as const)(
    "in the dream under %s actions: the dot goes where they say, is paid at the bank and out at the exit",
    async (kind) => {
      const model = (world.model as GenieWorldModel).withActions(kind);
      const words = kind === "latent" ? PLANTED : [0, 1, 2, 3];
      const { frames, actions } = world.contexts;
      const told = ints(
        actions.shape,
        Array.from(actions.data, (action) => words[action]),
      );
      const contexts = { frames, actions: told };
      const env = new DreamEnv({ model, contexts, ...world.dream, renderMode: "rgb_array" });
      const random = new RandomStream(7, "player");
      const steps: Awaited<ReturnType<typeof played>> = [];
      for (let seed = 0; seed < 40; seed++) steps.push(...(await played(env, seed, words, random)));
      await env.close();
      const right = steps.filter(({ expected, after }) => expected === after);
      expect(right.length / steps.length).toBeGreaterThan(0.97);
      for (const where of [BANK, EXIT]) expect(right.filter(({ after }) => after === where).length).toBeGreaterThan(4);
      for (const { after, reward, chance } of right) {
        expect(Math.abs(reward - (after === BANK ? PAY : 0))).toBeLessThan(1.5);
        if (after === EXIT) expect(chance).toBeGreaterThan(0.7);
        else expect(chance).toBeLessThan(0.1);
      }
    },
  );
});

it("a prompt longer than every episode is refused", async () => {
  const long = { ...context, config: { ...config, dream: { ...config.dream, prompt: 40 } } };
  const { config: learned, parameters } = world.model as GenieWorldModel;
  const part = <Config>(config: Config) => ({ config, parameters });
  const joining = joinGenie(long, {
    dataset,
    tokenizer: part(learned.tokenizer),
    latent: part(learned.latentActions),
    dynamics: part(learned.dynamics),
  });
  await expect(joining).rejects.toBeInstanceOf(ConfigError);
  await expect(joining).rejects.toThrow(/an episode of at least 40 steps .* got at most \d+\. .* dream\.prompt/);
});
