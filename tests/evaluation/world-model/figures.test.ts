import { describe, expect, test } from "vitest";
import { pearson } from "../../../src/evaluation/world-model/correlation.ts";
import { distance, FrameFeatures } from "../../../src/evaluation/world-model/frame-features.ts";
import type { HeldOutEpisode } from "../../../src/evaluation/world-model/held-out.ts";
import { changedPixels, psnr, squaredError } from "../../../src/evaluation/world-model/picture-error.ts";
import { rewardFigures } from "../../../src/evaluation/world-model/reward-figures.ts";
import { EpisodeMeans, pooledSpread } from "../../../src/evaluation/world-model/spread.ts";
import { ssim } from "../../../src/evaluation/world-model/ssim.ts";
import { terminationFigures } from "../../../src/evaluation/world-model/termination-figures.ts";
import { batchesOf, cutWindows } from "../../../src/evaluation/world-model/windows.ts";

const SHAPE = { height: 20, width: 24, channels: 3 };
/** A picture from its value at (y, x, channel), and at the place in memory. */
const drawn = (value: (y: number, x: number, c: number, i: number) => number) =>
  Uint8Array.from({ length: 20 * 24 * 3 }, (_, i) => value(Math.floor(i / 72), Math.floor(i / 3) % 24, i % 3, i));
const noise = drawn((_, __, ___, i) => (i * 7919) % 251);
const faintNoise = drawn((_, __, ___, i) => Math.floor(((i * 7919) % 251) * 0.8 + (i % 37)));
const slope = drawn((y, x, c) => (x * 9 + y * 3 + c * 20) & 255);
const roughSlope = drawn((y, x, c) => Math.min(255, Math.max(0, x * 9 + y * 3 + c * 20 + ((x * y) % 13) * 2 - 12)));

describe("pictures", () => {
  // scikit-image 0.26: structural_similarity(a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
  // data_range=255, channel_axis=-1) and peak_signal_noise_ratio(a, b, data_range=255)
  test.each([
    ["noise and fainter noise", noise, faintNoise, 0.9634370286927898, 22.34248619439058],
    ["a slope that overflows and a rough one", slope, roughSlope, 0.8395013138107762, 12.898582967708968],
    ["noise and a slope", noise, slope, 0.013534723848646119, 8.158262850714028],
  ])("SSIM and PSNR of %s are scikit-image's", (_, a, b, similarity, ratio) => {
    expect(ssim(a, b, SHAPE)).toBeCloseTo(similarity, 10);
    expect(ssim(b, a, SHAPE)).toBeCloseTo(similarity, 10);
    expect(psnr(squaredError(a, b))).toBeCloseTo(ratio, 10);
  });

  test("a picture is itself: SSIM 1, PSNR at the cap of 60 dB", () => {
    expect(ssim(noise, noise, SHAPE)).toBeCloseTo(1, 12);
    expect(psnr(squaredError(noise, noise))).toBe(60);
    expect(psnr(0.01)).toBe(60);
    const tiny = { height: 4, width: 6, channels: 1 }; // smaller than the window
    expect(ssim(noise.subarray(0, 24), noise.subarray(0, 24), tiny)).toBeCloseTo(1, 12);
    expect(ssim(noise.subarray(0, 24), noise.subarray(24, 48), tiny)).toBeLessThan(0.9);
  });

  test("changed pixels alone: more than 8 in any channel is a change, up to 16 in every channel is right", () => {
    const before = Uint8Array.from([10, 10, 10, 50, 50, 50, 90, 90, 90, 0, 0, 0]);
    const truth = Uint8Array.from([18, 10, 10, 50, 59, 50, 90, 90, 150, 0, 100, 0]); // the first has not changed
    const picture = Uint8Array.from([255, 0, 0, 50, 75, 34, 90, 90, 133, 0, 100, 17]);
    const changed = changedPixels(picture, { truth, before, channels: 3 });
    expect(changed?.count).toBe(3);
    expect(changed?.accuracy).toBeCloseTo(1 / 3, 12);
    expect(changed?.squaredError).toBeCloseTo((16 ** 2 + 16 ** 2 + 17 ** 2 + 17 ** 2) / 9, 12);
    expect(changedPixels(picture, { truth, before: truth, channels: 3 })).toBeUndefined();
  });

  test("features are as far apart as the cells they stand for, and blur is seen", () => {
    const shape = { height: 32, width: 32, channels: 1 };
    const features = new FrameFeatures(shape);
    const board = Uint8Array.from({ length: 1024 }, (_, i) => ((Math.floor(i / 32) + i) % 2 ? 200 : 100));
    const shifted = board.map((value) => 300 - value);
    const grey = board.map(() => 150);
    const bright = board.map((value) => value + 50);
    const between = (a: Uint8Array, b: Uint8Array) => distance(features.of(a), features.of(b));
    expect(between(board, board)).toBe(0);
    // Cells of 2×2 pixels keep their mean; only at the edges do neighbours tell a board from its shift.
    expect(between(board, shifted)).toBeLessThan(5);
    expect(between(board, grey)).toBeGreaterThan(40); // half of the numbers differ by 100: 71, give or take the projection
    expect(between(board, grey)).toBeLessThan(100);
    expect(between(board, bright)).toBeGreaterThan(20); // the other half by 50: 35
    expect(between(board, bright)).toBeLessThan(50);
  });
});

describe("spread", () => {
  test("is over episodes, whatever the number of frames in each", () => {
    const means = new EpisodeMeans();
    for (const [episode, value] of [[0, 1], [0, 2], [0, 3], [4, 8]]) means.add(episode, value); // biome-ignore format: pairs
    expect(means.spread()).toEqual({ mean: 5, sd: Math.sqrt(18), episodes: 2 });
    expect(new EpisodeMeans().spread()).toBeNull();
  });

  test("of a pooled mean is that of the values; of a pooled ratio that of its pseudo-values", () => {
    const mean = (parts: readonly number[]) => parts.reduce((sum, value) => sum + value, 0) / parts.length;
    const spread = pooledSpread([1, 2, 6], mean);
    expect(spread?.mean).toBe(3);
    expect(spread?.sd).toBeCloseTo(Math.sqrt(7), 12);
    const parts = [{ of: 1, in: 2 }, { of: 3, in: 3 }, { of: 0, in: 5 }]; // biome-ignore format: pairs
    const ratio = (some: typeof parts) =>
      some.reduce((sum, part) => sum + part.of, 0) / some.reduce((sum, part) => sum + part.in, 0);
    const pooled = pooledSpread(parts, (some) => ratio([...some]));
    // 4/10, and without each part 3/8, 1/7, 4/5: pseudo-values 1.2 − 0.75, 1.2 − 2/7, 1.2 − 1.6
    const pseudo = [0.45, 1.2 - 2 / 7, -0.4];
    const centre = mean(pseudo);
    expect(pooled?.mean).toBeCloseTo(0.4, 12);
    expect(pooled?.sd).toBeCloseTo(Math.sqrt(pseudo.reduce((sum, value) => sum + (value - centre) ** 2, 0) / 2), 12);
    expect(pooledSpread([1], () => null)).toBeNull();
    expect(pooledSpread([7], mean)).toEqual({ mean: 7, sd: 0, episodes: 1 });
  });
});

const episode = (rewards: number[], terminated = false): HeldOutEpisode => ({
  steps: rewards.length,
  pictures: [],
  actions: [],
  rewards: Float32Array.from(rewards),
  terminated,
});

describe("reward", () => {
  test("rare ones are events: hits need the sign, and count above half the smallest", () => {
    const rewards = [0, 0, 10, 0, 0, 0, -2, 0, 0, 0, 0, 0];
    const predicted = [1.1, 0.9, 4, 0, 0, 0, 2, 0, 0, 0, -0.5, 0]; // false, too small, hit, …, wrong sign
    const figures = rewardFigures([episode(rewards)], [{ rewards: Float32Array.from(predicted) }]);
    expect(figures).toMatchObject({
      kind: "sparse",
      events: 2,
      threshold: 1,
      precision: { mean: 1 / 3 },
      recall: { mean: 1 / 2 },
      f1: { mean: 2 / 5 },
    });
  });

  test("precision of nothing foretold is not told; recall is 0", () => {
    const silent = rewardFigures([episode([0, 0, 0, 0, 0, 1])], [{ rewards: new Float32Array(6) }]);
    expect(silent).toMatchObject({ precision: null, recall: { mean: 0 }, f1: { mean: 0 } });
    expect(rewardFigures([episode([0, 0])], [{ rewards: Float32Array.of(5, 5) }])).toBeNull();
  });

  test("common ones are numbers: absolute error and correlation over all steps", () => {
    const parts = [
      { real: [1, 2, 3], predicted: [2, 2, 5] },
      { real: [4], predicted: [4] },
    ];
    const figures = rewardFigures(
      parts.map(({ real }) => episode(real)),
      parts.map(({ predicted }) => ({ rewards: Float32Array.from(predicted) })),
    );
    if (figures?.kind !== "dense") throw new Error("Expected dense rewards.");
    expect(figures.meanAbsoluteError?.mean).toBeCloseTo(3 / 4, 12);
    // x − 2.5: ±1.5, ±0.5; y − 3.25: −1.25, −1.25, 1.75, 0.75
    expect(figures.correlation?.mean).toBeCloseTo((1.875 + 0.625 + 0.875 + 1.125) / Math.sqrt(5 * 6.75), 12);
    expect(pearson([{ x: [0.1, 0.1, 0.1], y: [1, 2, 4] }])).toBeNull();
    expect(pearson([{ x: [1, 2], y: [5, 3] }])).toBeCloseTo(-1, 12);
  });
});

describe("termination", () => {
  test("average precision and F1 are scikit-learn's, ties included", () => {
    // sklearn 1.9: labels 0 1 0 0 1 0 0 1, average_precision_score 0.625, f1_score of probability > 0.5: 0.5714…
    const parts = [
      { probabilities: [0.1, 0.9], terminated: true },
      { probabilities: [0.2, 0.6, 0.6], terminated: true },
      { probabilities: [0.3, 0.7, 0.05], terminated: true },
    ];
    const figures = terminationFigures(
      parts.map(({ probabilities, terminated }) => episode(new Array(probabilities.length).fill(0), terminated)),
      parts.map(({ probabilities }) => ({ probabilities: Float32Array.from(probabilities) })),
    );
    expect(figures.events).toBe(3);
    expect(figures.averagePrecision?.mean).toBeCloseTo(0.625, 12);
    expect(figures.f1?.mean).toBeCloseTo(0.5714285714285714, 12);
    expect(figures.precision?.mean).toBeCloseTo(2 / 4, 12);
    expect(figures.recall?.mean).toBeCloseTo(2 / 3, 12);
    expect(figures.baseRate?.mean).toBeCloseTo(3 / 8, 12);
    expect(figures.meanProbability?.mean).toBeCloseTo(3.45 / 8, 6);
  });

  test("without ends there is a base rate of 0, and nothing to recall", () => {
    const figures = terminationFigures([episode([0, 0])], [{ probabilities: Float32Array.of(0.1, 0.2) }]);
    expect(figures).toMatchObject({ events: 0, f1: null, recall: null, averagePrecision: null, baseRate: { mean: 0 } });
  });
});

describe("windows", () => {
  test("hold prompt and horizon, at seeded places, the episodes in turn", () => {
    const options = { lengths: [30, 4, 9, 12], prompt: 3, horizon: 7, count: 30, seed: 5 };
    const windows = cutWindows(options);
    expect(windows.map(({ index }) => index)).toEqual(Array.from({ length: 30 }, (_, i) => i));
    for (const { episode, at } of windows) {
      expect(at).toBeGreaterThanOrEqual(2);
      expect(at + 7).toBeLessThanOrEqual(options.lengths[episode]);
    }
    for (const one of [0, 2, 3]) expect(windows.filter(({ episode }) => episode === one)).toHaveLength(10);
    const places = new Set(windows.filter(({ episode }) => episode === 3).map(({ at }) => at));
    expect([...places].sort()).toEqual([2, 3, 4, 5]); // each place that there is
    expect(cutWindows(options)).toEqual(windows);
    expect(cutWindows({ ...options, seed: 6 })).not.toEqual(windows);
  });

  test("are dealt out in batches of one size", () => {
    expect(batchesOf(["a", "b", "c", "d", "e"], 3)).toEqual([
      { rows: ["a", "b", "c"], used: 3 },
      { rows: ["d", "e", "d"], used: 2 },
    ]);
  });
});
