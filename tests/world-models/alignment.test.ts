import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomPolicy } from "../../agents/random-policy.ts";
import { saveCheckpoint } from "../../src/compute/checkpoint.ts";
import type { Env, Step } from "../../src/core/env.ts";
import { RandomStream } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { EpisodeWriter } from "../../src/data/episode-writer.ts";
import { recordEpisode } from "../../src/data/record-episode.ts";
import { DreamEnv } from "../../src/imagination/dream-env.ts";
import { resolveConfig } from "../../src/pipelines/recurrent/config.ts";
import type { PipelineContext } from "../../src/pipelines/recurrent/context.ts";
import { encodeEpisodes, loadLatents } from "../../src/pipelines/recurrent/latents-stage.ts";
import { trainMemory } from "../../src/pipelines/recurrent/memory-stage.ts";
import { ONLY_ROUND } from "../../src/pipelines/recurrent/rounds.ts";
import { Run, WORLD_FILE } from "../../src/pipelines/run.ts";
import { silentProgress } from "../../src/training/progress.ts";
import { VaeConfig, vaeParameters } from "../../src/world-models/recurrent/vae.ts";
import { loadWorld, type SavedWorld } from "../../src/world-models/world-checkpoint.ts";

const PAYS = 3; // the step, counted from 0, at which action 2 is paid
const EPISODES = 256;
const LENGTH = 7; // steps of an episode: step 6 terminates

/** A slide show of coloured tiles. Action 2 pays 5, but only at step 3; after step 6 it is over. */
class Slides implements Env<Uint8Array, number> {
  readonly observationSpace = new Box({ low: 0, high: 255, shape: [64, 64, 3], dtype: "uint8" });
  readonly actionSpace = new Discrete(3);
  #step = 0;

  reset() {
    this.#step = 0;
    return { observation: this.#draw(), info: {} };
  }

  step(action: number): Step<Uint8Array> {
    const reward = this.#step === PAYS && action === 2 ? 5 : 0;
    this.#step++;
    return { observation: this.#draw(), reward, terminated: this.#step === LENGTH, truncated: false, info: {} };
  }

  render() {
    return undefined;
  }

  close() {}

  #draw(): Uint8Array {
    return SLIDES[this.#step].slice();
  }
}

/** One picture for each observation of an episode: four by four tiles of drawn colours. */
const SLIDES = Array.from({ length: LENGTH + 1 }, (_, step) => {
  const random = new RandomStream(step, "slide");
  const tiles = Uint8Array.from({ length: 4 * 4 * 3 }, () => random.integer(0, 256));
  return Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => {
    const [row, column, channel] = [Math.floor(i / 192), Math.floor(i / 3) % 64, i % 3];
    return tiles[(Math.floor(row / 16) * 4 + Math.floor(column / 16)) * 3 + channel];
  });
});

/** Windows shorter than the episodes, so that reward and end are learned across carried states. */
const config = resolveConfig("Slides-v0", "quick", {
  "collect.validationFraction": 0.1,
  "memory.hiddenSize": 24,
  "memory.mixtures": 2,
  "memory.window": 4,
  "memory.batchSize": 32,
  "memory.steps": 800,
  "memory.learningRate": 0.01,
  "memory.validateEvery": 400,
  "dream.temperature": 0.3,
  "dream.horizon": 20,
});

let folder: string;
let context: PipelineContext;
let dataset: Dataset;
let world: SavedWorld;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "alignment-"));
  const run = await Run.open(folder, { env: "Slides-v0", pipeline: "recurrent", preset: "quick", seed: 1, config });
  context = { run, config, seed: 1, round: ONLY_ROUND, workers: 0, progress: silentProgress };

  const env = new Slides();
  const { observationSpace, actionSpace } = env;
  const writer = await EpisodeWriter.create({
    directory: run.path("data"),
    env: { id: "Slides-v0" },
    observationSpace,
    actionSpace,
    behaviours: ["random"],
  });
  const policy = new RandomPolicy(env);
  for (let seed = 0; seed < EPISODES; seed++)
    await writer.add(await recordEpisode({ env, actor: policy.begin(seed), seed }));
  dataset = await writer.close();

  // An untrained V tells the frames apart, once its posterior is narrow.
  const vae = VaeConfig.parse({ latentSize: 4, channels: [4, 4, 8, 8] });
  const random = new RandomStream(1, "vision");
  const parameters = vaeParameters(vae, () => random.normal());
  parameters["logStd.bias"].data.fill(-4);
  await saveCheckpoint(run.path("models", "vision.safetensors"), { kind: "vae", config: vae, parameters });

  await encodeEpisodes(context, dataset);
  await trainMemory(context, dataset);
  world = await loadWorld(run.path(WORLD_FILE));
});
afterAll(() => rm(folder, { recursive: true }));

describe("what happened at a step of the real environment happens at the same step", () => {
  it("on disk and in the latents", async () => {
    const latents = await loadLatents(context.run, ONLY_ROUND);
    expect(latents.lengths).toEqual(new Int32Array(EPISODES).fill(LENGTH));
    for (let e = 0; e < dataset.count; e++) {
      const episode = await dataset.episode(e);
      expect(episode.observations.length).toBe((LENGTH + 1) * 64 * 64 * 3);
      const expected = Array.from({ length: LENGTH }, (_, t) => (t === PAYS && episode.actions[t] === 2 ? 5 : 0));
      expect(Array.from(episode.rewards)).toEqual(expected);
      const own = <T extends Float32Array | Int32Array>(data: T) =>
        Array.from(data.subarray(e * LENGTH, (e + 1) * LENGTH));
      expect(own(latents.rewards)).toEqual(expected);
      expect(own(latents.actions)).toEqual(Array.from(episode.actions));
      expect(own(latents.dones)).toEqual([0, 0, 0, 0, 0, 0, 1]);
    }
  });

  it("in the latents of T+1 observations an episode", async () => {
    const { mean } = await loadLatents(context.run, ONLY_ROUND);
    const at = (e: number, t: number) =>
      Array.from(mean.subarray((e * (LENGTH + 1) + t) * 4, (e * (LENGTH + 1) + t + 1) * 4));
    for (let t = 0; t <= LENGTH; t++) expect(at(5, t)).toEqual(at(0, t)); // the show is the same in every episode
    for (let t = 0; t < LENGTH; t++) expect(at(0, t + 1)).not.toEqual(at(0, t));
  });

  it.each([
    ["pays for action 2 at step 3", [0, 0, 0, 2, 0, 0, 0], [0, 0, 0, 5, 0, 0, 0]],
    ["pays for no other action there", [0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]],
    ["pays for action 2 at no other step", [2, 2, 2, 0, 2, 2, 2], [0, 0, 0, 0, 0, 0, 0]],
    ["pays once", [2, 2, 2, 2, 2, 2, 2], [0, 0, 0, 5, 0, 0, 0]],
  ])("in the dream, which %s, and ends after step 6", async (_, actions, expected) => {
    const env = new DreamEnv({ ...world, ...world.dream });
    await env.reset({ seed: 3 });
    const rewards: number[] = [];
    const chances: number[] = [];
    const ends: boolean[] = [];
    for (const action of actions) {
      const step = await env.step(action);
      rewards.push(step.reward);
      chances.push(step.info["terminationProbability"] as number);
      ends.push(step.terminated);
      if (step.terminated) break;
    }
    await env.close();
    expect(ends).toEqual([false, false, false, false, false, false, true]);
    for (const [t, reward] of expected.entries()) expect(Math.abs(rewards[t] - reward)).toBeLessThan(1.5);
    expect(chances[LENGTH - 1]).toBeGreaterThan(0.8);
    expect(Math.max(...chances.slice(0, -1))).toBeLessThan(0.1);
  });
});
