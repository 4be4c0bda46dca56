import type * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { ArrayTree, NdArray, Parameters } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { type Gradients, valueAndGradients } from "../../src/compute/gradients.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { dreamFunctions } from "../../src/imagination/dream-functions.ts";
import { isKernel } from "../../src/nn/weights.ts";
import { MdnRnnConfig, mdnRnnLoss } from "../../src/world-models/recurrent/mdn-rnn.ts";
import { encodeActions } from "../../src/world-models/recurrent/recurrent-world-model.ts";
import {
  decode,
  encode,
  sampleLatent,
  type VaeBatch,
  VaeConfig,
  vaeLoss,
} from "../../src/world-models/recurrent/vae.ts";
import { unitFrames } from "../../src/world-models/unit-frames.ts";
import { floats, ints, noise, relativeError } from "../compute/fixtures.ts";
import { tinyWorld } from "./tiny-world.ts";

type Weights = Readonly<Record<string, tf.Tensor>>;
type Engine = "cpu" | "onnx";

/** Runs a function of weights and inputs once. */
async function run<I extends Record<string, ArrayTree>, O>(
  engine: Engine,
  parameters: Parameters,
  inputs: I,
  fn: (weights: Weights, inputs: I) => O,
): Promise<{ [K in keyof O]: O[K] extends tf.Tensor ? NdArray : Record<string, NdArray> }> {
  const compiled = compile<{ weights: Parameters; inputs: I }, O, Record<string, never>>(
    (given) => fn(given.weights as Weights, given.inputs as unknown as I),
    { name: "test", engine, offThread: false },
  );
  const outputs = await compiled.run({ weights: parameters, inputs });
  await compiled.dispose();
  return outputs as { [K in keyof O]: O[K] extends tf.Tensor ? NdArray : Record<string, NdArray> };
}

const frames = (count: number): NdArray => ({
  shape: [count, 64, 64, 3],
  dtype: "uint8",
  data: Uint8Array.from(noise([count * 64 * 64 * 3], { seed: 21 }).data, (x) => Math.round((x + 1) * 127)),
});

const world = tinyWorld();
const vision = Object.fromEntries(Object.entries(world.parameters).filter(([name]) => !/^(lstm|head)/.test(name)));
const memory = Object.fromEntries(Object.entries(world.parameters).filter(([name]) => /^(lstm|head)/.test(name)));
const visionBatch = {
  frames: frames(3),
  meanImage: noise([64, 64, 3], { seed: 22 }),
  normal: noise([3, 4], { seed: 23 }),
};

describe("what Muon may train", () => {
  it("is every matrix of M, and no bias", () => {
    const kernels = Object.keys(memory).filter(isKernel);
    expect(kernels.sort()).toEqual(["head.kernel", "lstm.input", "lstm.recurrent"]);
    expect(
      Object.keys(memory)
        .filter((name) => memory[name].shape.length > 1)
        .sort(),
    ).toEqual(kernels);
  });
});

function windows(B: number, T: number) {
  const mask = floats(
    [B, T],
    Array.from({ length: B * T }, (_, i) => Number(i % T < T - Math.floor(i / T))),
  ); // row b: T − b steps
  return {
    mean: noise([B, T + 1, 4], { seed: 31 }),
    logStd: noise([B, T + 1, 4], { seed: 32 }),
    action: noise([B, T, 3], { seed: 33 }),
    reward: noise([B, T], { seed: 34 }),
    done: floats(
      [B, T],
      Array.from({ length: B * T }, (_, i) => Number(i % 3 === 0)),
    ),
    mask,
    restart: floats(
      [B],
      Array.from({ length: B }, (_, b) => Number(b % 2 === 0)),
    ),
    normal: noise([B, T + 1, 4], { seed: 35 }),
  };
}
const carried = (B: number) => ({ hidden: noise([B, 6], { seed: 36 }), cell: noise([B, 6], { seed: 37 }) });

describe("VAE loss", () => {
  it.each([
    { klTolerance: 0, foregroundWeight: 0 },
    { klTolerance: 0.5, foregroundWeight: 0 },
    { klTolerance: 0, foregroundWeight: 10 },
  ])("is squared error + KL as float64 gives them: %o", async (options) => {
    const config = VaeConfig.parse({ ...world.config.vae, ...options });
    const out = await run("onnx", vision, { batch: visionBatch }, (weights, { batch }) => {
      const tensors = batch as unknown as VaeBatch;
      const posterior = encode(weights, unitFrames(tensors.frames));
      const reconstruction = decode(weights, sampleLatent(posterior, tensors.normal));
      return { ...vaeLoss(config, weights, tensors), ...posterior, reconstruction };
    });
    const [Z, size] = [4, 64 * 64 * 3];
    let [plain, weighted, kl, klAbove] = [0, 0, 0, 0];
    for (let b = 0; b < 3; b++) {
      let own = 0;
      for (let i = 0; i < Z; i++) {
        const [mean, std] = [out.mean.data[b * Z + i], Math.exp(out.logStd.data[b * Z + i])];
        own += 0.5 * (mean * mean + std * std - 1) - Math.log(std);
      }
      kl += own / 3;
      klAbove += Math.max(own, config.klTolerance * Z) / 3;
      const differenceAt = (i: number) => visionBatch.frames.data[b * size + i] / 255 - visionBatch.meanImage.data[i];
      const tint = [0, 0, 0]; // of the whole frame, by channel
      for (let i = 0; i < size; i++) tint[i % 3] += differenceAt(i) / (64 * 64);
      for (let p = 0; p < size; p += 3) {
        const x = [0, 1, 2].map((c) => visionBatch.frames.data[b * size + p + c] / 255);
        const difference = Math.max(...tint.map((average, c) => Math.abs(differenceAt(p + c) - average)));
        const error = x.reduce((sum, value, c) => sum + (out.reconstruction.data[b * size + p + c] - value) ** 2, 0);
        plain += error / 3;
        weighted += (error * (1 + config.foregroundWeight * Math.min(1, difference / 0.4))) / 3;
      }
    }
    expect(out.metrics.reconstruction.data[0] / plain).toBeCloseTo(1, 5);
    expect(out.metrics.kl.data[0]).toBeCloseTo(kl, 4);
    expect(out.loss.data[0] / (weighted + klAbove)).toBeCloseTo(1, 5);
  });

  it("presses a KL below its tolerance no further: the posterior's gradient is the reconstruction's alone", async () => {
    const gradientWith = async (klTolerance: number) => {
      const config = VaeConfig.parse({ ...world.config.vae, klTolerance });
      const { gradients } = await run("onnx", vision, { batch: visionBatch }, (weights, { batch }) =>
        valueAndGradients(weights, (own) => vaeLoss(config, own, batch as unknown as VaeBatch)),
      );
      return gradients["mean.bias"];
    };
    expect(relativeError(await gradientWith(1e6), await gradientWith(2e6))).toBe(0);
    expect(relativeError(await gradientWith(1e6), await gradientWith(0))).toBeGreaterThan(1e-3);
  });
});

describe("MDN-RNN loss", () => {
  const config = world.config.mdnRnn;
  const lossOf = (batch: ReturnType<typeof windows>, state = carried(batch.restart.shape[0])) =>
    run("onnx", memory, { batch, state }, (weights, inputs) =>
      mdnRnnLoss(config, weights, inputs.batch as never, inputs.state as never),
    );

  it("counts what is behind a window's end neither in the loss nor in the state it hands on", async () => {
    const batch = windows(3, 5);
    const spoilt = structuredClone(batch);
    for (let b = 1; b < 3; b++) {
      for (let t = 5 - b; t < 5; t++) {
        spoilt.reward.data[b * 5 + t] = 99;
        spoilt.done.data[b * 5 + t] = 1;
        spoilt.action.data.fill(7, (b * 5 + t) * 3, (b * 5 + t + 1) * 3);
        spoilt.mean.data.fill(8, (b * 6 + t + 1) * 4, (b * 6 + t + 2) * 4);
      }
    }
    const [clean, other] = [await lossOf(batch), await lossOf(spoilt)];
    expect(other.loss.data[0]).toBe(clean.loss.data[0]);
    expect(other.state.hidden.data).toEqual(clean.state.hidden.data);

    // The same steps in windows cut exactly: row 2 has three steps.
    const cut = (array: NdArray, steps: number): NdArray => {
      const width = array.data.length / (array.shape[0] * array.shape[1]);
      const from = 2 * array.shape[1] * width;
      return floats([1, steps, ...array.shape.slice(2)], array.data.slice(from, from + steps * width));
    };
    const { mean, logStd, normal, action, reward, done, mask } = batch;
    const alone = await lossOf(
      {
        ...{ mean: cut(mean, 4), logStd: cut(logStd, 4), normal: cut(normal, 4), action: cut(action, 3) },
        ...{ reward: cut(reward, 3), done: cut(done, 3), mask: cut(mask, 3), restart: floats([1], [1]) },
      },
      carried(1),
    );
    for (const name of ["hidden", "cell"] as const)
      for (let j = 0; j < 6; j++) expect(alone.state[name].data[j]).toBeCloseTo(clean.state[name].data[12 + j], 5);
  });

  it("learns rewards in the head's unit and dreams them in the environment's", async () => {
    const batch = windows(2, 4);
    const state = carried(2);
    const errorWith = async (rewardScale: number, factor: number) => {
      const given = {
        ...batch,
        reward: floats(
          [2, 4],
          Array.from(batch.reward.data, (x) => factor * x),
        ),
      };
      const { metrics } = await run("onnx", memory, { batch: given, state }, (weights, inputs) =>
        mdnRnnLoss({ ...config, rewardScale }, weights, inputs.batch as never, inputs.state as never),
      );
      return metrics.rewardError.data[0];
    };
    const plain = await errorWith(1, 1);
    expect(await errorWith(8, 8)).toBe(plain);
    expect(await errorWith(8, 1)).not.toBe(plain);

    const rewardOf = async (rewardScale: number) => {
      const functions = dreamFunctions(tinyWorld({ rewardScale }));
      const [z, h] = [4, 6];
      const given = { latent: noise([1, z], { seed: 1 }), hidden: noise([1, h], { seed: 2 }) };
      const rows = { ...given, cell: noise([1, h], { seed: 3 }), fresh: floats([1, 1], [0]) };
      const numbers = { normal: noise([1, z], { seed: 4 }), uniform: noise([1, z], { seed: 5 }) };
      const { reward } = await functions.step({
        ...{ state: rows, actions: ints([1], [1]), ...numbers },
        ...{ termination: floats([1], [1]), temperature: floats([], [1]) },
      });
      await functions.dispose();
      return reward.data[0];
    };
    expect(await rewardOf(8)).toBeCloseTo(8 * (await rewardOf(1)), 5);
  });

  it("starts from zero where an episode begins and goes on elsewhere", async () => {
    const batch = windows(2, 4); // row 0 restarts, row 1 does not
    const [one, other] = [
      await lossOf(batch),
      await lossOf(batch, { hidden: noise([2, 6], { seed: 91 }), cell: noise([2, 6], { seed: 92 }) }),
    ];
    const row = (state: Record<string, NdArray>, b: number) => Array.from(state.cell.data.subarray(b * 6, (b + 1) * 6));
    expect(row(other.state, 0)).toEqual(row(one.state, 0));
    expect(row(other.state, 1)).not.toEqual(row(one.state, 1));
  });

  it("is the same cut in two windows as in one, the state carried across", async () => {
    const whole = windows(2, 6);
    const mask = floats([2, 6], new Array(12).fill(1));
    const piece = (from: number, steps: number) => {
      const part = (array: NdArray, length: number): NdArray => {
        const width = array.data.length / (2 * array.shape[1]);
        const rows = [0, 1].flatMap((b) =>
          Array.from(
            array.data.subarray((b * array.shape[1] + from) * width, (b * array.shape[1] + from + length) * width),
          ),
        );
        return floats([2, length, ...array.shape.slice(2)], rows);
      };
      const { mean, logStd, normal, action, reward, done } = whole;
      return {
        ...{ mean: part(mean, steps + 1), logStd: part(logStd, steps + 1), normal: part(normal, steps + 1) },
        ...{
          action: part(action, steps),
          reward: part(reward, steps),
          done: part(done, steps),
          mask: part(mask, steps),
        },
        restart: floats([2], from === 0 ? [1, 1] : [0, 0]),
      };
    };
    const all = await lossOf({ ...whole, mask, restart: floats([2], [1, 1]) });
    const first = await lossOf(piece(0, 2));
    const second = await lossOf(piece(2, 4), first.state as ReturnType<typeof carried>);
    expect((2 * first.loss.data[0] + 4 * second.loss.data[0]) / 6).toBeCloseTo(all.loss.data[0], 5);
    for (let i = 0; i < 12; i++) expect(second.state.hidden.data[i]).toBeCloseTo(all.state.hidden.data[i], 5);
  });

  it("can be trained on windows of one step", async () => {
    const batch = { ...windows(2, 1), mask: floats([2, 1], [1, 1]) };
    const { gradients } = await run("onnx", memory, { batch, state: carried(2) }, (weights, { batch, state }) =>
      valueAndGradients(weights, (own) => mdnRnnLoss(config, own, batch as never, state as never)),
    );
    expect(gradients["lstm.recurrent"].data.some((value) => value !== 0)).toBe(true); // from row 1, which goes on
  });

  it("weighs ends as configured, by the formula of cross-entropy", async () => {
    // No hidden activity reaches the head: the logit is its bias.
    const logit = 0.7;
    const still = {
      ...memory,
      "head.kernel": { ...memory["head.kernel"], data: new Float32Array(memory["head.kernel"].data.length) },
    };
    const bias = Float32Array.from(memory["head.bias"].data);
    bias[36] = logit;
    bias[37] = 2;
    const parameters = { ...still, "head.bias": { ...memory["head.bias"], data: bias } };
    const batch = { ...windows(2, 6), mask: floats([2, 6], new Array(12).fill(1)) };
    const { metrics } = await run("cpu", parameters, { batch, state: carried(2) }, (weights, inputs) =>
      mdnRnnLoss(
        MdnRnnConfig.parse({ ...config, doneWeight: 4 }),
        weights,
        inputs.batch as never,
        inputs.state as never,
      ),
    );
    const p = 1 / (1 + Math.exp(-logit));
    const ends = Array.from(batch.done.data).reduce((sum, d) => sum + d, 0);
    expect(metrics.doneCrossEntropy.data[0]).toBeCloseTo(
      (-4 * ends * Math.log(p) - (12 - ends) * Math.log(1 - p)) / 12,
      5,
    );
    const errors = Array.from(batch.reward.data, (r) => (r - 2) ** 2);
    expect(metrics.rewardError.data[0]).toBeCloseTo(errors.reduce((sum, e) => sum + e, 0) / 12, 5);
  });
});

describe("compiled and eager give the same numbers", () => {
  const same = (got: NdArray, expected: NdArray) => expect(relativeError(got, expected)).toBeLessThan(1e-4);

  it.each(["vision", "memory"] as const)("loss and gradients of %s", async (part) => {
    const both = await Promise.all(
      (["cpu", "onnx"] as const).map((engine) =>
        part === "vision"
          ? run(engine, vision, { batch: visionBatch }, (weights, { batch }) => {
              const config = VaeConfig.parse({ ...world.config.vae, foregroundWeight: 10, klTolerance: 0 });
              const { value, gradients } = valueAndGradients(weights, (own) =>
                vaeLoss(config, own, batch as unknown as VaeBatch),
              );
              return { loss: value.loss as tf.Tensor, gradients };
            })
          : run(engine, memory, { batch: windows(3, 5), state: carried(3) }, (weights, { batch, state }) => {
              const { value, gradients } = valueAndGradients(weights, (own) =>
                mdnRnnLoss(world.config.mdnRnn, own, batch as never, state as never),
              );
              return { loss: value.loss as tf.Tensor, gradients };
            }),
      ),
    );
    const [eager, compiled] = both as { loss: NdArray; gradients: Record<keyof Gradients, NdArray> }[];
    same(compiled.loss, eager.loss);
    expect(Object.keys(eager.gradients).length).toBeGreaterThan(4);
    for (const name of Object.keys(eager.gradients)) same(compiled.gradients[name], eager.gradients[name]);
  });

  it.each([
    { cellFeature: false, actionEncoding: "one-hot" as const },
    { cellFeature: true, actionEncoding: "scalar" as const, restartInput: true },
  ])("a dream: start, steps, decoding; %o", async (options) => {
    const model = tinyWorld(options);
    const inputs = {
      frames: { ...frames(2), shape: [2, 1, 64, 64, 3] },
      noAction: ints([2, 0], []),
      actions: ints([2], [0, 2]),
      normal: noise([2, 4], { seed: 41 }),
      uniform: floats([2, 4], [0.1, 0.9, 0.5, 0.3, 0.7, 0.2, 0.05, 0.95]),
      temperature: floats([], [1.3]),
    };
    const [eager, compiled] = await Promise.all(
      (["cpu", "onnx"] as const).map((engine) =>
        run(engine, model.parameters, inputs, (weights, given) => {
          const tensors = given as unknown as Record<keyof typeof inputs, tf.Tensor>;
          const { normal, uniform, temperature } = tensors;
          let state = model.start(weights, { frames: tensors.frames, actions: tensors.noAction }, { normal, uniform });
          const options = { temperature: temperature as tf.Scalar, noise: { normal, uniform } };
          state = model.step(weights, state, tensors.actions, options).state;
          const { state: last, ...step } = model.step(weights, state, tensors.actions, options);
          return { ...step, picture: model.decode(weights, last) };
        }),
      ),
    );
    expect(eager.features.shape).toEqual([2, model.featureSize]);
    for (const name of Object.keys(eager) as (keyof typeof eager)[])
      same(compiled[name] as NdArray, eager[name] as NdArray);
  });
});

describe("actions as M takes them", () => {
  it("are one number an action, or one number in [−1, 1]", async () => {
    const space = new Discrete(3, { start: 4 });
    const encoded = async (actionEncoding: "one-hot" | "scalar") =>
      (
        await run("cpu", {}, { actions: ints([3], [4, 5, 6]) }, (_, { actions }) => ({
          y: encodeActions({ ...world.config, actionEncoding }, space, actions as unknown as tf.Tensor),
        }))
      ).y;
    expect(Array.from((await encoded("one-hot")).data)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(Array.from((await encoded("scalar")).data)).toEqual([-1, 0, 1]);
  });
});
