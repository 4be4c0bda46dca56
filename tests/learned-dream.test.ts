import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CheckpointError, ConfigError } from "../src/base/errors.ts";
import { saveCheckpoint } from "../src/compute/checkpoint.ts";
import { checkEnv } from "../src/core/check-env/check-env.ts";
import type { Env, RenderMode } from "../src/core/env.ts";
import { make } from "../src/core/registry.ts";
import { unwrap } from "../src/core/wrappers/wrapper.ts";
import { DreamEnv } from "../src/imagination/dream-env.ts";
import { loadWorld, saveWorld } from "../src/world-models/world-checkpoint.ts";
import "../src/registrations.ts";
import { describeEnvContract } from "./contracts/env-contract.ts";
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

describeEnvContract('make("Dream/TakeCover-v0", { checkpoint })', (renderMode) => dream({ renderMode }), { steps: 60 });

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
    const bare = new DreamEnv({ ...savedTinyWorld(), temperature: 1, horizon: 50 });
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

  it("passes checkEnv unwrapped", async () => {
    const horizon = 25;
    const again = (renderMode?: RenderMode) => dream({ renderMode, horizon });
    const findings = await checkEnv(unwrap(await again()), { steps: 50, make: again, learned: { horizon } });
    expect(findings.map(({ check }) => check).filter((check) => check !== "spaces")).toEqual(["metadata"]); // no speed of its own
  });

  it.each([
    ["no checkpoint", {}, /checkpoint/],
    ["an unknown key", { checkpoint: "x", tau: 2 }, /tau/],
    ["a temperature of 0", { checkpoint: "x", temperature: 0 }, /temperature/],
    ["a broken horizon", { checkpoint: "x", horizon: 1.5 }, /horizon/],
    ["an unknown engine", { checkpoint: "x", engine: "gpu" }, /engine/],
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
    const genie = join(folder, "genie.safetensors");
    await saveCheckpoint(genie, {
      kind: "world",
      config: { family: "genie", env: { id: "TakeCover-v0" } },
      parameters: {},
    });
    for (const checkpoint of [join(folder, "none"), cut, vae, genie])
      await expect(dream({ checkpoint })).rejects.toBeInstanceOf(CheckpointError);
    await expect(dream({ checkpoint: genie })).rejects.toThrow(/known family \(recurrent\) .* got genie/);
  });
});
