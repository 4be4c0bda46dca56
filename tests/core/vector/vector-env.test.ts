import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import type { RenderFrame } from "../../../src/core/env.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import { makeVec } from "../../../src/core/vector/make-vec.ts";
import { SyncVectorEnv } from "../../../src/core/vector/sync-vector-env.ts";
import { OrderEnforcing } from "../../../src/core/wrappers/order-enforcing.ts";
import { ToyEnv, toyModule, toys, type Vectorization } from "./toy.ts";
import "../../../src/registrations.ts";

const BOTH: readonly Vectorization[] = ["sync", "workers"];

describe.each(BOTH)("a vector of environments (%s)", (vectorization) => {
  it("hands out its own memory where no copies are asked for, copies otherwise", async () => {
    for (const copy of [true, false]) {
      const env = await toys<Float32Array>({ vectorization, copy });
      const { observations } = await env.reset({ seed: 1 });
      const before = observations.slice();
      const step = await env.step([0, 0, 0]);
      expect(step.observations === observations).toBe(!copy);
      expect(observations).toEqual(copy ? before : step.observations);
      expect(step.observations).not.toEqual(before);
      expect(before.buffer).toBeInstanceOf(ArrayBuffer);
      if (!copy && vectorization === "workers") expect(observations.buffer).toBeInstanceOf(SharedArrayBuffer);
      const [rewards, flags] = [step.rewards, step.terminations];
      const copies = [rewards.slice(), flags.slice()];
      for (let t = 0; t < 9; t++) await env.step([1, 1, 1]);
      expect([rewards, flags]).toEqual(copies); // these are the caller's in any case
      await env.close();
    }
  });

  it("reads, calls and sets what its environments have, through wrappers", async () => {
    const env = await toys({ vectorization });
    await env.reset({ seed: 0 });
    expect(await env.call("scale", 10)).toEqual([98, 98, 98]);
    expect(await env.call("gravity")).toEqual([9.8, 9.8, 9.8]);
    await env.setAttr("gravity", [1, 2, 3]);
    expect(await env.getAttr("gravity")).toEqual([1, 2, 3]);
    await env.setAttr("gravity", 5);
    expect(await env.call("scale", 2)).toEqual([10, 10, 10]);
    await expect(async () => env.setAttr("gravity", [1, 2])).rejects.toThrow("Expected 3 values");
    await expect(async () => env.getAttr("gravitas")).rejects.toThrow(/ToyEnv has, got "gravitas"/);
    await expect(async () => env.setAttr("gravitas", 1)).rejects.toThrow(/gravitas/);
    await expect(async () => env.setAttr("observationSpace2", 1)).rejects.toThrow(
      /environment 0.*setting observationSpace2/,
    );
    await env.close();
    await expect(async () => env.getAttr("gravity")).rejects.toThrow(/open/);
    await expect(async () => env.call("scale", 1)).rejects.toThrow(/open/);
    await expect(async () => env.setAttr("gravity", 1)).rejects.toThrow(/open/);
  });

  it("has pictures of every environment, and no mode where none was asked for", async () => {
    const env = await toys({ vectorization, renderMode: "rgb_array" });
    expect(env.renderMode).toBe("rgb_array");
    await env.reset({ seed: 0 });
    await env.step([0, 0, 0]);
    const frames = (await env.render()) as RenderFrame[];
    expect(frames.map(({ width, height, data }) => [width, height, data.join()])).toEqual(
      new Array(3).fill([2, 1, "1,1,1,1,1,1"]),
    );
    await env.close();
    const blind = await toys({ vectorization });
    await blind.reset();
    expect([blind.renderMode, ...(await blind.render())]).toEqual([undefined, undefined, undefined, undefined]);
    await blind.close();
  });

  it("passes other reset options on, without the mask, to those that are reset", async () => {
    const env = await toys({ vectorization, autoreset: "disabled" });
    const options = { note: "hello" };
    expect((await env.reset({ seed: 0, options })).infos).toEqual({
      note: ["hello", "hello", "hello"],
      _note: [true, true, true],
    });
    const masked = await env.reset({ options: { ...options, resetMask: [false, true, false] } });
    expect(masked.infos).toEqual({ note: [undefined, "hello", undefined], _note: [false, true, false] });
    await env.close();
  });

  it("says how it was made, and can be made again from that", async () => {
    const options = {
      numEnvs: 2,
      vectorization,
      autoreset: "same-step",
      suttonBartoReward: true,
      maxEpisodeSteps: 7,
    } as const;
    const env = await makeVec<Float32Array, number>("CartPole-v1", options);
    const { spec } = env;
    expect(spec).toMatchObject({ id: "CartPole-v1", maxEpisodeSteps: 7 });
    const { maxEpisodeSteps: _, ...kwargs } = options;
    expect(spec?.kwargs).toEqual(kwargs);
    const twin = await makeVec<Float32Array, number>(JSON.parse(JSON.stringify(spec)));
    expect([twin.numEnvs, twin.autoresetMode, twin.constructor]).toEqual([2, "same-step", env.constructor]);
    for (const vector of [env, twin]) await vector.reset({ seed: 5 });
    for (let t = 0; t < 9; t++) expect(await twin.step([0, 1])).toEqual(await env.step([0, 1]));
    await env.close();
    await twin.close();
  });

  it("wraps every environment", async () => {
    const named = { module: toyModule, export: "doubled" };
    const wrappers = [named, { ...named, options: { by: 10 } }];
    const [plain, wrapped] = [await toys({ vectorization }), await toys({ vectorization, wrappers })];
    for (const env of [plain, wrapped]) await env.reset({ seed: 1 });
    const expected = (await plain.step([0, 1, 2])).rewards.map((reward) => reward * 2 * 10);
    expect((await wrapped.step([0, 1, 2])).rewards).toEqual(expected);
    await plain.close();
    await wrapped.close();
    await expect(toys({ vectorization, wrappers: [{ ...named, export: "tripled" }] })).rejects.toThrow(
      /register-toy.mjs to export a wrapper named tripled/,
    );
  });

  it("goes by the metadata of its environments without changing it", async () => {
    const env = await makeVec("CartPole-v1", { vectorization, autoreset: "same-step" });
    expect(env.metadata).toEqual({ renderModes: ["rgb_array"], renderFps: 50, autoresetMode: "same-step" });
    const other = await makeVec("CartPole-v1", { vectorization });
    expect(other.metadata?.autoresetMode).toBe("next-step");
    await env.close();
    await other.close();
  });

  it.each([
    [{ numEnvs: 0 }, /numEnvs/],
    [{ numEnvs: 1.5 }, /numEnvs/],
    [{ autoreset: "later" as "disabled" }, /autoreset/],
    [{ observationMode: "some" as "same" }, /observationMode/],
    [{ id: "CartPol-v1" }, /CartPole-v1/],
  ])("refuses %o", async ({ id = "CartPole-v1", ...options }: { id?: string } & Record<string, unknown>, message) => {
    await expect(makeVec(id, { vectorization, ...options })).rejects.toThrow(message);
  });
});

describe("makeVec", () => {
  it("refuses other vectorizations, functions for workers, and a number of workers that is none", async () => {
    await expect(makeVec("CartPole-v1", { vectorization: "async" as "sync" })).rejects.toThrow(ConfigError);
    const wrappers = [new OrderEnforcing(new ToyEnv())].map((env) => () => env);
    await expect(makeVec("CartPole-v1", { vectorization: "workers", wrappers })).rejects.toThrow(/module, export/);
    await expect(makeVec("CartPole-v1", { vectorization: "workers", workers: 0 })).rejects.toThrow(/workers/);
  });

  it("takes functions as wrappers in this thread", async () => {
    const made: OrderEnforcing<unknown, unknown>[] = [];
    const wrap = (env: ConstructorParameters<typeof OrderEnforcing>[0]) => {
      made.push(new OrderEnforcing(env));
      return made[made.length - 1];
    };
    const env = (await makeVec("CartPole-v1", { numEnvs: 2, wrappers: [wrap] })) as SyncVectorEnv;
    expect(env.envs).toEqual(made);
  });

  it("gives slot i the episode that one environment has with seed + i", async () => {
    const vector = await makeVec<Float32Array, number>("CartPole-v1", { numEnvs: 3 });
    const { observations } = await vector.reset({ seed: 100 });
    for (const [slot, seed] of [100, 101, 102].entries()) {
      const alone = await makeVec<Float32Array, number>("CartPole-v1");
      const begun = await alone.reset({ seed });
      expect(begun.observations).toEqual(observations.slice(4 * slot, 4 * slot + 4));
    }
  });

  it("answers at once where its environments do", async () => {
    const env = (await makeVec<Float32Array, number>("CartPole-v1", { numEnvs: 2 })) as SyncVectorEnv<
      Float32Array,
      number
    >;
    expect(env.reset({ seed: 1 })).not.toBeInstanceOf(Promise);
    expect(env.step([0, 1])).not.toBeInstanceOf(Promise);
    expect(env.close()).toBeUndefined();
  });
});

describe("spaces of environments that differ", () => {
  const bounds = [1, 2, 3];

  it("are refused, or batched with each one's bounds, or given outright", () => {
    const boxes = () => bounds.map((high) => new ToyEnv({ high }));
    expect(() => new SyncVectorEnv(boxes())).toThrow(/environment 1.*observationMode: "different"/);
    const env = new SyncVectorEnv(boxes(), { observationMode: "different" });
    expect((env.observationSpace as Box).high).toEqual(Float32Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3));
    expect(env.observationSpace.contains((env.reset({ seed: 0 }) as { observations: unknown }).observations)).toBe(
      true,
    );
    const given = {
      singleObservationSpace: new Box({ low: 0, high: 9, shape: [3] }),
      observationSpace: new Box({ low: 0, high: 9, shape: [3, 3] }),
    };
    const own = new SyncVectorEnv(boxes(), { observationMode: given });
    expect([own.singleObservationSpace, own.observationSpace]).toEqual(Object.values(given));
    const strange = { ...given, singleObservationSpace: new Box({ low: 0, high: 9, shape: [4] }) };
    expect(() => new SyncVectorEnv(boxes(), { observationMode: strange })).toThrow(ConfigError);
    expect(() => new SyncVectorEnv([new ToyEnv(), new ToyEnv({ observation: "discrete" })])).toThrow(
      /one observation space/,
    );
    expect(
      () => new SyncVectorEnv([new ToyEnv(), new ToyEnv({ observation: "text" })], { observationMode: "different" }),
    ).toThrow(ConfigError);
    expect(() => new SyncVectorEnv([new ToyEnv(), new ToyEnv({ action: "box" })])).toThrow(/one action space/);
  });

  it("so in workers", async () => {
    const options = {
      vectorization: "workers",
      numEnvs: 3,
      workers: 1,
      modules: [toyModule],
      disableEnvChecker: true,
    } as const;
    await expect(makeVec("Odd-v0", options)).rejects.toThrow(/one observation space.*environment 1/);
    await expect(makeVec("Bounds-v0", options)).rejects.toThrow(/environment 1 .*"different"/);
    const env = await makeVec<Float32Array, number>("Bounds-v0", { ...options, observationMode: "different" });
    expect((env.observationSpace as unknown as Box).high).toEqual(Float32Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3));
    const { observations } = await env.reset({ seed: 0 });
    expect(env.observationSpace.contains(observations)).toBe(true);
    await env.close();
  });
});

describe("SyncVectorEnv", () => {
  it("refuses no environment, and one in two slots", () => {
    expect(() => new SyncVectorEnv([])).toThrow(ConfigError);
    const env = new ToyEnv();
    expect(() => new SyncVectorEnv([env, env])).toThrow(/of its own for each slot/);
  });

  it("batches Discrete into MultiDiscrete", () => {
    const env = new SyncVectorEnv([new ToyEnv(), new ToyEnv()]);
    expect(env.actionSpace).toBeInstanceOf(MultiDiscrete);
    expect(env.observationSpace).toBeInstanceOf(Box);
  });
});
