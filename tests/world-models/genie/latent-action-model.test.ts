import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { NdArray, Parameters } from "../../../src/compute/array.ts";
import { RandomStream } from "../../../src/core/random.ts";
import {
  inferLatentActions,
  LatentActionConfig,
  latentActionLoss,
  latentActionParameters,
  stepsBehind,
} from "../../../src/world-models/genie/latent-action-model.ts";
import { floats, noise } from "../../compute/fixtures.ts";
import { run, train } from "./running.ts";

const frame = { height: 16, width: 16, channels: 3 };
/** Actions follow on each other by chance, so those before say nothing. */
const config = LatentActionConfig.parse({ count: 8, history: 2, channels: [8, 16, 16], persistence: 0 });

const parametersOf = (given: LatentActionConfig, seed = 1): Parameters => {
  const random = new RandomStream(seed, "latent-actions");
  return latentActionParameters(given, frame, () => random.normal());
};

/** A bright dot of 4 × 4 pixels on a grid of 4 × 4 cells; action 0 up, 1 right, 2 down, 3 left, never against a wall. */
function videos(count: number, steps: number, random: RandomStream) {
  const frames = new Float32Array(count * (steps + 1) * 768);
  const actions = new Int32Array(count * steps);
  for (let b = 0; b < count; b++) {
    let [row, column] = [random.integer(0, 4), random.integer(0, 4)];
    for (let t = 0; t <= steps; t++) {
      const at = (b * (steps + 1) + t) * 768;
      for (let i = 0; i < 768; i++) {
        const [y, x] = [Math.floor(i / 48), Math.floor(i / 3) % 16];
        if (Math.floor(y / 4) === row && Math.floor(x / 4) === column) frames[at + i] = 1;
      }
      if (t === steps) break;
      const open = [row > 0, column < 3, row < 3, column > 0].flatMap((free, action) => (free ? [action] : []));
      const action = open[random.integer(0, open.length)];
      actions[b * steps + t] = action;
      row += [-1, 0, 1, 0][action];
      column += [0, 1, 0, -1][action];
    }
  }
  return { frames: floats([count, steps + 1, 16, 16, 3], frames), actions };
}

const inferred = async (given: LatentActionConfig, parameters: Parameters, frames: NdArray): Promise<number[]> => {
  const { codes } = await run(
    (inputs, weights) => ({ codes: inferLatentActions(given, weights, inputs.frames) }),
    { frames },
    { parameters },
  );
  expect(codes).toMatchObject({ dtype: "int32", shape: [frames.shape[0], frames.shape[1] - 1] });
  return Array.from(codes.data);
};

const lossOf = (given: LatentActionConfig, parameters: Parameters, batch: { frames: NdArray; mask: NdArray }) =>
  run((inputs, weights) => latentActionLoss(given, weights, inputs), batch, { parameters });

const ones = (...shape: number[]): NdArray => floats(shape, new Array(shape.reduce((a, b) => a * b)).fill(1));

describe("a video of a dot that four actions move", () => {
  const held = videos(40, 4, new RandomStream(99, "held-out"));
  let learned: Parameters;
  let history: Awaited<ReturnType<typeof train>>["history"];

  beforeAll(async () => {
    const random = new RandomStream(1, "videos");
    ({ parameters: learned, history } = await train({
      parameters: parametersOf(config),
      loss: (weights, batch) => latentActionLoss(config, weights, batch),
      batch: () => ({ frames: videos(16, 4, random).frames, mask: ones(16, 4) }),
      steps: 150,
      learningRate: 0.01,
    }));
  });

  it("falls into codes that are the actions, which nobody told", async () => {
    const codes = await inferred(config, learned, held.frames);
    const table = Array.from({ length: 8 }, () => new Array<number>(4).fill(0));
    codes.forEach((code, i) => {
      table[code][held.actions[i]]++;
    });
    const purity = table.reduce((sum, row) => sum + Math.max(...row), 0) / codes.length;
    expect(purity).toBeGreaterThan(0.95);
    for (const action of [0, 1, 2, 3]) {
      const found = table.map((row) => row[action]);
      expect(Math.max(...found)).toBeGreaterThan(0.9 * found.reduce((sum, n) => sum + n)); // one code each
    }
  });

  it("is drawn better from step to step, by as many codes as there are actions", () => {
    expect(history.at(-1)!.metrics["error"]).toBeLessThan(history[0].metrics["error"] / 4);
    expect(history.at(-1)!.metrics["perplexity"]).toBeGreaterThan(3);
  });

  it("tells an action from the frames before it and the one after it, and nothing later", async () => {
    const before = await inferred(config, learned, held.frames);
    const later = Float32Array.from(held.frames.data);
    for (let b = 0; b < 40; b++) later.fill(0.5, (b * 5 + 3) * 768, (b + 1) * 5 * 768); // frames 3 and 4
    const after = await inferred(config, learned, floats(held.frames.shape, later));
    for (const [i, code] of before.entries()) if (i % 4 < 2) expect(after[i]).toBe(code);
    expect(after).not.toEqual(before);
  });

  it.each([0, 0.6])(
    "is told alike whole and from its last frames, as many as count (persistence %d)",
    async (persistence) => {
      const own = { ...config, persistence };
      const steps = stepsBehind(own) + 1; // of the whole video's four
      expect(steps).toBe(persistence === 0 ? 2 : 3);
      const lastFrames = (b: number) => held.frames.data.subarray((b * 5 + 4 - steps) * 768, (b + 1) * 5 * 768);
      const cut = floats([40, steps + 1, 16, 16, 3], Array.from({ length: 40 }, (_, b) => [...lastFrames(b)]).flat());
      const [whole, last] = [await inferred(own, learned, held.frames), await inferred(own, learned, cut)];
      for (let b = 0; b < 40; b++) expect(last[(b + 1) * steps - 1]).toBe(whole[4 * b + 3]);
    },
  );
});

describe("the loss", () => {
  const parameters = parametersOf(config);
  const { frames } = videos(3, 4, new RandomStream(2, "loss"));

  it("does not see what is masked", async () => {
    const mask = floats([3, 4], [1, 1, 1, 1, 1, 1, 0, 0, 1, 0, 0, 0]); // episodes that end after 4, 2 and 1 steps
    const spoilt = Float32Array.from(frames.data);
    for (const [row, steps] of [4, 2, 1].entries()) spoilt.fill(9, (row * 5 + steps + 1) * 768, (row + 1) * 5 * 768);
    const clean = await lossOf(config, parameters, { frames, mask });
    expect(await lossOf(config, parameters, { frames: floats(frames.shape, spoilt), mask })).toEqual(clean);
    const all = await lossOf(config, parameters, { frames, mask: ones(3, 4) });
    expect(all.loss.data[0]).not.toBe(clean.loss.data[0]);
    const none = await lossOf(config, parameters, { frames, mask: floats([3, 4], new Array(12).fill(0)) });
    expect(none.loss.data[0]).toBe(0);
  });

  it("is the winner's error and a share of everybody's, in hundredths", async () => {
    for (const others of [0, 0.1, 1]) {
      const { loss, metrics } = await lossOf({ ...config, others }, parameters, { frames, mask: ones(3, 4) });
      const [error, all] = [metrics.error.data[0], metrics.all.data[0]];
      expect(all).toBeGreaterThan(error);
      expect(loss.data[0] / (100 * ((1 - others) * error + others * all))).toBeCloseTo(1, 5);
    }
  });

  it("of an episode's first steps takes what came before it as no change", async () => {
    // Two still frames before the first make no difference to a model that looks at changes.
    const wide = { ...config, history: 4 };
    const own = parametersOf(wide);
    const still = Float32Array.from({ length: 3 * 7 * 768 }, (_, i) => {
      const [row, t] = [Math.floor(i / (7 * 768)), Math.floor(i / 768) % 7];
      return frames.data[(row * 5 + Math.max(0, t - 2)) * 768 + (i % 768)];
    });
    const padded = await run(
      (inputs, weights) => latentActionLoss(wide, weights, inputs),
      {
        frames: floats([3, 7, 16, 16, 3], still),
        mask: floats(
          [3, 6],
          Array.from({ length: 18 }, (_, i) => Number(i % 6 >= 2)),
        ),
      },
      { parameters: own },
    );
    const plain = await lossOf(wide, own, { frames, mask: ones(3, 4) });
    expect(padded.loss.data[0]).toBeCloseTo(plain.loss.data[0], 5);
  });

  it("counts the errors of the steps before, fading, as far back as the model looks", async () => {
    const lasting = { ...config, history: 3, persistence: 0.5 };
    const own = parametersOf(lasting);
    const meanError = async (given: LatentActionConfig, t: number) => {
      const mask = floats(
        [3, 4],
        Array.from({ length: 12 }, (_, i) => Number(i % 4 === t)),
      );
      return (await lossOf(given, own, { frames, mask })).metrics.all.data[0];
    };
    const alone = [];
    for (let t = 0; t < 4; t++) alone.push(await meanError({ ...lasting, persistence: 0 }, t));
    for (let t = 0; t < 4; t++) {
      const sum = alone[t] + 0.5 * (alone[t - 1] ?? 0) + 0.25 * (alone[t - 2] ?? 0);
      expect(await meanError(lasting, t)).toBeCloseTo(sum / 1.75, 5);
    }
  });

  it("looks at videos shorter than its history", async () => {
    const wide = { ...config, history: 4 };
    const two = floats([3, 2, 16, 16, 3], noise([3 * 2 * 768], { seed: 3 }).data);
    expect(await inferred(wide, parametersOf(wide), two)).toHaveLength(3);
  });
});

it("leaves no tensor behind, run eagerly", async () => {
  const { frames } = videos(1, 2, new RandomStream(3, "eager"));
  const once = () =>
    run(
      (inputs, weights) => ({
        ...latentActionLoss(config, weights, inputs),
        codes: inferLatentActions(config, weights, inputs.frames),
      }),
      { frames, mask: ones(1, 2) },
      { parameters: parametersOf(config), engine: "cpu" },
    );
  await once();
  const before = tf.memory().numTensors;
  await once();
  expect(tf.memory().numTensors).toBe(before);
});
