import { describe, expect, it } from "vitest";
import { DynamicsBatches } from "../../src/pipelines/genie/dynamics-batches.ts";
import type { TokenizedEpisodes } from "../../src/pipelines/genie/encode-stage.ts";

/* Episodes whose rewards number their steps: what a batch holds can be told from them. */

const LENGTHS = [40, 25, 60, 3, 33];
const STEPS = LENGTHS.reduce((sum, length) => sum + length, 0);
const WINDOW = 7;
const lastSteps = LENGTHS.map((_, e) => LENGTHS.slice(0, e + 1).reduce((sum, length) => sum + length, 0) - 1);

const episodes: TokenizedEpisodes = {
  tokens: new Int32Array(2 * (STEPS + LENGTHS.length)),
  places: 2,
  latentActions: new Int32Array(STEPS),
  actions: new Float32Array(2 * STEPS).map((_, i) => (i + 1) % 2),
  actionSize: 2,
  rewards: Float32Array.from({ length: STEPS }, (_, t) => t),
  dones: Float32Array.from({ length: STEPS }, (_, t) => Number(lastSteps.includes(t))),
  lengths: Int32Array.from(LENGTHS),
};

const batchesOf = (edges: number) =>
  new DynamicsBatches({
    ...{ episodes, chosen: [0, 1, 2, 3, 4], window: WINDOW, batchSize: 4, levels: [3], latentCount: 2 },
    ...{ leastHidden: 0.5, corruption: 0.1, latentShare: 0.3, edges, seed: 1, name: "test" },
  });

/** How often each step is shown, and how much it counts in all. */
function shown(edges: number, count: number) {
  const batches = batchesOf(edges);
  const times = new Float64Array(STEPS);
  const counted = new Float64Array(STEPS);
  for (let i = 0; i < count; i++) {
    const { reward, done, mask, importance } = batches.next();
    for (const [k, step] of reward.data.entries()) {
      if (mask.data[k] === 0) continue;
      expect(done.data[k]).toBe(Number(lastSteps.includes(step)));
      times[step]++;
      counted[step] += importance.data[k];
    }
  }
  return { times, counted };
}

const sum = (values: Iterable<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe("DynamicsBatches", () => {
  it("shows first and last steps more often where asked to", () => {
    const plain = shown(0, 3000);
    const edged = shown(0.5, 3000);
    const share = ({ times }: typeof plain, steps: number[]) => sum(steps.map((t) => times[t])) / sum(times);
    expect(share(edged, lastSteps)).toBeGreaterThan(1.5 * share(plain, lastSteps));
    const first = [4, 5, 6, 7, 8]; // a first window begins with any of the first seven steps
    expect(share(edged, first)).toBeGreaterThan(1.3 * share(plain, first));
    expect(Array.from(edged.times).every((times) => times > 0)).toBe(true);
  });

  it("has the steps' importance take that out again", () => {
    const { times, counted } = shown(0.5, 12_000);
    const long = Array.from({ length: 60 }, (_, t) => LENGTHS[0] + LENGTHS[1] + t); // longer than two windows
    const mean = sum(long.map((t) => counted[t])) / long.length;
    const spread = (values: Float64Array) => {
      const here = long.map((t) => values[t]);
      return Math.max(...here) / Math.min(...here);
    };
    expect(spread(times)).toBeGreaterThan(2);
    expect(spread(counted)).toBeLessThan(1.35);
    expect(counted[lastSteps[2]] / mean).toBeCloseTo(1, 0);
  });

  it("counts every step as one where nothing is shown more often", () => {
    expect(new Set(batchesOf(0).next().importance.data)).toEqual(new Set([1]));
  });

  it("goes on to the bit from its state", () => {
    const [batches, other] = [batchesOf(0.4), batchesOf(0.4)];
    for (let i = 0; i < 5; i++) batches.next();
    const state = JSON.parse(JSON.stringify(batches.state()));
    const expected = [batches.next(), batches.next()];
    other.restore(state);
    expect([other.next(), other.next()]).toEqual(expected);
  });
});
