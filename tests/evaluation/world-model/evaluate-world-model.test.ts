import * as tf from "@tensorflow/tfjs";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import type { Episode } from "../../../src/data/episode.ts";
import { MemoryEpisodes } from "../../../src/data/memory-episodes.ts";
import {
  type EvaluateWorldModelOptions,
  evaluateWorldModel,
} from "../../../src/evaluation/world-model/evaluate-world-model.ts";
import { psnr, squaredError } from "../../../src/evaluation/world-model/picture-error.ts";
import { EpisodeMeans } from "../../../src/evaluation/world-model/spread.ts";
import { cutWindows } from "../../../src/evaluation/world-model/windows.ts";
import type { WorldModelReport } from "../../../src/evaluation/world-model/world-model-report.ts";
import { dreamFunctions } from "../../../src/imagination/dream-functions.ts";
import { toRenderFrames } from "../../../src/imagination/frames.ts";
import { tinyWorld } from "../../world-models/tiny-world.ts";
import { type DotFaults, dotEpisode, dotWorld, SIDE } from "./dot-world.ts";

const episodes = Array.from({ length: 12 }, (_, index) => dotEpisode(index));
const options: EvaluateWorldModelOptions = { horizon: 6, windows: 24, driftSteps: 10, batch: 8 };
const evaluateDot = (faults: DotFaults = {}, more: EvaluateWorldModelOptions = {}, heldOut = episodes) =>
  evaluateWorldModel(dotWorld(faults), heldOut, { ...options, ...more });

/** Mean squared difference of two pictures whose dots are at different places: four pixels at each of the two. */
const APART = (8 * (230 ** 2 + 180 ** 2 + 20 ** 2)) / (SIDE * SIDE * 3);

describe("a model that knows the world exactly", async () => {
  const report = await evaluateDot();

  test("has every figure at its best", () => {
    const perfect = (mean: number, figure: unknown) => expect(figure).toMatchObject({ mean, sd: 0 });
    expect(report.family).toBe("dot");
    expect(report.settings).toMatchObject({
      prompt: 2,
      horizon: 6,
      temperature: 1,
      seed: 0,
      psnrCap: 60,
      actions: "recorded",
    });
    expect(report.heldOut).toMatchObject({ episodes: 12, windows: 24 });
    perfect(60, report.reconstruction.psnr);
    perfect(60, report.reconstruction.changedPsnr);
    perfect(1, report.reconstruction.changedAccuracy);
    expect(report.byHorizon.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const { dream, meanDream } of report.byHorizon) {
      perfect(60, dream.psnr);
      perfect(60, meanDream);
      expect(dream.ssim?.mean).toBeCloseTo(1, 12);
      perfect(1, dream.changedAccuracy);
    }
    for (const step of report.tokenAccuracy ?? []) {
      perfect(1, step.all);
      perfect(1, step.changed);
    }
    expect(report.reward).toMatchObject({
      kind: "sparse",
      threshold: 2.5,
      precision: { mean: 1 },
      recall: { mean: 1 },
    });
    perfect(1, report.reward?.kind === "sparse" && report.reward.f1);
    perfect(1, report.termination.f1);
    perfect(1, report.termination.averagePrecision);
    for (const { psnr, distance, realDistance } of report.drift) {
      perfect(60, psnr);
      expect(distance?.mean).toBeCloseTo(realDistance?.mean ?? Number.NaN, 6);
    }
    expect(report.uncertainty.errorCorrelation).toBeNull(); // it is never wrong
  });

  test("counts whole episodes, ends included", () => {
    const coins = episodes.reduce((sum, episode) => sum + episode.rewards.filter((reward) => reward !== 0).length, 0);
    const ends = episodes.filter(({ terminated }) => terminated).length;
    const steps = episodes.reduce((sum, episode) => sum + episode.steps, 0);
    expect([report.reward?.events, report.termination.events, report.heldOut.steps]).toEqual([coins, ends, steps]);
    expect(report.termination.baseRate?.mean).toBeCloseTo(ends / steps, 12);
    expect(report.termination.meanProbability?.mean).toBeCloseTo(ends / steps, 3);
  });

  test("obeys its actions: ΔPSNR and margin are those of dots in different places", () => {
    const { right, random, delta, step } = report.deltaPsnr;
    expect([step, right?.mean]).toEqual([4, 60]);
    expect(delta?.mean).toBeCloseTo(60 - (random?.mean ?? 0), 9);
    // Four random steps seldom end where the right ones do.
    expect(random?.mean).toBeGreaterThan(psnr(APART));
    expect(random?.mean).toBeLessThan(0.5 * psnr(APART) + 0.5 * 60);
    expect(report.actionMargin).toMatchObject({ actions: 3, rightIsBest: { mean: 1 }, chance: 1 / 3 });
    expect(report.actionMargin?.margin?.mean).toBeCloseTo(APART, 6); // from no place in the middle do two actions lead to one
  });

  test("is set beside the last frame held still", () => {
    const lengths = episodes.map(({ steps }) => steps);
    const windows = cutWindows({ lengths, prompt: 2, horizon: 6, count: 24, seed: 0 });
    const size = SIDE * SIDE * 3;
    const picture = (e: number, t: number) => episodes[e].observations.slice(t * size, (t + 1) * size) as Uint8Array;
    for (const { step, copyLast } of report.byHorizon) {
      const means = new EpisodeMeans();
      for (const { episode, at } of windows) {
        const moved = !Buffer.from(picture(episode, at)).equals(Buffer.from(picture(episode, at + step)));
        means.add(episode, moved ? 10 * Math.log10(255 ** 2 / APART) : 60);
      }
      expect(copyLast.psnr?.mean).toBeCloseTo(means.spread()?.mean ?? 0, 9);
      expect(copyLast.psnr?.sd).toBeCloseTo(means.spread()?.sd ?? 0, 9);
      expect(copyLast.changedAccuracy?.mean).toBeLessThan(1);
    }
  });

  test("is told the same by a store, in batches of another size, and again", async () => {
    const layout = {
      observation: { dtype: "uint8", shape: [SIDE, SIDE, 3] },
      action: { dtype: "int32", shape: [] },
    } as const;
    const store = new MemoryEpisodes({
      observation: { ...layout.observation, shape: [...layout.observation.shape] },
      action: { dtype: "int32", shape: [] },
      episodes,
    });
    expect(await evaluateWorldModel(dotWorld(), store, options)).toEqual(report);
    expect(await evaluateDot({}, { batch: 5 })).toEqual(report);
    expect(await evaluateDot({}, { seed: 1 })).not.toEqual(report);
  });

  test("whose actions are latent infers them and never sees the recorded ones", async () => {
    const blind = episodes.map((episode): Episode => ({ ...episode, actions: new Int32Array(episode.steps).fill(9) }));
    const latent = await evaluateDot({ latent: true }, {}, blind);
    const { deltaPsnr: _, ...wanted } = report;
    expect(latent).toMatchObject({ ...wanted, settings: { ...wanted.settings, actions: "inferred" } });
    expect(latent.deltaPsnr.right?.mean).toBe(60);
    expect(latent.deltaPsnr.delta?.mean).toBeGreaterThan(10);
  });

  test("infers them from pieces that look back far enough", async () => {
    const latent = await evaluateDot({ latent: true });
    expect(await evaluateDot({ latent: true, lookback: 5 })).toEqual(latent);
  });

  test("that could infer latent actions but is played with real ones is told the recorded ones", async () => {
    expect(await evaluateDot({ bilingual: true })).toEqual(report);
  });
});

describe("a model that is wrong is punished", () => {
  const scores = (report: WorldModelReport) => ({
    first: report.byHorizon[0].dream.psnr?.mean ?? Number.NaN,
    rewardF1: report.reward?.kind === "sparse" ? (report.reward.f1?.mean ?? 0) : Number.NaN,
    endF1: report.termination.f1?.mean ?? 0,
  });

  test("one place off in each step", async () => {
    const report = await evaluateDot({ slip: 1 });
    expect(scores(report).first).toBeLessThan(30);
    expect(report.byHorizon[0].dream.psnr?.mean).toBeLessThan(report.byHorizon[0].copyLast.psnr?.mean ?? 0);
    expect(report.reconstruction.psnr?.mean).toBe(60); // it sees well
    expect(report.actionMargin?.rightIsBest?.mean).toBeLessThanOrEqual(1 / 3);
    expect(scores(report).rewardF1).toBeLessThan(0.5);
    expect(report.tokenAccuracy?.[0].all?.mean).toBeLessThan(1);
    expect(report.deltaPsnr.delta?.mean).toBeLessThan(3);
  });

  test("reward and end one step late", async () => {
    const report = await evaluateDot({ late: true });
    expect(scores(report)).toEqual({ first: 60, rewardF1: 0, endF1: 0 });
    expect(report.termination.averagePrecision?.mean).toBeLessThan(0.2);
    expect(report.reward).toMatchObject({ precision: { mean: 0 }, recall: { mean: 0 } });
  });

  test("deaf to its actions: no margin, no ΔPSNR, the right action best by chance", async () => {
    const report = await evaluateDot({ deaf: true });
    expect(report.deltaPsnr.delta).toMatchObject({ mean: 0, sd: 0 });
    expect(report.actionMargin?.margin).toMatchObject({ mean: 0 });
    expect(report.actionMargin?.rightIsBest?.mean).toBeCloseTo(1 / 3, 12);
    for (const { dream, copyLast } of report.byHorizon) expect(dream).toEqual(copyLast); // it stands still
    expect(report.uncertainty.errorCorrelation?.mean).not.toBeNaN();
  });

  test("fading dreams drift away from what is real, further and further, also after the recording has ended", async () => {
    const short = Array.from({ length: 6 }, (_, index) => dotEpisode(index, { steps: 9 }));
    const { drift } = await evaluateDot({ fade: true }, { horizon: 4, driftSteps: 20 }, short);
    const distances = drift.map(({ distance }) => distance?.mean ?? Number.NaN);
    for (const [early, late] of [[1, 5], [5, 10], [10, 20]]) expect(distances[late - 1]).toBeGreaterThan(distances[early - 1]); // biome-ignore format: pairs
    expect(drift[3].realDistance?.mean).toBeLessThan(0.5 * distances[3]);
    expect([drift[19].psnr, drift[19].realDistance]).toEqual([null, null]);
    expect(drift[19].distance?.episodes).toBe(drift[0].distance?.episodes);
  });
});

describe("World Models", () => {
  const noise = Array.from({ length: 5 }, (_, index) => noiseEpisode(index));
  const small = { horizon: 3, windows: 7, driftSteps: 4, driftWindows: 2, batch: 4 };

  test("goes through whole, the same for the same seed, JSON-able, and leaves no tensor behind", async () => {
    const before = tf.memory().numTensors;
    const progress: { done: number; total: number }[] = [];
    const report = await evaluateWorldModel(tinyWorld(), noise, { ...small, onProgress: (now) => progress.push(now) });
    expect(tf.memory().numTensors).toBe(before);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report).toMatchObject({ family: "recurrent", tokenAccuracy: null, codebookUse: null });
    expect(report.reward).toMatchObject({ kind: "dense" });
    expect(report.uncertainty.errorCorrelation?.mean).toBeLessThan(1);
    expect(progress.map(({ done }) => done)).toEqual(progress.map((_, i) => i + 1));
    expect(progress.at(-1)?.done).toBe(progress[0].total);
    expect(await evaluateWorldModel(tinyWorld(), noise, small)).toEqual(report);
    const { byHorizon } = await evaluateWorldModel(tinyWorld(), noise, { ...small, temperature: 3 });
    expect(byHorizon[0].dream).not.toEqual(report.byHorizon[0].dream);
  });

  test("the mean of its dreams is told beside one: one's own of one, the less wrong the more they are", async () => {
    const of = async (dreams: number) =>
      (await evaluateWorldModel(tinyWorld(), noise, { ...small, dreams, temperature: 2 })).byHorizon;
    const [one, some, many] = [await of(1), await of(4), await of(16)];
    for (const [i, { dream, meanDream }] of one.entries()) {
      expect(meanDream).toEqual(dream.psnr);
      expect([some[i].dream, many[i].dream]).toEqual([dream, dream]);
      expect(some[i].meanDream?.mean).toBeGreaterThan(dream.psnr!.mean);
      expect(many[i].meanDream?.mean).toBeGreaterThan(some[i].meanDream!.mean);
    }
  });

  test("its reconstruction is V's, computed otherwise", async () => {
    const model = tinyWorld();
    const { reconstruction } = await evaluateWorldModel(model, noise, small);
    const functions = dreamFunctions(model);
    const lengths = noise.map(({ steps }) => steps);
    const means = new EpisodeMeans();
    for (const { episode, at } of cutWindows({ lengths, prompt: 1, horizon: 3, count: 7, seed: 0 })) {
      for (let t = at; t <= at + 3; t++) {
        const data = noise[episode].observations.slice(t * 12288, (t + 1) * 12288) as Uint8Array;
        const { state } = await functions.perceive({ frames: { shape: [1, 64, 64, 3], dtype: "uint8", data } });
        const [decoded] = toRenderFrames(await functions.decode(state));
        means.add(episode, psnr(squaredError(decoded.data, data)));
      }
    }
    await functions.dispose();
    expect(reconstruction.psnr?.mean).toBeCloseTo(means.spread()?.mean ?? 0, 4);
    expect(reconstruction.psnr?.sd).toBeCloseTo(means.spread()?.sd ?? 0, 4);
  });

  test("continuous actions have no margin", async () => {
    const actionSpace = new Box({ low: -1, high: 1, shape: [2], dtype: "float32" });
    const steered = noise.map(
      (episode): Episode => ({ ...episode, actions: new Float32Array(2 * episode.steps).fill(0.5) }),
    );
    const report = await evaluateWorldModel(tinyWorld({ actionSpace }), steered, { ...small, driftSteps: 0 });
    expect(report).toMatchObject({ actionMargin: null, drift: [], deltaPsnr: { step: 3 } });
    expect(report.deltaPsnr.delta?.episodes).toBe(5);
  });
});

describe("refusals", () => {
  test.each([
    ["no episodes", () => evaluateDot({}, {}, []), "Expected at least one held-out episode, got none."],
    [
      "a horizon that no episode holds",
      () => evaluateDot({}, { horizon: 400 }),
      /at least 401 steps .* Ask for a shorter/,
    ],
    ["a horizon of half a step", () => evaluateDot({}, { horizon: 0.5 }), "Expected horizon to be a whole number ≥ 1"],
    ["no temperature", () => evaluateDot({}, { temperature: 0 }), "Expected temperature to be a number > 0, got 0."],
    [
      "another environment's episodes",
      () => evaluateWorldModel(tinyWorld(), episodes),
      /observations in Box\(0, 255, \(64, 64, 3\), uint8\), got \d+ numbers of Uint8Array/,
    ],
  ])("%s", async (_, evaluating, message) => {
    const refused = evaluating();
    await expect(refused).rejects.toBeInstanceOf(ConfigError);
    await expect(refused).rejects.toThrow(message);
  });

  test("a signal ends it at the next step", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const seen: number[] = [];
    const onProgress = ({ done }: { done: number }) => {
      seen.push(done);
      if (done === 3) controller.abort(reason);
    };
    await expect(evaluateDot({}, { signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(seen).toEqual([1, 2, 3]);
  });
});

test("hands out the first windows as pictures", async () => {
  const handed: number[][] = [];
  await evaluateDot(
    {},
    {
      onPredictions: (predictions) => {
        for (const { prompt, truth, dream } of predictions) {
          handed.push([prompt.length, truth.length, dream.length]);
          expect(dream).toEqual(truth);
        }
      },
    },
  );
  expect(handed).toEqual(Array(4).fill([2, 6, 6]));
});

/** Frames and rewards of noise: nothing to foretell. */
function noiseEpisode(index: number): Episode {
  const random = new RandomStream(index, "noise-episode");
  const steps = 5 + index;
  return {
    index,
    seed: index,
    behaviour: 0,
    steps,
    return: 0,
    terminated: index % 2 === 0,
    truncated: index % 2 === 1,
    observations: Uint8Array.from({ length: (steps + 1) * 12288 }, () => random.integer(0, 256)),
    actions: Int32Array.from({ length: steps }, () => random.integer(0, 3)),
    rewards: Float32Array.from({ length: steps }, () => random.normal()),
  };
}
