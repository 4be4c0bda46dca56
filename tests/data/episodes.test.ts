import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 as reference } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomPolicy } from "../../agents/random-policy.ts";
import { ConfigError } from "../../src/base/errors.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Dict } from "../../src/core/spaces/dict.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { MultiBinary } from "../../src/core/spaces/multi-binary.ts";
import { MultiDiscrete } from "../../src/core/spaces/multi-discrete.ts";
import { layoutOf } from "../../src/data/array-layout.ts";
import { crc32 } from "../../src/data/crc32.ts";
import { openDataset } from "../../src/data/dataset.ts";
import type { Episode } from "../../src/data/episode.ts";
import { EpisodeWriter } from "../../src/data/episode-writer.ts";
import { DatasetError } from "../../src/data/errors.ts";
import { MemoryEpisodes } from "../../src/data/memory-episodes.ts";
import { recordEpisode } from "../../src/data/record-episode.ts";
import { WalkEnv } from "./walk-env.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "reverie-data-"));
});
afterAll(() => rm(directory, { recursive: true }));

const env = new WalkEnv();

async function play(seed: number, maximumSteps?: number): Promise<Episode> {
  return recordEpisode({ env, actor: new RandomPolicy(env).begin(seed), seed, maximumSteps });
}

async function writeWalks(name: string, count: number) {
  const writer = await EpisodeWriter.create({
    directory: join(directory, name),
    env: { id: "Walk-v0" },
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    behaviours: ["random"],
    shardEpisodes: 4,
  });
  for (let seed = 0; seed < count; seed++) await writer.add(await play(seed));
  return writer.close();
}

describe("recordEpisode", () => {
  it("keeps one observation more than actions and rewards, aligned", async () => {
    const episode = await play(5);
    expect(episode.observations.length).toBe((episode.steps + 1) * 36);
    expect(episode.actions.length).toBe(episode.steps);
    expect(episode.terminated).toBe(true);
    expect(episode.truncated).toBe(false);
    for (let t = 0; t <= episode.steps; t++) expect(episode.observations[t * 36]).toBe(t);
    expect(episode.rewards[2]).toBe(10);
    expect(episode.rewards[1]).toBe(episode.actions[1]);
    expect(episode.return).toBe(episode.rewards.reduce((a, b) => a + b));
  });

  it("truncates at maximumSteps, and does not call that a termination", async () => {
    const episode = await play(5, 2);
    expect(episode).toMatchObject({ steps: 2, terminated: false, truncated: true });
  });

  it("keeps the order of steps in an episode longer than its first allocation", async () => {
    let t = 0;
    const long = {
      ...envLike(),
      step: () => ({ observation: Float32Array.of(++t), reward: t, terminated: t === 200, truncated: false, info: {} }),
    };
    const episode = await recordEpisode({ env: long, actor: { act: () => 0 }, seed: 0 });
    expect(Array.from(episode.observations)).toEqual(Array.from({ length: 201 }, (_, i) => i));
  });

  function envLike() {
    return {
      observationSpace: new Box({ low: 0, high: 1e6, shape: [1] }),
      actionSpace: new Discrete(2),
      reset: () => ({ observation: Float32Array.of(0), info: {} }),
      render: () => undefined,
      close: () => undefined,
    };
  }
});

describe("layoutOf", () => {
  it("stores each kind of space in its own element type", () => {
    expect(layoutOf(new Discrete(3))).toEqual({ dtype: "int32", shape: [] });
    expect(layoutOf(new MultiDiscrete([2, 3]))).toEqual({ dtype: "int32", shape: [2] });
    expect(layoutOf(new MultiBinary([2, 2]))).toEqual({ dtype: "int8", shape: [2, 2] });
    expect(layoutOf(new Box({ low: -1, high: 1, shape: [2], dtype: "float64" }))).toEqual({
      dtype: "float64",
      shape: [2],
    });
  });

  it("refuses a space that is no array", () => {
    expect(() => layoutOf(new Dict({ a: new Discrete(2) }))).toThrow(ConfigError);
  });
});

describe("crc32", () => {
  it("agrees with zlib, in parts too", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(crc32(a, b)).toBe(reference(Buffer.concat([a, b])));
      }),
    );
  });
});

describe("a dataset on disk", () => {
  it("gives back every episode, in any order, and its lengths without reading them", async () => {
    const dataset = await writeWalks("whole", 10);
    expect(dataset.count).toBe(10);
    for (const seed of [9, 0, 4, 3]) {
      const { index, ...episode } = await dataset.episode(seed);
      const { index: _, ...expected } = await play(seed);
      expect(index).toBe(seed);
      expect(episode).toEqual(expected);
      expect(dataset.lengths[seed]).toBe(expected.steps);
    }
    expect(dataset.observationSpace.equals(env.observationSpace)).toBe(true);
    expect(dataset.header.counts).toEqual(dataset.counts);
    let iterated = 0;
    for await (const episode of dataset) expect(episode.index).toBe(iterated++);
    expect(iterated).toBe(10);
  });

  it("stores every element type without loss", async () => {
    const values = { dtype: "float64", shape: [3] } as const;
    for (const dtype of ["uint8", "int16", "uint32", "float32", "float64"] as const) {
      const space = new Box({ low: 0, high: 200, shape: [3], dtype });
      const observations = ramp(dtype);
      const writer = await EpisodeWriter.create({
        directory: join(directory, `type-${dtype}`),
        env: { id: "Typed-v0" },
        observationSpace: space,
        actionSpace: new Box({ low: -1, high: 1, ...values }),
        behaviours: [],
      });
      const actions = Float64Array.from({ length: 6 }, (_, i) => Math.sin(i));
      const rewards = Float32Array.of(0.1, -0.2);
      await writer.add({
        index: 0,
        seed: 1,
        behaviour: 0,
        steps: 2,
        return: -0.1,
        terminated: false,
        truncated: true,
        observations,
        actions,
        rewards,
      });
      const episode = await (await writer.close()).episode(0);
      expect(episode.observations).toEqual(observations);
      expect(episode.actions).toEqual(actions);
      expect(episode.rewards).toEqual(rewards);
    }
  });

  function ramp(dtype: "uint8" | "int16" | "uint32" | "float32" | "float64") {
    const values = [0, 21.7, 43.4, 65.1, 86.8, 108.5, 130.2, 151.9, 173.6];
    const arrays = {
      uint8: Uint8Array,
      int16: Int16Array,
      uint32: Uint32Array,
      float32: Float32Array,
      float64: Float64Array,
    };
    return arrays[dtype].from(values);
  }

  it("refuses an episode whose arrays do not fit its steps", async () => {
    const writer = await EpisodeWriter.create({
      directory: join(directory, "misfit"),
      env: { id: "Walk-v0" },
      observationSpace: env.observationSpace,
      actionSpace: env.actionSpace,
      behaviours: ["random"],
    });
    const episode = await play(1);
    await expect(writer.add({ ...episode, rewards: episode.rewards.subarray(1) })).rejects.toThrow(
      /numbers in rewards of an episode of \d+ steps/,
    );
  });

  it("refuses to write over another dataset", async () => {
    await writeWalks("taken", 1);
    await expect(writeWalks("taken", 1)).rejects.toThrow(/Choose another directory/);
  });

  it("says what is wrong with a directory without a dataset", async () => {
    await expect(openDataset(join(directory, "nowhere"))).rejects.toThrow(DatasetError);
    await expect(openDataset(join(directory, "nowhere"))).rejects.toThrow(/no dataset.json. Collect episodes/);
  });

  it("says what is wrong with a foreign dataset.json", async () => {
    await writeWalks("foreign", 1);
    const path = join(directory, "foreign", "dataset.json");
    await writeFile(path, "not json");
    await expect(openDataset(join(directory, "foreign"))).rejects.toThrow(/Expected JSON/);
    await writeFile(path, JSON.stringify({ format: "minari", version: 7 }));
    await expect(openDataset(join(directory, "foreign"))).rejects.toThrow(/Expected .* to describe a reverie-dataset/);
  });

  it("finds a missing, a truncated, a foreign and a borrowed shard", async () => {
    await writeWalks("broken", 8);
    const root = join(directory, "broken");
    const path = join(root, "shard-00001.episodes");
    const bytes = await readFile(path);
    await truncate(path, bytes.length - 1);
    await expect(openDataset(root)).rejects.toThrow(/truncated file of/);
    await truncate(path, 5);
    await expect(openDataset(root)).rejects.toThrow(DatasetError);
    await writeFile(path, "something else entirely");
    await expect(openDataset(root)).rejects.toThrow(/to begin with RVSHARD1, got "somethin"/);
    await rm(path);
    await expect(openDataset(root)).rejects.toThrow(/Run the same collection again/);
    const header = bytes.indexOf('"dataset":"') + 11;
    bytes[header] = bytes[header] === 97 ? 98 : 97;
    await writeFile(path, bytes);
    await expect(openDataset(root)).rejects.toThrow(/checksum/);
  });

  it("finds any flipped byte when the episode is read", async () => {
    await writeWalks("flipped", 4);
    const path = join(directory, "flipped", "shard-00000.episodes");
    const good = await readFile(path);
    const start = 12 + good.readUInt32LE(8);
    const end = good.readDoubleLE(good.length - 24);
    for (const place of [start, Math.floor((start + end) / 2), end - 1]) {
      const bad = Buffer.from(good);
      bad[place] ^= 16;
      await writeFile(path, bad);
      const dataset = await openDataset(join(directory, "flipped"));
      const read = Promise.all([0, 1, 2, 3].map((i) => dataset.episode(i)));
      await expect(read).rejects.toThrow(/the file is damaged/);
    }
  });

  it("refuses an episode number that it does not have", async () => {
    const dataset = await writeWalks("few", 2);
    await expect(dataset.episode(2)).rejects.toThrow("Expected an episode from 0 to 1, got 2.");
  });
});

describe("MemoryEpisodes", () => {
  it("is a store like any other", async () => {
    const episodes = [await play(0), await play(1)];
    const store = new MemoryEpisodes({
      observation: layoutOf(env.observationSpace),
      action: layoutOf(env.actionSpace),
      episodes,
    });
    expect(store.count).toBe(2);
    expect(await store.episode(1)).toBe(episodes[1]);
    expect(() => store.info(2)).toThrow(ConfigError);
  });
});
