import { afterEach, describe, expect, it } from "vitest";
import { CartPole } from "../../envs/classic-control/cart-pole.ts";
import { ConfigError } from "../../src/base/errors.ts";
import type { Env } from "../../src/core/env.ts";
import {
  EnvContractError,
  NameNotFoundError,
  NamespaceNotFoundError,
  ResetNeededError,
  UnregisteredEnvError,
  VersionNotFoundError,
} from "../../src/core/errors.ts";
import { make, type Registration, register, registry, specOf, unregister } from "../../src/core/registry.ts";
import { OrderEnforcing } from "../../src/core/wrappers/order-enforcing.ts";
import { PassiveEnvChecker } from "../../src/core/wrappers/passive-env-checker.ts";
import { TimeLimit } from "../../src/core/wrappers/time-limit.ts";
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

describe("make", () => {
  it("wraps in Gymnasium's order", async () => {
    expect(layers(await make("CartPole-v1"))).toEqual(["TimeLimit", "OrderEnforcing", "PassiveEnvChecker", "CartPole"]);
    expect(layers(await make("CartPole-v1", { disableEnvChecker: true, maxEpisodeSteps: -1 }))).toEqual([
      "OrderEnforcing",
      "CartPole",
    ]);
    expect(await make("CartPole-v1")).toBeInstanceOf(TimeLimit);
  });

  it("hands the other options to the environment, over the registered ones", async () => {
    let given: unknown;
    add({
      id: "Test/Kwargs-v0",
      entryPoint: async (kwargs: { a?: number; b?: number; renderMode?: string }) => {
        given = kwargs;
        return new CartPole();
      },
      kwargs: { a: 1, b: 2 },
    });
    const env = await make("Test/Kwargs-v0", {
      b: 3,
      renderMode: "rgb_array",
      maxEpisodeSteps: undefined,
      a: undefined,
    });
    expect(given).toEqual({ a: 1, b: 3, renderMode: "rgb_array" });
    expect(env.spec).toEqual({ id: "Test/Kwargs-v0", kwargs: { a: 1, b: 3, renderMode: "rgb_array" } });
  });

  it("limits episodes as registered, as asked, or not at all", async () => {
    add({ id: "Test/Limit-v0", entryPoint: cartPole, maxEpisodeSteps: 5 });
    const length = async (env: Env) => {
      await env.reset({ seed: 1 });
      for (let steps = 1; ; steps++) {
        const { terminated, truncated } = await env.step(steps % 2);
        if (terminated || truncated) return { steps, terminated, truncated };
      }
    };
    expect(await length(await make("Test/Limit-v0"))).toEqual({ steps: 5, terminated: false, truncated: true });
    expect(await length(await make("Test/Limit-v0", { maxEpisodeSteps: 3 }))).toMatchObject({
      steps: 3,
      truncated: true,
    });
    const free = await make("Test/Limit-v0", { maxEpisodeSteps: -1 });
    expect(await length(free)).toMatchObject({ terminated: true, truncated: false });
    expect(free.spec?.maxEpisodeSteps).toBeUndefined();
    await expect(make("Test/Limit-v0", { maxEpisodeSteps: 0 })).rejects.toThrow(/integer ≥ 1, got 0/);
  });

  it("takes an id without a version as the newest", async () => {
    add({ id: "Test/Old-v2", entryPoint: cartPole });
    add({ id: "Test/Old-v10", entryPoint: cartPole });
    expect((await make("Test/Old")).spec?.id).toBe("Test/Old-v10");
  });

  it("knows the package's own environments", async () => {
    expect([...registry.keys()]).toEqual(expect.arrayContaining(["CartPole-v1", "TakeCover-v0"]));
    expect(specOf("CartPole-v1")).toEqual({
      id: "CartPole-v1",
      kwargs: {},
      maxEpisodeSteps: 500,
      rewardThreshold: 475,
    });
    const env = await make<Uint8Array, number>("TakeCover-v0", { frameSkip: 4 });
    const { observation } = await env.reset({ seed: 1 });
    expect(env.observationSpace.contains(observation)).toBe(true);
  });

  it("checks the first answers, once", async () => {
    const broken = () => Object.assign(new CartPole(), { step: () => ({ reward: "much" }) as never });
    add({ id: "Test/Broken-v0", entryPoint: broken });
    const env = await make("Test/Broken-v0");
    await env.reset();
    expect(() => env.step(0)).toThrow(EnvContractError);
    expect(() => env.step(0)).toThrow(/CartPole\.step\(\) breaks.*finite reward, got much.*checkEnv/s);
    const unchecked = await make("Test/Broken-v0", { disableEnvChecker: true });
    await unchecked.reset();
    expect(await unchecked.step(0)).toEqual({ reward: "much" });
  });

  it("passes the environment's refusals on", async () => {
    await expect(make("CartPole-v1", { colour: "red" })).rejects.toThrow(/Expected options of CartPole/);
    const env = await make("CartPole-v1");
    expect(() => env.step(0)).toThrow(ResetNeededError);
    add({ id: "Test/Nothing-v0", entryPoint: () => 7 as never });
    await expect(make("Test/Nothing-v0")).rejects.toThrow(
      /entry point of Test\/Nothing-v0 to give an environment, got 7/,
    );
  });
});

describe("unknown ids", () => {
  const namespaced = () => add({ id: "Dream/Maze-v3", entryPoint: cartPole });

  it.each([
    ["CartPoel-v1", NameNotFoundError, /Did you mean "CartPole-v1"\?/],
    ["cartpole-v1", NameNotFoundError, /Did you mean "CartPole-v1"\?/],
    ["Zzzzzzzz-v1", NameNotFoundError, /Registered: CartPole-v1/],
    ["CartPole-v7", VersionNotFoundError, /There is CartPole-v1\. Use "CartPole-v1"/],
    ["Dreem/Maze-v3", NamespaceNotFoundError, /Did you mean "Dream\/Maze-v3"\?/],
    ["Elsewhere/Maze-v3", NamespaceNotFoundError, /Import the package that registers it/],
    ["Dream/Mase-v3", NameNotFoundError, /Did you mean "Dream\/Maze-v3"\?/],
    ["Dream/Maze-v1", VersionNotFoundError, /Use "Dream\/Maze-v3"/],
  ])("%s", async (id, type, message) => {
    namespaced();
    const error = await make(id).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(type);
    expect(error).toBeInstanceOf(UnregisteredEnvError);
    expect((error as Error).message).toMatch(message);
  });

  it.each(["", "a b-v1", "a/b/c-v1", 7 as unknown as string])("%o is no id", async (id) => {
    await expect(make(id)).rejects.toThrow(ConfigError);
  });
});

describe("register refuses", () => {
  it.each([
    [{ id: "CartPole-v1", entryPoint: cartPole }, /taken/],
    [{ id: "no id", entryPoint: cartPole }, /namespace\/\]name-vN/],
    [{ id: "Test/A-v0", entryPoint: cartPole, maxEpisodeSteps: -1 }, /Leave it out/],
    [{ id: "Test/A-v0", entryPoint: "envs/a.js" as never }, /function of kwargs, got "envs\/a.js"/],
  ])("%o", (registration, message) => {
    expect(() => register(registration)).toThrow(message);
  });

  it("frees an id by unregister", () => {
    register({ id: "Test/Twice-v0", entryPoint: cartPole });
    expect(unregister("Test/Twice-v0")).toBe(true);
    expect(unregister("Test/Twice-v0")).toBe(false);
    expect(registry.has("Test/Twice-v0")).toBe(false);
  });
});

describe("layers of make", () => {
  it("can be put on by hand", () => {
    const env = new OrderEnforcing(new PassiveEnvChecker(new CartPole()));
    expect(() => env.render()).toThrow(/before render\(\)/);
    expect(env.spec).toBeUndefined();
  });
});
