import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Platformer } from "../envs/platformer/index.ts";
import { CheckpointError, ConfigError } from "../src/base/errors.ts";
import type { NdArray, Parameters } from "../src/compute/array.ts";
import { saveCheckpoint } from "../src/compute/checkpoint.ts";
import { compile } from "../src/compute/compile.ts";
import type { Env } from "../src/core/env.ts";
import { InvalidActionError } from "../src/core/errors.ts";
import { make } from "../src/core/registry.ts";
import { Discrete } from "../src/core/spaces/discrete.ts";
import { makeVec } from "../src/core/vector/make-vec.ts";
import { SyncVectorEnv } from "../src/core/vector/sync-vector-env.ts";
import { ClipReward } from "../src/core/wrappers/clip-reward.ts";
import { DreamEnv } from "../src/imagination/dream-env.ts";
import { VectorDreamEnv } from "../src/imagination/vector-dream-env.ts";
import { loadWorld, type SavedWorld, saveWorld } from "../src/world-models/world-checkpoint.ts";
import "../src/registrations.ts";
import { savedTinyGenie, tinyGenie, tinyGenieContexts } from "./world-models/genie/tiny-genie.ts";
import { savedTinyWorld, tinyWorld } from "./world-models/tiny-world.ts";

let folder: string;
let path: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dream-"));
  path = join(folder, "models", "world.safetensors");
  await saveWorld(path, savedTinyWorld());
});
afterAll(() => rm(folder, { recursive: true }));

const dream = (options: Record<string, unknown> = {}) => make("Dream/TakeCover-v0", { checkpoint: folder, ...options });

const savedDream = () => ({ ...savedTinyWorld(), temperature: 1, horizon: 50 });

/** Batches of another size are the same within float tolerance. */
function expectClose(seen: Float32Array, expected: Float32Array): void {
  expect(seen.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(seen[i]).toBeCloseTo(value, 4);
  });
}

describe("a world on disk", () => {
  it("comes back as it was saved", async () => {
    const saved = savedTinyWorld(tinyWorld({ cellFeature: true, restartInput: true, actionEncoding: "scalar" }));
    const file = join(folder, "round.safetensors");
    await saveWorld(file, saved);
    const { model, env, contexts, dream } = await loadWorld(file);
    expect({ env, contexts, dream }).toEqual({ env: saved.env, contexts: saved.contexts, dream: saved.dream });
    expect(model.config).toEqual(saved.model.config);
    expect(model.parameters).toEqual(saved.model.parameters);
    expect(model.featureSize).toBe(saved.model.featureSize);
    for (const space of ["observationSpace", "actionSpace"] as const)
      expect(model[space].equals(saved.model[space])).toBe(true);
  });

  it("is dreamt by id, from a run's folder or the file itself, as the world says unless told otherwise", async () => {
    const bare = new DreamEnv(savedDream());
    const [byFolder, byFile] = [await dream(), await dream({ checkpoint: path })];
    const trail = async (env: Env) => {
      const seen = [(await env.reset({ seed: 5 })).observation];
      for (let t = 0; t < 8; t++) {
        const step = await env.step(t % 3);
        seen.push(step.observation);
        if (step.terminated) break;
      }
      return seen;
    };
    const expected = await trail(bare as unknown as Env);
    expect(await trail(byFolder)).toEqual(expected);
    expect(await trail(byFile)).toEqual(expected);
    expect(await trail(await dream({ temperature: 3 }))).not.toEqual(expected);
    const short = await dream({ horizon: 1 });
    await short.reset({ seed: 1 });
    const { terminated, truncated } = await short.step(0);
    expect(terminated || truncated).toBe(true);
    expect(byFolder.spec).toMatchObject({ id: "Dream/TakeCover-v0", kwargs: { checkpoint: folder } });
  });

  it("is dreamt as one batch by makeVec: the same dreams, cut off where asked, with a spec that makes it again", async () => {
    const options = { checkpoint: folder, numEnvs: 3, maxEpisodeSteps: 4, autoreset: "disabled" } as const;
    const batch = await makeVec<Float32Array, number>("Dream/TakeCover-v0", options);
    expect(batch).toBeInstanceOf(VectorDreamEnv);
    expect(batch.spec).toEqual({
      id: "Dream/TakeCover-v0",
      kwargs: { checkpoint: folder, numEnvs: 3, autoreset: "disabled", vectorization: "batch" },
      maxEpisodeSteps: 4,
    });
    const [again, single] = [
      await makeVec<Float32Array, number>(batch.spec!),
      await makeVec("Dream/TakeCover-v0", { ...options, vectorization: "sync" }),
    ];
    expect(again).toBeInstanceOf(VectorDreamEnv);
    expect(single).toBeInstanceOf(SyncVectorEnv);
    const vectors = [batch, again, single as unknown as typeof batch];
    const begun = await Promise.all(vectors.map((vector) => vector.reset({ seed: 11 })));
    for (const { observations } of begun) expectClose(observations, begun[0].observations);
    let over = [false, false, false];
    for (let t = 1; !over.includes(true); t++) {
      const [step, ...others] = await Promise.all(vectors.map((vector) => vector.step([0, 1, 2])));
      for (const other of others) {
        expectClose(other.observations, step.observations);
        expect([other.terminations, other.truncations]).toEqual([step.terminations, step.truncations]);
      }
      expect(step.truncations).toEqual(step.terminations.map((terminated) => t === 4 && !terminated));
      over = step.terminations.map((terminated, b) => terminated || step.truncations[b]);
    }
    await Promise.all(vectors.map((vector) => vector.close()));
  });

  it("is wrapped one by one where makeVec is given wrappers; has no batch where none is registered", async () => {
    const wrappers = [(env: Env) => new ClipReward(env, { minReward: 0, maxReward: 0 }) as Env];
    const wrapped = await makeVec("Dream/TakeCover-v0", { checkpoint: folder, numEnvs: 2, wrappers });
    expect(wrapped).toBeInstanceOf(SyncVectorEnv);
    await wrapped.close();
    const both = { vectorization: "batch", wrappers, checkpoint: folder } as const;
    await expect(makeVec("Dream/TakeCover-v0", both)).rejects.toThrow(/no wrappers/);
    await expect(makeVec("CartPole-v1", { vectorization: "batch" })).rejects.toThrow(ConfigError);
  });

  it("looks natural at the speed of the environment it was learned from", async () => {
    expect((await dream()).metadata?.renderFps).toBeCloseTo(35 / 3); // three tics a step
    expect(new DreamEnv(savedDream()).metadata.renderFps).toBe(30);
  });

  it.each([
    ["no checkpoint", {}, /checkpoint/],
    ["an unknown key", { checkpoint: "x", tau: 2 }, /tau/],
    ["a temperature of 0", { checkpoint: "x", temperature: 0 }, /temperature/],
    ["a broken horizon", { checkpoint: "x", horizon: 1.5 }, /horizon/],
    ["an unknown engine", { checkpoint: "x", engine: "gpu" }, /engine/],
    ["unknown actions", { checkpoint: "x", actions: "both" }, /actions/],
  ])("refuses %s with a ConfigError", async (_, kwargs, message) => {
    const failing = make("Dream/TakeCover-v0", kwargs);
    await expect(failing).rejects.toBeInstanceOf(ConfigError);
    await expect(failing).rejects.toThrow(message);
  });

  it("refuses a world of another environment, naming both", async () => {
    const file = join(folder, "other.safetensors");
    await saveWorld(file, { ...savedTinyWorld(), env: { id: "CarRacing-v3", kwargs: {} } });
    const failing = dream({ checkpoint: file });
    await expect(failing).rejects.toBeInstanceOf(CheckpointError);
    await expect(failing).rejects.toThrow(/learned from TakeCover-v0 .* learned from CarRacing-v3/);
  });

  it("refuses what is missing, cut short, of another kind or another family", async () => {
    const cut = join(folder, "cut.safetensors");
    await writeFile(cut, (await readFile(path)).subarray(0, 5000));
    const vae = join(folder, "vae.safetensors");
    await saveCheckpoint(vae, { kind: "vae", config: {}, parameters: {} });
    const unknown = join(folder, "unknown.safetensors");
    await saveCheckpoint(unknown, {
      kind: "world",
      config: { family: "oracle", env: { id: "TakeCover-v0" } },
      parameters: {},
    });
    for (const checkpoint of [join(folder, "none"), cut, vae, unknown])
      await expect(dream({ checkpoint })).rejects.toBeInstanceOf(CheckpointError);
    await expect(dream({ checkpoint: unknown })).rejects.toThrow(/known family \(recurrent, genie\) .* got oracle/);
  });
});

describe("a world with latent actions", () => {
  const options = { size: 64, actionSpace: new Platformer().actionSpace };
  let checkpoint: string;
  beforeAll(async () => {
    checkpoint = join(folder, "genie.safetensors");
    await saveWorld(checkpoint, savedTinyGenie(options));
  });
  const genie = (given: object = {}) => make("Dream/Platformer-v0", { checkpoint, ...given });

  /** What is seen from a seed under these actions. */
  async function trail(env: Env, actions: readonly number[]): Promise<unknown[]> {
    const seen: unknown[] = [(await env.reset({ seed: 5 })).observation];
    for (const action of actions) seen.push((await env.step(action)).observation);
    await env.close();
    return seen;
  }

  it("is played with real ones unless told otherwise", async () => {
    const [plain, real] = [await genie(), await genie({ actions: "real" })];
    for (const env of [plain, real]) expect(env.actionSpace.equals(options.actionSpace)).toBe(true);
    expect(plain.metadata?.renderFps).toBe((await make("Platformer-v0")).metadata?.renderFps);
    expect(await trail(real, [5])).toEqual(await trail(plain, [5]));
  });

  it("is played with the latent ones of its own, which the frames of its contexts are told with, too", async () => {
    const latent = await genie({ actions: "latent" });
    expect(latent.actionSpace.equals(new Discrete(5))).toBe(true);
    await latent.reset({ seed: 1 });
    await expect(async () => latent.step(5)).rejects.toThrow(InvalidActionError);

    // The same by hand.
    const model = tinyGenie(options);
    const { frames } = tinyGenieContexts(options);
    const infer = compile<{ frames: NdArray }, { actions: tf.Tensor }, Parameters>(
      (inputs, weights) => ({ actions: model.inferActions(weights, inputs.frames) }),
      { name: "infer", constants: model.parameters, offThread: false },
    );
    const { actions } = await infer.run({ frames });
    await infer.dispose();
    expect(new Set(actions.data).size).toBeGreaterThan(1);
    const byHand = (contexts: SavedWorld["contexts"]) =>
      new DreamEnv({ model: model.withActions("latent"), contexts, horizon: 50 }) as unknown as Env;
    const expected = await trail(byHand({ frames, actions }), [4]);
    expect(await trail(latent, [4])).toEqual(expected);
    const spoilt = { ...actions, data: actions.data.map((action) => (action + 1) % 5) };
    expect(await trail(byHand({ frames, actions: spoilt }), [4])).not.toEqual(expected);
  });

  it("is dreamt with them as one batch", async () => {
    const batch = await makeVec("Dream/Platformer-v0", { checkpoint, actions: "latent", numEnvs: 2 });
    expect(batch).toBeInstanceOf(VectorDreamEnv);
    expect(batch.singleActionSpace.equals(new Discrete(5))).toBe(true);
    await batch.close();
  });

  it("needs none between the frames of a context that has only one", async () => {
    const alone = join(folder, "alone.safetensors");
    await saveWorld(alone, savedTinyGenie({ ...options, prompt: 1 }));
    expect(await trail(await genie({ checkpoint: alone, actions: "latent" }), [4])).toHaveLength(2);
  });

  it("stays with them where it was saved with them", async () => {
    const file = join(folder, "latent.safetensors");
    const given = { ...options, actions: "latent" as const };
    await saveWorld(file, {
      ...savedTinyGenie(given),
      contexts: tinyGenieContexts({ ...options, actionSpace: new Discrete(5) }),
    });
    for (const kwargs of [{}, { actions: "latent" }])
      expect((await genie({ checkpoint: file, ...kwargs })).actionSpace.equals(new Discrete(5))).toBe(true);
    const real = genie({ checkpoint: file, actions: "real" });
    await expect(real).rejects.toBeInstanceOf(ConfigError);
    await expect(real).rejects.toThrow(/Expected latent actions of a world that was saved with them, got real/);
  });

  it("is not every world", async () => {
    const latent = dream({ actions: "latent" });
    await expect(latent).rejects.toBeInstanceOf(ConfigError);
    await expect(latent).rejects.toThrow(/family recurrent, which has not learned latent ones, got latent/);
    expect((await dream({ actions: "real" })).actionSpace.equals(new Discrete(3))).toBe(true);
  });
});
