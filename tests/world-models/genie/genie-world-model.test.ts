import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, it } from "vitest";
import type { NdArray } from "../../../src/compute/array.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { DreamEnv } from "../../../src/imagination/dream-env.ts";
import { dreamFunctions, type StateRows } from "../../../src/imagination/dream-functions.ts";
import { gatherRows } from "../../../src/imagination/rows.ts";
import { outcomeOf, pastOf } from "../../../src/world-models/genie/dynamics.ts";
import { dynamicsShapeOf } from "../../../src/world-models/genie/genie-world-model.ts";
import { inferLatentActions } from "../../../src/world-models/genie/latent-action-model.ts";
import { codesOfTokens, decodeCodes } from "../../../src/world-models/genie/video-tokenizer.ts";
import { floats, ints, relativeError } from "../../compute/fixtures.ts";
import { run } from "./running.ts";
import { momentAt, PLACES, type TinyGenieOptions, tinyGenie, tinyGenieContexts } from "./tiny-genie.ts";

/** Two a token. */
const DIGITS = 2 * PLACES;

const model = tinyGenie();
const contexts = tinyGenieContexts({}, 6);
const functions = dreamFunctions(model);
const latentModel = model.withActions("latent");
const latentFunctions = dreamFunctions(latentModel);
afterAll(async () => {
  await functions.dispose();
  await latentFunctions.dispose();
});

const uniforms = (shape: readonly number[], seed: number): NdArray => {
  const random = new RandomStream(seed, "noise");
  return floats(
    shape,
    Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform()),
  );
};
const noNormal = (batch: number): NdArray => floats([batch, 0], []);

const begun = ({ frames, actions } = contexts, own = functions) => {
  const batch = frames.shape[0];
  return own.start({ frames, actions, normal: noNormal(batch), uniform: uniforms([batch, 2 * DIGITS], 1) });
};
const step = (state: StateRows, actions: NdArray, { seed = 2, own = functions } = {}) => {
  const batch = actions.shape[0];
  return own.step({
    ...{ state, actions, normal: noNormal(batch), uniform: uniforms([batch, 2 * DIGITS], seed) },
    ...{ termination: uniforms([batch], 3), temperature: floats([], [1]) },
  });
};

describe("a Genie", () => {
  it("says what it is made of", () => {
    expect(model.featureSize).toBe(DIGITS + 16); // the codes and the trunk's width
    expect(model.noise).toEqual({ normal: 0, uniform: 2 * DIGITS });
    expect(model.tokens).toMatchObject({ count: PLACES, size: 12 });
    expect(model.contextLength).toBe(3);
    expect(model.realActionSpace).toBe(model.actionSpace);
    expect(latentModel.actionSpace.equals(new Discrete(5))).toBe(true);
    expect(latentModel.realActionSpace).toBe(model.actionSpace);
    expect(latentModel.parameters).toBe(model.parameters);
    expect(latentModel.withActions("real").config).toEqual(model.config);
  });

  it("begun with n frames stands where it stands begun with one and shown the others", async () => {
    const whole = await begun();
    let shown = await functions.perceive({ frames: momentAt(contexts.frames, 0) });
    for (const t of [1, 2])
      shown = await functions.observe({
        ...{ state: shown.state, frames: momentAt(contexts.frames, t), actions: momentAt(contexts.actions, t - 1) },
      });
    expect(Object.keys(shown.state).toSorted()).toEqual(Object.keys(whole.state).toSorted());
    for (const [name, array] of Object.entries(whole.state))
      expect(relativeError(shown.state[name], array), name).toBeLessThan(1e-5);
    expect(relativeError(shown.features, whole.features)).toBeLessThan(1e-5);
    expect(Array.from(whole.state.position.data)).toEqual(new Array(6).fill(3));
  });

  it("begins elsewhere where another action led to the last frame", async () => {
    const turned = {
      ...contexts,
      actions: { ...contexts.actions, data: contexts.actions.data.map((a) => (a + 1) % 3) },
    };
    const [one, other] = [await begun(), await begun(turned as typeof contexts)];
    expect(other.state.tokens.data).toEqual(one.state.tokens.data); // pictures are what they are
    expect(relativeError(other.state.hidden, one.state.hidden)).toBeGreaterThan(1e-3);
  });

  it("dreams the same for the same noise, to the bit, and otherwise for another, or another action", async () => {
    const { state } = await begun();
    const actions = ints([6], [0, 1, 2, 0, 1, 2]);
    const first = await step(state, actions);
    expect(await step(state, actions)).toEqual(first);
    expect((await step(state, actions, { seed: 9 })).state.tokens.data).not.toEqual(first.state.tokens.data);
    const turned = await step(state, ints([6], [1, 2, 0, 1, 2, 0]));
    expect(relativeError(turned.features, first.features)).toBeGreaterThan(1e-3);
    expect(turned.reward.data).not.toEqual(first.reward.data);
  });

  it("dreams the same in any slot of a batch, to the bit", async () => {
    const order = [3, 0, 5, 1, 4, 2];
    const { state } = await begun();
    const actions = ints([6], [0, 1, 2, 0, 1, 2]);
    const uniform = uniforms([6, 2 * DIGITS], 2);
    const termination = uniforms([6], 3);
    const shared = { normal: noNormal(6), temperature: floats([], [1]) };
    const plain = await functions.step({ state, actions, uniform, termination, ...shared });
    const rows = (array: NdArray) => gatherRows(array, order);
    const turned = await functions.step({
      ...{ state: Object.fromEntries(Object.entries(state).map(([name, array]) => [name, rows(array)])) },
      ...{ actions: rows(actions), uniform: rows(uniform), termination: rows(termination), ...shared },
    });
    for (const [name, array] of Object.entries(plain.state)) expect(turned.state[name], name).toEqual(rows(array));
    for (const name of ["features", "reward", "terminationProbability", "uncertainty"] as const)
      expect(turned[name], name).toEqual(rows(plain[name]));
  });

  it("tells reward, end and features of the frame that it has dreamt, and how unsure it was of its tokens", async () => {
    const rich = tinyGenie({ rewardScale: 10 });
    const own = dreamFunctions(rich);
    const { state } = await begun();
    const next = await step(state, ints([6], [0, 1, 2, 0, 1, 2]), { own });
    await own.dispose();
    const shape = dynamicsShapeOf(rich.config, {
      frame: { height: 16, width: 16, channels: 3 },
      actionSpace: rich.actionSpace,
    });
    const read = await run(
      ({ before, action, hidden, tokens }, weights) => ({
        ...outcomeOf(rich.config.dynamics, weights, { past: pastOf(shape, weights, before), action }),
        codes: tf.reshape(codesOfTokens(rich.config.tokenizer, tokens), [6, DIGITS]),
        mean: tf.mean(hidden, 1),
      }),
      {
        before: state.hidden,
        action: floats(
          [6, 8],
          [0, 1, 2, 0, 1, 2].flatMap((action) => Array.from({ length: 8 }, (_, i) => Number(i === action))),
        ),
        hidden: next.state.hidden,
        tokens: next.state.tokens,
      },
      rich,
    );
    for (let b = 0; b < 6; b++) {
      const said = read.reward.data[b];
      expect(next.reward.data[b]).toBeCloseTo(10 * Math.sign(said) * (Math.exp(Math.abs(said)) - 1), 3);
      // The head's odds are ten times the real ones (`doneWeight`).
      const odds = Math.exp(read.doneLogit.data[b]) / 10;
      expect(next.terminationProbability.data[b]).toBeCloseTo(odds / (1 + odds), 5);
      const features = Array.from(next.features.data.subarray(b * 24, (b + 1) * 24));
      const expected = [
        ...read.codes.data.subarray(b * 8, (b + 1) * 8),
        ...read.mean.data.subarray(b * 16, (b + 1) * 16),
      ];
      for (const [i, value] of expected.entries()) expect(features[i]).toBeCloseTo(value, 5);
      expect(next.uncertainty.data[b]).toBeGreaterThan(0);
      expect(next.uncertainty.data[b]).toBeLessThanOrEqual(Math.log(12) + 1e-5);
    }
  });

  it("draws its tokens, cut off at black and white", async () => {
    const { state } = await begun();
    const { tokenizer } = model.config;
    const { whole } = await run(
      ({ tokens }, weights) => ({
        whole: decodeCodes(tokenizer, weights, codesOfTokens(tokenizer, tokens), {
          height: 16,
          width: 16,
          channels: 3,
        }),
      }),
      { tokens: state.tokens },
      model,
    );
    const drawn = await functions.decode(state);
    expect(drawn.shape).toEqual([6, 16, 16, 3]);
    for (const [i, value] of drawn.data.entries())
      expect(value).toBeCloseTo(Math.min(1, Math.max(0, whole.data[i])), 5);
  });

  it("infers latent actions from bytes as its latent action model does from what they stand for", async () => {
    const out = await run(
      ({ frames }, weights) => ({
        actions: model.inferActions(weights, frames),
        plain: inferLatentActions(model.config.latentActions, weights, tf.div(tf.cast(frames, "float32"), 255)),
      }),
      { frames: contexts.frames },
      model,
    );
    expect(out.actions).toMatchObject({ shape: [6, 2], dtype: "int32" });
    expect(out.actions).toEqual(out.plain);
  });

  it("is played with continuous actions, too", async () => {
    const options: TinyGenieOptions = { actionSpace: new Box({ low: -1, high: 1, shape: [2] }) };
    const env = new DreamEnv({ model: tinyGenie(options), contexts: tinyGenieContexts(options), horizon: 9 });
    const trail = async (action: Float32Array) => {
      await env.reset({ seed: 1 });
      return (await env.step(action)).observation;
    };
    const [left, right] = [await trail(Float32Array.of(-1, 0.5)), await trail(Float32Array.of(1, 0.5))];
    expect(right).not.toEqual(left);
    expect(await trail(Float32Array.of(-1, 0.5))).toEqual(left);
    await env.close();
  });
});

it("leaves no tensor behind, run eagerly", async () => {
  const own = dreamFunctions(model, "cpu");
  const once = async () => {
    const { state } = await begun(contexts, own);
    const next = await step(state, ints([6], [0, 1, 2, 0, 1, 2]), { own });
    await own.decode(next.state);
  };
  await once();
  const before = tf.memory().numTensors;
  await once();
  expect(tf.memory().numTensors).toBe(before);
  await own.dispose();
});
