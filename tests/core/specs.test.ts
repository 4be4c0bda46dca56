import { afterEach, describe, expect, it, vi } from "vitest";
import { CartPole } from "../../envs/classic-control/cart-pole.ts";
import { ConfigError } from "../../src/base/errors.ts";
import type { Env } from "../../src/core/env.ts";
import { make, makeFromSpec, type Registration, register, specOf, unregister } from "../../src/core/registry.ts";
import { specFromJSON, specToJSON } from "../../src/core/spec.ts";
import { registerWrapper } from "../../src/core/wrapper-table.ts";
import { ClipReward } from "../../src/core/wrappers/clip-reward.ts";
import { FrameStackObservation } from "../../src/core/wrappers/frame-stack-observation.ts";
import { NormalizeReward } from "../../src/core/wrappers/normalize-reward.ts";
import { RecordEpisodeStatistics } from "../../src/core/wrappers/record-episode-statistics.ts";
import { TransformReward } from "../../src/core/wrappers/transform-reward.ts";
import { unwrap, Wrapper } from "../../src/core/wrappers/wrapper.ts";
import "../../src/registrations.ts";

const added: string[] = [];
function add<Kwargs extends object>(registration: Registration<Kwargs>): void {
  register(registration);
  added.push(registration.id);
}
afterEach(() => {
  for (const id of added.splice(0)) unregister(id);
});

const cartPole = (kwargs: object) => new CartPole(kwargs);

/** The classes from the outside in. */
function layers(env: Env): string[] {
  const inner = (env as { env?: Env }).env;
  return [env.constructor.name, ...(inner ? layers(inner) : [])];
}

describe("render modes that an environment has not itself", () => {
  it("list modes collect its frames", async () => {
    const env = await make<Float32Array, number>("CartPole-v1", { renderMode: "rgb_array_list" });
    expect(layers(env as Env)[0]).toBe("RenderCollection");
    expect(env.renderMode).toBe("rgb_array_list");
    expect(env.spec).toMatchObject({
      kwargs: { renderMode: "rgb_array" },
      additionalWrappers: [{ name: "RenderCollection", kwargs: {} }],
    });
    await env.reset({ seed: 1 });
    await env.step(0);
    expect(await env.render()).toHaveLength(2);
  });

  it("human draws them in the terminal", async () => {
    const env = await make("CartPole-v1", { renderMode: "human" });
    expect([layers(env)[0], env.renderMode]).toEqual(["HumanRendering", "human"]);
    expect(env.metadata?.renderModes).toEqual(["rgb_array", "human"]);
  });

  it("are tried as they were given first; what else is wrong is told", async () => {
    class Speaking extends CartPole {
      override get renderMode() {
        return "human" as never;
      }
      override readonly metadata = { renderModes: ["human"], renderFps: 50 } as never;
    }
    add({ id: "Test/Speaking-v0", entryPoint: () => new Speaking() });
    expect(layers(await make("Test/Speaking-v0", { renderMode: "human" }))).not.toContain("HumanRendering");
    await expect(make("CartPole-v1", { renderMode: "human", colour: "red" })).rejects.toThrow(/colour/);
    await expect(make("CartPole-v1", { renderMode: "ansi_list" })).rejects.toThrow(/Expected options of CartPole/);
  });

  it("warn where an environment takes a mode that it does not declare", async () => {
    const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    add({ id: "Test/Careless-v0", entryPoint: () => new CartPole() });
    await make("Test/Careless-v0", { renderMode: "ansi" });
    expect(warnings.mock.calls[0][0]).toMatch(/Test\/Careless-v0 was made in render mode ansi.*: rgb_array\./);
    warnings.mockRestore();
  });
});

describe("specs of wrapped environments", () => {
  it("name every wrapper with its options, and make them again, also from JSON", async () => {
    const bare = await make<Float32Array, number>("CartPole-v1", { disableEnvChecker: true });
    const env = new RecordEpisodeStatistics(
      new NormalizeReward(new FrameStackObservation(bare, { stackSize: 3, paddingType: "zero" }), { gamma: 0.5 }),
    );
    expect(env.spec).toEqual({
      id: "CartPole-v1",
      kwargs: {},
      disableEnvChecker: true,
      maxEpisodeSteps: 500,
      rewardThreshold: 475,
      additionalWrappers: [
        { name: "FrameStackObservation", kwargs: { stackSize: 3, paddingType: "zero" } },
        { name: "NormalizeReward", kwargs: { gamma: 0.5 } },
        { name: "RecordEpisodeStatistics", kwargs: {} },
      ],
    });
    const again = await makeFromSpec(specToJSON(env.spec!));
    expect(layers(again)).toEqual(layers(env as unknown as Env));
    expect(again.spec).toEqual(env.spec);
    const [a, b] = [await env.reset({ seed: 4 }), await again.reset({ seed: 4 })];
    expect(b).toEqual(a);
    expect(await again.step(1)).toEqual(await env.step(1));
  });

  it("are the layers' own, down to the bare environment", async () => {
    const env = await make("CartPole-v1");
    expect(unwrap(env).spec).toEqual({
      id: "CartPole-v1",
      kwargs: {},
      rewardThreshold: 475,
      disableEnvChecker: true,
      orderEnforce: false,
    });
    expect(layers(await make(unwrap(env).spec!))).toEqual(["CartPole"]);
    expect(layers(await make(env.spec!, { maxEpisodeSteps: -1 }))).toEqual([
      "OrderEnforcing",
      "PassiveEnvChecker",
      "CartPole",
    ]);
    const changed = await make(env.spec!, { suttonBartoReward: true, maxEpisodeSteps: 3 });
    expect(changed.spec).toMatchObject({ kwargs: { suttonBartoReward: true }, maxEpisodeSteps: 3 });
  });

  it("carry functions within a process, and say that JSON cannot", async () => {
    const env = new TransformReward(await make("CartPole-v1"), { func: (reward) => reward * 7 });
    const again = await makeFromSpec(env.spec!);
    await again.reset({ seed: 1 });
    expect((await again.step(0)).reward).toBe(7);
    expect(() => specToJSON(env.spec!)).toThrow(/func of TransformReward on CartPole-v1/);
  });

  it("take wrappers of one's own once they are known", async () => {
    class Louder extends Wrapper<unknown, unknown> {
      constructor(env: Env, kwargs?: object) {
        super(env, { kwargs });
      }
    }
    const env = new Louder(await make("CartPole-v1"), { by: 2 });
    await expect(makeFromSpec(env.spec!)).rejects.toThrow(/Expected a known wrapper.*"Louder".*registerWrapper/);
    registerWrapper("Louder", (inner, kwargs) => new Louder(inner, kwargs));
    expect((await makeFromSpec(env.spec!)).spec).toEqual(env.spec);
    expect(() => registerWrapper("Louder", (inner) => inner)).toThrow(/name that is free/);
    const silent = new Louder(await make("CartPole-v1"));
    await expect(makeFromSpec(silent.spec!)).rejects.toThrow(/Expected the options of Louder/);
  });

  it("are registered with wrappers, without the checker or without order", async () => {
    add({
      id: "Test/Wrapped-v0",
      entryPoint: cartPole,
      orderEnforce: false,
      disableEnvChecker: true,
      additionalWrappers: [{ name: "ClipReward", kwargs: { maxReward: 0.5 } }],
    });
    expect(layers(await make("Test/Wrapped-v0"))).toEqual(["ClipReward", "CartPole"]);
    expect(layers(await make("Test/Wrapped-v0", { disableEnvChecker: false }))).toContain("PassiveEnvChecker");
    expect((await make("Test/Wrapped-v0")).spec).toEqual(specOf("Test/Wrapped-v0"));
  });

  it("know the wrappers that the entry point puts on itself", async () => {
    add({ id: "Test/Entry-v0", entryPoint: () => new ClipReward(new CartPole(), { maxReward: 0.5 }) });
    const env = await make("Test/Entry-v0");
    expect(env.spec?.additionalWrappers).toEqual([{ name: "ClipReward", kwargs: { maxReward: 0.5 } }]);
    expect(layers(await makeFromSpec(env.spec!))).toEqual(layers(env)); // not twice
    const other = { ...env.spec!, additionalWrappers: [{ name: "ClipReward", kwargs: { maxReward: 1 } }] };
    await expect(makeFromSpec(other)).rejects.toThrow(/begin with those of its entry point/);
  });
});

describe("specs", () => {
  it("go to JSON and back, and make the same environment", async () => {
    const env = await make<Float32Array, number>("CartPole-v1", { suttonBartoReward: true, maxEpisodeSteps: 7 });
    const text = specToJSON(env.spec!);
    expect(specFromJSON(text)).toEqual(JSON.parse(text));
    const again = await makeFromSpec<Float32Array, number>(text);
    expect(again.spec).toEqual(env.spec);
    expect(layers(again as Env)).toEqual(layers(env as Env));
    await again.reset({ seed: 1 });
    expect((await again.step(0)).reward).toBe(0);
  });

  it("keep a limit that was lifted", async () => {
    const env = await make("CartPole-v1", { maxEpisodeSteps: -1 });
    expect(layers(await makeFromSpec(specToJSON(env.spec!)))).not.toContain("TimeLimit");
  });

  it("refuse what JSON cannot hold", () => {
    const spec = { id: "A-v0", kwargs: { size: new Float32Array(2) } };
    expect(() => specToJSON(spec)).toThrow(/Expected kwargs that JSON can hold.*size of A-v0/);
  });

  it.each(["{", "[]", '{"kwargs":{}}', '{"id":"A-v0","kwargs":{},"more":1}', '{"id":"A-v0","maxEpisodeSteps":0}'])(
    "refuse the text %s",
    (text) => {
      expect(() => specFromJSON(text)).toThrow(ConfigError);
    },
  );
});
