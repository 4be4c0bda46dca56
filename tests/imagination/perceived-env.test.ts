import { describe, expect, it } from "vitest";
import { LinearController } from "../../agents/linear-controller.ts";
import { TakeCover } from "../../envs/index.ts";
import { ConfigError } from "../../src/base/errors.ts";
import { scalar } from "../../src/compute/array.ts";
import type { Env } from "../../src/core/env.ts";
import { ResetNeededError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { DreamEnv } from "../../src/imagination/dream-env.ts";
import { dreamFunctions } from "../../src/imagination/dream-functions.ts";
import { toRenderFrames } from "../../src/imagination/frames.ts";
import { drawNoise } from "../../src/imagination/noise.ts";
import { perceive } from "../../src/imagination/perceived-env.ts";
import { replayInDream } from "../../src/imagination/replay.ts";
import { noise } from "../compute/fixtures.ts";
import { describeEnvContract } from "../contracts/env-contract.ts";
import { tinyContexts, tinyWorld } from "../world-models/tiny-world.ts";

const model = tinyWorld();
const functions = dreamFunctions(model);
const real = (options = {}) => new TakeCover(options) as unknown as Env<Uint8Array, number>;

describeEnvContract(
  "a perceived TakeCover",
  (renderMode) => perceive(real(renderMode && { renderMode }), model, { functions }) as Env,
  { steps: 60 },
);

describe("perceive", () => {
  it("shows the features of the model that follows the frames, and passes on the rest", async () => {
    const [plain, env] = [real(), perceive(real(), model, { functions })];
    const first = await plain.reset({ seed: 3 });
    const { observation, info } = await env.reset({ seed: 3 });
    expect(info).toEqual(first.info);
    const frame = (data: Uint8Array) => ({ shape: [1, 64, 64, 3], dtype: "uint8" as const, data });
    let { state, features } = await functions.perceive({ frames: frame(first.observation) });
    expect(observation).toEqual(features.data);
    for (let t = 0; t < 6; t++) {
      const [expected, step] = [await plain.step(t % 3), await env.step(t % 3)];
      const actions = { shape: [1], dtype: "int32" as const, data: Int32Array.of(t % 3) };
      ({ state, features } = await functions.observe({ state, frames: frame(expected.observation), actions }));
      expect(step).toEqual({ ...expected, observation: features.data });
      expect(env.observation).toEqual(expected.observation);
      expect(env.state).toEqual(state);
    }
  });

  it("has the dream's observation space, so that one policy object plays in both", async () => {
    const controller = new LinearController({
      ...model,
      weights: noise([11], { seed: 2 }).data,
      config: {},
    });
    const dream: Env<Float32Array, unknown> = new DreamEnv({ model, contexts: tinyContexts(), horizon: 30, functions });
    const perceived = perceive(real(), model, { functions }) as unknown as Env<Float32Array, unknown>;
    expect(perceived.observationSpace.equals(dream.observationSpace)).toBe(true);
    expect(perceived.actionSpace.equals(dream.actionSpace)).toBe(true);
    for (const env of [dream, perceived]) {
      const actor = controller.begin();
      let { observation } = await env.reset({ seed: 1 });
      for (let t = 0; t < 5; t++) {
        expect(env.observationSpace.contains(observation)).toBe(true);
        const step = await env.step(actor.act(observation));
        observation = step.observation;
        if (step.terminated) break;
      }
    }
  });

  it("refuses an environment of other spaces and a step before the reset", async () => {
    const wide = real({ observationSize: [48, 64] });
    expect(() => perceive(wide, model, { functions })).toThrow(ConfigError);
    expect(() => perceive(wide, model, { functions })).toThrow(
      /observationSpace is Box.*64, 64, 3.*got Box.*48, 64, 3/,
    );
    const two = tinyWorld({ actionSpace: new Discrete(2) });
    expect(() => perceive(real(), two)).toThrow(/actionSpace is Discrete\(2\).*got Discrete\(3\)/);
    const env = perceive(real(), model, { functions });
    await expect(env.step(0)).rejects.toThrow(ResetNeededError);
    expect(() => env.observation).toThrow(ResetNeededError);
  });
});

describe("replayInDream", () => {
  it("dreams on from a real frame under given actions, a picture for each observation", async () => {
    const dream = { model, contexts: tinyContexts(), horizon: 5, temperature: 0.7 };
    const first = (await real().reset({ seed: 1 })).observation;
    const actions = [0, 2, 1, 1, 0, 2, 2]; // beyond the horizon and whatever ends there are
    const frames = await replayInDream(dream, { first, actions, seed: 4, functions });
    expect(frames.length).toBe(8);
    expect(await replayInDream(dream, { first, actions, seed: 4, functions })).toEqual(frames);

    const stream = [new RandomStream(4, "replay")];
    let { state } = await functions.perceive({ frames: { shape: [1, 64, 64, 3], dtype: "uint8", data: first } });
    for (const [t, action] of actions.entries()) {
      expect(frames[t]).toEqual(toRenderFrames(await functions.decode(state))[0]);
      const packed = { shape: [1], dtype: "int32" as const, data: Int32Array.of(action) };
      const given = { ...drawNoise(model.noise, stream), temperature: scalar(0.7) };
      ({ state } = await functions.step({ state, actions: packed, ...given }));
    }
    expect(frames[7]).toEqual(toRenderFrames(await functions.decode(state))[0]);
  });
});
