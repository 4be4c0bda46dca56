import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RandomPolicy } from "../../agents/random-policy.ts";
import { ConfigError } from "../../src/base/errors.ts";
import { layoutOf } from "../../src/data/array-layout.ts";
import { FrameSampler } from "../../src/data/frame-sampler.ts";
import { MemoryEpisodes } from "../../src/data/memory-episodes.ts";
import { recordEpisode } from "../../src/data/record-episode.ts";
import { SequenceSampler } from "../../src/data/sequence-sampler.ts";
import { episodeTracks, packWindows, type SequenceBatch, sequenceWindows } from "../../src/data/sequence-windows.ts";
import { splitEpisodes } from "../../src/data/split-episodes.ts";
import { WalkEnv } from "./walk-env.ts";

const env = new WalkEnv();
const episodes = await Promise.all(
  Array.from({ length: 12 }, (_, seed) =>
    recordEpisode({ env: new WalkEnv(), actor: new RandomPolicy(env).begin(seed), seed, index: seed }),
  ),
);
const store = new MemoryEpisodes({
  observation: layoutOf(env.observationSpace),
  action: layoutOf(env.actionSpace),
  episodes,
});
const tracks = episodeTracks({ observation: store.observation, action: store.action, episodes });

describe("splitEpisodes", () => {
  it("puts every episode on exactly one side", () => {
    fc.assert(
      fc.property(
        fc.nat(200),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        fc.nat(),
        (count, validationFraction, seed) => {
          const { train, validation } = splitEpisodes({ count, validationFraction, seed });
          const all = [...train, ...validation].sort((a, b) => a - b);
          expect(all).toEqual(Array.from({ length: count }, (_, i) => i));
          if (count >= 2) expect(train.length).toBeGreaterThan(0);
          if (count >= 2 && validationFraction > 0) expect(validation.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it("depends on the seed alone", () => {
    const split = (seed: number) => splitEpisodes({ count: 50, validationFraction: 0.1, seed }).validation;
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
    expect(split(1).length).toBe(5);
  });

  it("refuses a fraction of one", () => {
    expect(() => splitEpisodes({ count: 5, validationFraction: 1, seed: 0 })).toThrow(ConfigError);
  });
});

describe("sequenceWindows", () => {
  it("holds every step once where the stride is the size, at any phase, and crosses no end", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(40), { maxLength: 6 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (lengths, size, p) => {
          const seen = lengths.map((length) => new Uint8Array(length));
          for (const { episode, start, length } of sequenceWindows({ lengths, size, phase: () => 1 + (p % size) })) {
            expect(length).toBeGreaterThan(0);
            expect(length).toBeLessThanOrEqual(size);
            expect(start + length).toBeLessThanOrEqual(lengths[episode]);
            for (let t = start; t < start + length; t++) seen[episode][t]++;
          }
          for (const counts of seen) expect(counts.every((count) => count === 1)).toBe(true);
        },
      ),
    );
  });

  it("overlaps where the stride is smaller, and ends with the episode", () => {
    expect(sequenceWindows({ lengths: [10], size: 4, stride: 2 })).toEqual([
      { episode: 0, start: 0, length: 4 },
      { episode: 0, start: 2, length: 4 },
      { episode: 0, start: 4, length: 4 },
      { episode: 0, start: 6, length: 4 },
    ]);
    expect(sequenceWindows({ lengths: [5], size: 4, stride: 3 }).map(({ start, length }) => [start, length])).toEqual([
      [0, 4],
      [3, 2],
    ]);
  });

  it("takes only the episodes asked for", () => {
    const windows = sequenceWindows({ lengths: [3, 3, 3], size: 8, episodes: [2, 0] });
    expect(windows.map((window) => window.episode)).toEqual([2, 0]);
    expect(() => sequenceWindows({ lengths: [3], size: 8, episodes: [1] })).toThrow(ConfigError);
  });

  it.each([{ size: 0 }, { size: 2.5 }, { size: 4, stride: 5 }, { size: 4, stride: 0 }])("refuses %o", (options) => {
    expect(() => sequenceWindows({ lengths: [3], ...options })).toThrow(ConfigError);
  });
});

describe("packWindows", () => {
  it("finds the planted reward at its step, its action and the observations around it", () => {
    const size = 4;
    const windows = sequenceWindows({ lengths: store.lengths, size, phase: (episode) => 1 + (episode % size) });
    check(packWindows(windows, size, tracks), size);
  });

  it("pads with zeros", () => {
    const batch = packWindows([{ episode: 0, start: 1, length: 2 }], 5, tracks);
    expect(Array.from(batch.mask.data)).toEqual([1, 1, 0, 0, 0]);
    expect(batch.tracks.observations.shape).toEqual([1, 6, 4, 3, 3]);
    expect(batch.tracks.observations.dtype).toBe("uint8");
    const numbers = Array.from({ length: 6 }, (_, t) => batch.tracks.observations.data[t * 36]);
    expect(numbers).toEqual([1, 2, 3, 0, 0, 0]);
    expect(Array.from(batch.tracks.rewards.data.slice(2))).toEqual([0, 0, 0]);
    expect(batch.tracks.actions).toMatchObject({ shape: [1, 5], dtype: "int32" });
  });

  it("marks the step that terminated, and no other", () => {
    const windows = sequenceWindows({ lengths: store.lengths, size: 20 });
    const { terminations } = packWindows(windows, 20, tracks).tracks;
    episodes.forEach((episode, row) => {
      const flags = Array.from(terminations.data.slice(row * 20, row * 20 + 20));
      expect(flags.indexOf(1)).toBe(episode.steps - 1);
      expect(flags.filter((flag) => flag === 1)).toHaveLength(1);
    });
  });
});

/** Every real step of a batch against what WalkEnv does. */
function check({ tracks, mask, windows }: SequenceBatch<keyof ReturnType<typeof episodeTracks>>, size: number) {
  let planted = 0;
  windows.forEach(({ episode, start, length }, row) => {
    for (let t = 0; t < size; t++) {
      const place = row * size + t;
      expect(mask.data[place]).toBe(t < length ? 1 : 0);
      if (t >= length) continue;
      const step = start + t;
      expect(tracks.observations.data[(row * (size + 1) + t) * 36]).toBe(step);
      expect(tracks.observations.data[(row * (size + 1) + t + 1) * 36]).toBe(step + 1);
      expect(tracks.actions.data[place]).toBe(episodes[episode].actions[step]);
      expect(tracks.rewards.data[place]).toBe(step === 2 ? 10 : tracks.actions.data[place]);
      if (step === 2) planted++;
    }
  });
  return planted;
}

describe("SequenceSampler", () => {
  const make = (seed = 1) =>
    new SequenceSampler({
      tracks,
      lengths: store.lengths,
      size: 4,
      batchSize: 5,
      seed,
      episodes: [0, 1, 2, 3, 4, 5, 6],
    });

  it("gives full batches, aligned, from the episodes asked for", () => {
    const sampler = make();
    let planted = 0;
    while (sampler.epoch < 3) {
      const batch = sampler.next();
      expect(batch.mask.shape).toEqual([5, 4]);
      expect(batch.windows.every(({ episode }) => episode < 7)).toBe(true);
      planted += check(batch, 4);
    }
    expect(planted).toBeGreaterThan(7);
  });

  it("shuffles and cuts each epoch anew", () => {
    const sampler = make();
    const first = sampler.next().windows;
    while (sampler.epoch === 0) sampler.next();
    expect(sampler.next().windows).not.toEqual(first);
  });

  it("goes on exactly after JSON, across the end of an epoch", () => {
    const sampler = make();
    for (let i = 0; i < 3; i++) sampler.next();
    const saved = JSON.parse(JSON.stringify(sampler.state()));
    const expected = Array.from({ length: 20 }, () => sampler.next());
    const resumed = make();
    resumed.restore(saved);
    expect(Array.from({ length: 20 }, () => resumed.next())).toEqual(expected);
    expect(() => make(2).restore(saved)).toThrow(ConfigError);
  });

  it("goes through everything once for validation", () => {
    const steps = [...make().once()].flatMap((batch) => Array.from(batch.mask.data)).filter((there) => there === 1);
    expect(steps).toHaveLength(store.lengths.slice(0, 7).reduce((sum, length) => sum + length, 0));
  });

  it("says that there is too little for one batch", () => {
    const options = { tracks, lengths: store.lengths, size: 4, batchSize: 500, seed: 0 };
    expect(() => new SequenceSampler(options)).toThrow(/Expected at least 500 windows for one batch/);
  });
});

describe("FrameSampler", () => {
  const frames = store.lengths.reduce((sum, length) => sum + length + 1, 0);
  const load = (options = {}) => FrameSampler.load({ dataset: store, batchSize: 8, seed: 5, ...options });
  const rows = (data: ArrayLike<number>) =>
    Array.from({ length: data.length / 36 }, (_, i) => Array.from({ length: 36 }, (_, j) => data[i * 36 + j]).join());

  it("gives each frame once an epoch, but for the rest that fills no batch", async () => {
    const sampler = await load({ batchSize: 1 });
    expect(sampler.count).toBe(frames);
    const seen = Array.from({ length: frames }, () => rows(sampler.next().data)[0]);
    expect(seen.sort()).toEqual(episodes.flatMap((episode) => rows(episode.observations)).sort());
    const batched = await load();
    expect(batched.next()).toMatchObject({ shape: [8, 4, 3, 3], dtype: "uint8" });
    expect(batched.batchesInEpoch).toBe(Math.floor(frames / 8));
  });

  it("keeps no more frames than allowed, of the episodes asked for, by the seed", async () => {
    const sampler = await load({ maximumFrames: 20, episodes: [1, 2, 3, 4] });
    expect(sampler.count).toBe(20);
    const allowed = new Set([1, 2, 3, 4].flatMap((i) => rows(episodes[i].observations)));
    expect(rows(sampler.frames).every((row) => allowed.has(row))).toBe(true);
    expect((await load({ maximumFrames: 20, seed: 5 })).frames).toEqual((await load({ maximumFrames: 20 })).frames);
    expect((await load({ maximumFrames: 20, seed: 6 })).frames).not.toEqual((await load({ maximumFrames: 20 })).frames);
  });

  it("goes on exactly after JSON, across the end of an epoch", async () => {
    const sampler = await load();
    for (let i = 0; i < 5; i++) sampler.next();
    const saved = JSON.parse(JSON.stringify(sampler.state()));
    const expected = Array.from({ length: 30 }, () => sampler.next());
    const resumed = await load();
    resumed.restore(saved);
    expect(Array.from({ length: 30 }, () => resumed.next())).toEqual(expected);
    expect(resumed.epoch).toBeGreaterThan(0);
  });

  it("goes through every frame once, and knows their mean", async () => {
    const sampler = await load();
    const all = [...sampler.once()].flatMap((batch) => rows(batch.data));
    expect(all).toEqual(rows(sampler.frames));
    const first = all.reduce((sum, row) => sum + Number(row.split(",")[0]), 0) / all.length;
    expect(sampler.mean()[0]).toBeCloseTo(first, 4);
  });

  it("refuses observations that are no bytes, and too few frames", async () => {
    const dataset = new MemoryEpisodes({
      observation: { dtype: "float32", shape: [36] },
      action: store.action,
      episodes,
    });
    await expect(load({ dataset })).rejects.toThrow(/uint8/);
    await expect(load({ batchSize: 1000 })).rejects.toThrow(/Expected at least 1000 frames/);
  });
});
