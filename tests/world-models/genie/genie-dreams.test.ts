import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { NdArray } from "../../../src/compute/array.ts";
import type { Env, RenderFrame } from "../../../src/core/env.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import type { VectorEnv } from "../../../src/core/vector/vector-env.ts";
import { DreamEnv } from "../../../src/imagination/dream-env.ts";
import { dreamFunctions, type StateRows } from "../../../src/imagination/dream-functions.ts";
import { VectorDreamEnv } from "../../../src/imagination/vector-dream-env.ts";
import type { GenieWorldModel } from "../../../src/world-models/genie/genie-world-model.ts";
import { loadWorld, saveWorld } from "../../../src/world-models/world-checkpoint.ts";
import { ints, relativeError } from "../../compute/fixtures.ts";
import { describeEnvContract } from "../../contracts/env-contract.ts";
import { describeVectorEnvContract } from "../../contracts/vector-env-contract.ts";
import { momentAt, PLACES, savedTinyGenie, tinyGenie, tinyGenieContexts } from "./tiny-genie.ts";

const model = tinyGenie();
const contexts = tinyGenieContexts({}, 6);
const functions = dreamFunctions(model);
const latentModel = model.withActions("latent");
const latentFunctions = dreamFunctions(latentModel);
afterAll(async () => {
  await functions.dispose();
  await latentFunctions.dispose();
});

const dream = (options: { latent?: boolean; horizon?: number; renderMode?: "rgb_array" } = {}) => {
  const { latent = false, ...rest } = options;
  const own = latent ? { model: latentModel, functions: latentFunctions } : { model, functions };
  const known = latent ? tinyGenieContexts({ actionSpace: new Discrete(5) }) : contexts;
  return new DreamEnv({ ...own, contexts: known, horizon: 30, ...rest });
};

// In the shape of 64 × 64 pixels and with real actions, the registered Dream/Platformer-v0 does; see tests/contracts.
describeEnvContract(
  "a dream of Genie's with latent actions",
  (renderMode) => dream({ latent: true, renderMode: renderMode as "rgb_array" }) as unknown as Env,
  { steps: 30, liveResources: () => tf.memory().numTensors },
);
describeVectorEnvContract(
  "a vector of Genie's dreams",
  ({ numEnvs, autoreset }) =>
    new VectorDreamEnv({
      model,
      contexts,
      horizon: 12,
      numEnvs,
      functions,
      autoresetMode: autoreset,
    }) as unknown as VectorEnv,
  { steps: 20 },
);

it("is rendered from its tokens", async () => {
  const env = dream({ renderMode: "rgb_array" });
  await env.reset({ seed: 1 });
  const { width, height, data } = (await env.render()) as RenderFrame;
  expect([width, height, data.length]).toEqual([16, 16, 768]);
  const own = (env.snapshot() as unknown as { state: StateRows }).state;
  expect(data).toEqual(Uint8Array.from((await functions.decode(own)).data, (value) => Math.round(255 * value)));
});

describe("a dream longer than its context", () => {
  const never = tinyGenie({ doneLogit: -100 });
  const own = dreamFunctions(never);
  afterAll(() => own.dispose());
  const vector = () => new VectorDreamEnv({ model: never, contexts, horizon: 50, numEnvs: 2, functions: own });
  const play = async (env: VectorDreamEnv, steps: number) => {
    const seen: unknown[] = [];
    for (let t = 0; t < steps; t++) seen.push(structuredClone({ ...(await env.step([t % 3, (t + 1) % 3])) }));
    return seen;
  };

  it("slides: it remembers as many frames as fit, and goes on", async () => {
    const env = vector();
    await env.reset({ seed: 1 });
    await play(env, 20);
    const { state } = env.snapshot() as unknown as { state: StateRows };
    expect(state["keys.0"].shape).toEqual([2, PLACES, 2, 3, 8]);
    expect([Array.from(state.count.data), Array.from(state.position.data)]).toEqual([
      [3, 3],
      [23, 23],
    ]);
    for (const { data } of Object.values(state)) expect(data.every(Number.isFinite)).toBe(true);
  });

  it("goes on from a snapshot to the bit, in another environment, as often as one likes", async () => {
    const env = vector();
    await env.reset({ seed: 2 });
    await play(env, 9);
    const saved = env.snapshot();
    const expected = await play(env, 9);
    for (const fork of [vector(), vector()]) {
      fork.restore(saved);
      expect(await play(fork, 9)).toEqual(expected);
    }
  });

  it("forgets a frame that has fallen out of the context, and not before", async () => {
    // One block: what it remembers of a frame is of that frame and of the one before.
    const short = tinyGenie({ trunkBlocks: 1 });
    const own = dreamFunctions(short);
    const hiddenAfter = async (first: NdArray, frames: number) => {
      let { state } = await own.perceive({ frames: first });
      for (let t = 0; t < frames; t++)
        ({ state } = await own.observe({
          state,
          frames: momentAt(contexts.frames, t % 3),
          actions: ints([6], [0, 1, 2, 2, 1, 0]),
        }));
      return state.hidden;
    };
    const [one, other] = [momentAt(contexts.frames, 0), momentAt(contexts.frames, 2)];
    expect(relativeError(await hiddenAfter(one, 4), await hiddenAfter(other, 4))).toBeGreaterThan(1e-4);
    expect(relativeError(await hiddenAfter(one, 5), await hiddenAfter(other, 5))).toBeLessThan(1e-5);
    await own.dispose();
  });
});

describe("a Genie on disk", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "genie-world-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(["real", "latent"] as const)("comes back as it was saved, with %s actions", async (actions) => {
    const path = join(folder, `${actions}.safetensors`);
    const saved = savedTinyGenie({ actions, rewardScale: 10 });
    await saveWorld(path, saved);
    const { model: loaded, env, contexts, dream } = await loadWorld(path, { env: "Platformer-v0" });
    expect({ env, contexts, dream }).toEqual({ env: saved.env, contexts: saved.contexts, dream: saved.dream });
    expect(loaded.config).toEqual(saved.model.config);
    expect(loaded.parameters).toEqual(saved.model.parameters);
    for (const space of ["observationSpace", "actionSpace", "realActionSpace"] as const)
      expect(loaded[space]?.equals(saved.model[space]!)).toBe(true);
    const trail = async (model: GenieWorldModel) => {
      const env = new DreamEnv({ model, contexts, horizon: 9 });
      await env.reset({ seed: 4 });
      const seen = [await env.step(0), await env.step(2)];
      await env.close();
      return seen;
    };
    expect(await trail(loaded as GenieWorldModel)).toEqual(await trail(saved.model as GenieWorldModel));
  });
});
