import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import type { NdArray, Parameters } from "../../../src/compute/array.ts";
import { RandomStream } from "../../../src/core/random.ts";
import {
  calibrated,
  calibratedNumbers,
  findCodes,
  spreadOf,
} from "../../../src/world-models/genie/latent-action-codes.ts";
import {
  effectSizes,
  inferLatentActions,
  LatentActionConfig,
  latentActionCodeParameters,
  latentActionLoss,
  latentActionNumbers,
  latentActionParameters,
} from "../../../src/world-models/genie/latent-action-model.ts";
import { floats, noise } from "../../compute/fixtures.ts";
import { run, train } from "./running.ts";

const frame = { height: 16, width: 16, channels: 3 };
const FRAME = 16 * 16 * 3;
/** The dot moves by chance: what follows on an action says nothing of it, so each cluster is a code. */
const config = LatentActionConfig.parse({
  ...{ count: 4, clusters: 4, size: 4, pictures: 2, history: 2 },
  ...{ encoder: [8, 8, 16, 16], channels: [8, 16, 16] },
});

const parametersOf = (given: LatentActionConfig, seed = 1): Parameters => {
  const random = new RandomStream(seed, "latent-actions");
  return latentActionParameters(given, frame, () => random.normal());
};

/** A bright dot of 4 × 4 pixels on a grid of 4 × 4 cells; action 0 up, 1 right, 2 down, 3 left, never against a wall. */
function videos(count: number, steps: number, random: RandomStream) {
  const frames = new Float32Array(count * (steps + 1) * FRAME);
  const actions = new Int32Array(count * steps);
  for (let b = 0; b < count; b++) {
    let [row, column] = [random.integer(0, 4), random.integer(0, 4)];
    for (let t = 0; t <= steps; t++) {
      const at = (b * (steps + 1) + t) * FRAME;
      for (let i = 0; i < FRAME; i++) {
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

const numbersOf = async (given: LatentActionConfig, parameters: Parameters, frames: NdArray): Promise<Float32Array> => {
  const { numbers } = await run(
    (inputs, weights) => ({ numbers: latentActionNumbers(given, weights, inputs.frames) }),
    { frames },
    { parameters },
  );
  expect(numbers.shape).toEqual([frames.shape[0] * (frames.shape[1] - 1), given.size]);
  return numbers.data as Float32Array;
};

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

const effectsOf = async (given: LatentActionConfig, parameters: Parameters, frames: NdArray) => {
  const { sizes } = await run(
    (inputs, weights) => ({ sizes: effectSizes(given, weights, inputs.frames) }),
    { frames },
    { parameters },
  );
  return sizes.data as Float32Array;
};

const ones = (...shape: number[]): NdArray => floats(shape, new Array(shape.reduce((a, b) => a * b)).fill(1));

describe("a video of a dot that four actions move", () => {
  const held = videos(40, 4, new RandomStream(99, "held-out"));
  let learned: Parameters;
  let history: Awaited<ReturnType<typeof train>>["history"];

  beforeAll(async () => {
    const random = new RandomStream(1, "videos");
    const trained = await train({
      parameters: parametersOf(config),
      loss: (weights, batch) => latentActionLoss(config, weights, batch),
      batch: () => ({ frames: videos(32, 2, random).frames, mask: ones(32, 2) }),
      steps: 200,
      learningRate: 0.01,
    });
    history = trained.history;
    const { frames } = videos(200, 2, random);
    const data = await numbersOf(config, trained.parameters, frames);
    const effects = await effectsOf(config, trained.parameters, frames);
    const measured = calibrated(trained.parameters, spreadOf({ data, size: 4 }), effects);
    const points = { data: await numbersOf(config, measured, frames), size: 4 };
    const codes = findCodes(config, points, { lengths: new Array(200).fill(2), random });
    learned = { ...measured, ...latentActionCodeParameters(config, codes) };
  });

  it("falls into codes that are the actions, which nobody told", async () => {
    const codes = await inferred(config, learned, held.frames);
    const table = Array.from({ length: 4 }, () => new Array<number>(4).fill(0));
    codes.forEach((code, i) => {
      table[code][held.actions[i]]++;
    });
    const purity = table.reduce((sum, row) => sum + Math.max(...row), 0) / codes.length;
    expect(purity).toBeGreaterThan(0.95);
  });

  it("is drawn better from step to step", () => {
    expect(history.at(-1)!.metrics["error"]).toBeLessThan(history[0].metrics["error"] / 4);
  });

  it("tells an action from the frames before and after it, and no others", async () => {
    const before = await inferred(config, learned, held.frames);
    const others = Float32Array.from(held.frames.data);
    for (let b = 0; b < 40; b++) {
      others.fill(0.5, b * 5 * FRAME, (b * 5 + 1) * FRAME); // frame 0
      others.fill(0.5, (b * 5 + 3) * FRAME, (b + 1) * 5 * FRAME); // frames 3 and 4
    }
    const after = await inferred(config, learned, floats(held.frames.shape, others));
    for (const [i, code] of before.entries()) if (i % 4 === 1) expect(after[i]).toBe(code);
    expect(after).not.toEqual(before);
  });
});

describe("numbers read off one picture", () => {
  it("are of the next frame alone", async () => {
    const one = { ...config, pictures: 1 as const };
    const parameters = parametersOf(one);
    const { frames } = videos(3, 2, new RandomStream(4, "one"));
    const first = Float32Array.from(frames.data);
    for (let b = 0; b < 3; b++) first.fill(0.3, b * 3 * FRAME, (b * 3 + 1) * FRAME);
    const changed = floats(frames.shape, first);
    expect(await numbersOf(one, parameters, changed)).toEqual(await numbersOf(one, parameters, frames));
    const two = parametersOf(config);
    expect(await numbersOf(config, two, changed)).not.toEqual(await numbersOf(config, two, frames));
  });
});

describe("numbers measured by their effects", () => {
  const { frames } = videos(60, 2, new RandomStream(5, "effects"));
  const parameters = parametersOf(config);

  it("are of mean 0 and as far apart as the frames that they draw", async () => {
    const told = { data: await numbersOf(config, parameters, frames), size: 4 };
    const spread = spreadOf(told);
    const effects = await effectsOf(config, parameters, frames);
    const measured = calibrated(parameters, spread, effects);
    const data = await numbersOf(config, measured, frames);
    const foretold = calibratedNumbers(told, spread, effects).data;
    for (const [i, x] of data.entries()) expect(x).toBeCloseTo(foretold[i], 5);
    const { mean, deviation } = spreadOf({ data, size: 4 });
    const sizes = await effectsOf(config, measured, frames);
    for (let k = 0; k < 4; k++) {
      expect(mean[k] / effects[k]).toBeCloseTo(0, 4);
      expect(deviation[k] / effects[k]).toBeCloseTo(1, 4);
      expect(sizes[k]).toBeCloseTo(1, 4); // what a number of 1 changes
    }
  });

  it("are told by effects that are what one more of each number adds to the frame", async () => {
    // A model whose features are constant: relu of a bias alone; then an effect is its kernel's sum and bias, by hand.
    const flat: Parameters = {
      ...parameters,
      "actions.joined.kernel": { ...parameters["actions.joined.kernel"], data: new Float32Array(9 * 16 * 16) },
      "actions.joined.bias": floats([16], new Array(16).fill(2)),
      "actions.effects.bias": noise([5, 12], { seed: 8 }),
    };
    const kernel = flat["actions.effects.kernel"].data;
    const sizes = await effectsOf(config, flat, frames);
    for (let k = 0; k < 4; k++) {
      let squares = 0;
      for (let pixel = 0; pixel < 12; pixel++) {
        let effect = flat["actions.effects.bias"].data[(1 + k) * 12 + pixel];
        for (let f = 0; f < 16; f++) effect += 2 * kernel[((1 + k) * 16 + f) * 12 + pixel];
        squares += effect ** 2 / 12;
      }
      expect(sizes[k]).toBeCloseTo(Math.sqrt(squares), 4);
    }
  });
});

describe("the loss", () => {
  const parameters = parametersOf(config);
  const { frames } = videos(4, 2, new RandomStream(2, "loss"));

  it("does not see what is masked, nor steps with too little before them", async () => {
    const mask = floats([4, 2], [1, 1, 1, 1, 1, 0, 1, 1]); // the third episode ends after a step
    const spoilt = Float32Array.from(frames.data);
    spoilt.fill(9, 2 * 3 * FRAME, 3 * 3 * FRAME);
    const clean = await lossOf(config, parameters, { frames, mask });
    expect(await lossOf(config, parameters, { frames: floats(frames.shape, spoilt), mask })).toEqual(clean);
    const all = await lossOf(config, parameters, { frames, mask: ones(4, 2) });
    expect(all.loss.data[0]).not.toBe(clean.loss.data[0]);
    const none = await lossOf(config, parameters, { frames, mask: floats([4, 2], new Array(8).fill(0)) });
    expect(none.loss.data[0]).toBe(0);
  });

  it("is, where nothing is drawn, the root mean square over patches of how the frame changed", async () => {
    const blank: Parameters = {
      ...parameters,
      "actions.effects.kernel": { ...parameters["actions.effects.kernel"], data: new Float32Array(5 * 16 * 12) },
    };
    let expected = 0;
    for (let b = 0; b < 4; b++) {
      const patches = new Float64Array(4); // of 8 × 8 pixels
      for (let i = 0; i < FRAME; i++) {
        const change = frames.data[(b * 3 + 2) * FRAME + i] - frames.data[(b * 3 + 1) * FRAME + i];
        const [y, x] = [Math.floor(i / 48), Math.floor(i / 3) % 16];
        patches[2 * Math.floor(y / 8) + Math.floor(x / 8)] += change ** 2 / 192;
      }
      expected += Math.sqrt(patches.reduce((sum, x) => sum + x * x, 0) / 4) / 4;
    }
    const { loss, metrics } = await lossOf(config, blank, { frames, mask: ones(4, 2) });
    expect(metrics.error.data[0]).toBeCloseTo(expected, 5);
    expect(loss.data[0]).toBeCloseTo(100 * expected, 3);
  });

  it("does not depend on how large the encoder's numbers are, nor on where they lie", async () => {
    const moved: Parameters = {
      ...parameters,
      "actions.numbers.kernel": {
        ...parameters["actions.numbers.kernel"],
        data: (parameters["actions.numbers.kernel"].data as Float32Array).map((x) => 7 * x),
      },
      "actions.numbers.bias": floats([4], [1, 2, 3, 4]),
    };
    const batch = { frames, mask: ones(4, 2) };
    const [plain, other] = [await lossOf(config, parameters, batch), await lossOf(config, moved, batch)];
    expect(other.loss.data[0] / plain.loss.data[0]).toBeCloseTo(1, 2);
  });
});

it("leaves no tensor behind, run eagerly", async () => {
  const { frames } = videos(2, 2, new RandomStream(3, "eager"));
  const codes = latentActionCodeParameters(config, { centres: new Float32Array(16), codes: Int32Array.of(0, 1, 2, 3) });
  const once = () =>
    run(
      (inputs, weights) => ({
        ...latentActionLoss(config, weights, inputs),
        codes: inferLatentActions(config, weights, inputs.frames),
        sizes: effectSizes(config, weights, inputs.frames),
      }),
      { frames, mask: ones(2, 2) },
      { parameters: { ...parametersOf(config), ...codes }, engine: "cpu" },
    );
  await once();
  const before = tf.memory().numTensors;
  await once();
  expect(tf.memory().numTensors).toBe(before);
});
