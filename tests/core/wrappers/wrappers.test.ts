import { describe, expect, it } from "vitest";
import { CartPole } from "../../../envs/classic-control/cart-pole.ts";
import { ConfigError } from "../../../src/base/errors.ts";
import type { Env, RenderFrame, ResetOptions, Step } from "../../../src/core/env.ts";
import { ResetNeededError } from "../../../src/core/errors.ts";
import { ActionRepeat } from "../../../src/core/wrappers/action-repeat.ts";
import { OrderEnforcing } from "../../../src/core/wrappers/order-enforcing.ts";
import { PassiveEnvChecker } from "../../../src/core/wrappers/passive-env-checker.ts";
import {
  type EpisodeStatistics,
  RecordEpisodeStatistics,
} from "../../../src/core/wrappers/record-episode-statistics.ts";
import { TimeLimit } from "../../../src/core/wrappers/time-limit.ts";
import { unwrap, Wrapper } from "../../../src/core/wrappers/wrapper.ts";

type CartPoleEnv = Env<Float32Array, number>;

/** The same environment, answering later. */
function late(env: CartPole): CartPoleEnv {
  return {
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    reset: async (options?: ResetOptions) => env.reset(options),
    step: async (action) => env.step(action),
    render: async () => env.render(),
    close: async () => env.close(),
  };
}

const wrappers: [string, (env: CartPoleEnv) => CartPoleEnv][] = [
  ["Wrapper", (env) => new Wrapper(env)],
  ["PassiveEnvChecker", (env) => new PassiveEnvChecker(env)],
  ["OrderEnforcing", (env) => new OrderEnforcing(env)],
  ["TimeLimit", (env) => new TimeLimit(env, { maxEpisodeSteps: 50 })],
  ["RecordEpisodeStatistics", (env) => new RecordEpisodeStatistics(env)],
  ["ActionRepeat", (env) => new ActionRepeat(env, { repeat: 2 })],
];

describe.each(wrappers)("%s", (_, wrap) => {
  it("answers at once around an environment that does, later around one that does not", async () => {
    const now = wrap(new CartPole());
    const later = wrap(late(new CartPole()));
    const reset = now.reset({ seed: 1 });
    expect(reset).not.toBeInstanceOf(Promise);
    const resetLater = later.reset({ seed: 1 });
    expect(resetLater).toBeInstanceOf(Promise);
    expect(await resetLater).toEqual(reset);
    for (let i = 0; i < 5; i++) {
      const step = now.step(i % 2);
      expect(step).not.toBeInstanceOf(Promise);
      const stepLater = later.step(i % 2);
      expect(stepLater).toBeInstanceOf(Promise);
      expect(await stepLater).toEqual(step);
    }
  });

  it("takes snapshots exactly where the inner environment does", () => {
    const env = wrap(new CartPole());
    expect(wrap(late(new CartPole())).snapshot).toBeUndefined();
    env.reset({ seed: 1 });
    env.step(0);
    const state = structuredClone(env.snapshot!());
    const ahead = [env.step(1), env.step(0)];
    env.restore!(state);
    expect([env.step(1), env.step(0)]).toEqual(ahead);
  });

  it("shows the inner environment's spaces and mode", () => {
    const inner = new CartPole({ renderMode: "rgb_array" });
    const env = wrap(inner);
    expect(env.actionSpace).toBe(inner.actionSpace);
    expect(env.observationSpace).toBe(inner.observationSpace);
    expect(env.renderMode).toBe("rgb_array");
    expect(env.metadata).toBe(inner.metadata);
    expect(unwrap(wrap(env) as Env)).toBe(inner);
    env.reset({ seed: 1 });
    const { data } = env.render() as RenderFrame;
    expect(Buffer.compare(data, inner.render()!.data)).toBe(0);
    expect(env.close()).toBeUndefined();
  });
});

describe("TimeLimit", () => {
  it("truncates at its last step, ends there, and counts anew after reset and restore", () => {
    const env = new TimeLimit(new CartPole(), { maxEpisodeSteps: 3 });
    env.reset({ seed: 1 });
    env.step(0);
    const state = env.snapshot!();
    const flags = () => [0, 1].map((action) => (env.step(action) as Step<Float32Array>).truncated);
    expect(flags()).toEqual([false, true]);
    expect(() => env.step(0)).toThrow(ResetNeededError);
    env.restore!(state);
    expect(flags()).toEqual([false, true]);
    env.reset();
    expect((env.step(0) as Step<Float32Array>).truncated).toBe(false);
  });

  it("sets both flags when the task ends at the limit, as Gymnasium does", () => {
    const length = (limit: number) => {
      const env = new TimeLimit(new CartPole(), { maxEpisodeSteps: limit });
      env.reset({ seed: 1 });
      for (let i = 1; ; i++) {
        const step = env.step(0) as Step<Float32Array>;
        if (step.terminated || step.truncated) return { i, terminated: step.terminated, truncated: step.truncated };
      }
    };
    const { i } = length(500);
    expect(length(i)).toEqual({ i, terminated: true, truncated: true });
  });

  it.each([0, -1, 2.5])("refuses the limit %s", (maxEpisodeSteps) => {
    expect(() => new TimeLimit(new CartPole(), { maxEpisodeSteps })).toThrow(ConfigError);
  });
});

describe("OrderEnforcing", () => {
  it("refuses step and render before reset, and step after the end, around any environment", () => {
    const step = { observation: new Float32Array(4), reward: 0, terminated: true, truncated: false, info: {} };
    const env = new OrderEnforcing({
      ...late(new CartPole()),
      reset: () => ({ observation: step.observation, info: {} }),
      step: () => step,
    });
    expect(() => env.step(0)).toThrow(ResetNeededError);
    expect(() => env.render()).toThrow(ResetNeededError);
    env.reset();
    env.step(0);
    expect(() => env.step(0)).toThrow(ResetNeededError);
    env.reset();
    expect(env.step(0)).toBe(step);
  });
});

describe("RecordEpisodeStatistics", () => {
  it("adds return, length and seconds to the last step's info, and to no other", () => {
    const env = new RecordEpisodeStatistics(new TimeLimit(new CartPole(), { maxEpisodeSteps: 4 }));
    for (let episode = 0; episode < 2; episode++) {
      env.reset({ seed: 1 });
      const infos = [0, 1, 0, 1].map((action) => (env.step(action) as Step<Float32Array>).info);
      expect(infos.slice(0, 3)).toEqual([{}, {}, {}]);
      const { r, l, t } = infos[3]["episode"] as EpisodeStatistics;
      expect({ r, l }).toEqual({ r: 4, l: 4 });
      expect(t).toBeGreaterThanOrEqual(0);
      expect(t).toBeLessThan(60);
    }
  });
});

describe("ActionRepeat", () => {
  it("sums the rewards and stops at the end of the episode", async () => {
    for (const inner of [new CartPole(), late(new CartPole())]) {
      const env = new ActionRepeat(inner, { repeat: 4 });
      await env.reset({ seed: 1 });
      const rewards = [];
      for (let over = false; !over; ) {
        const { reward, terminated } = await env.step(1);
        rewards.push(reward);
        over = terminated;
      }
      const alone = new CartPole();
      alone.reset({ seed: 1 });
      let length = 1;
      while (!alone.step(1).terminated) length++;
      const whole = Math.floor(length / 4);
      expect(length % 4).not.toBe(0); // so that the last repeat is cut short
      expect(rewards).toEqual([...Array(whole).fill(4), length % 4]);
    }
  });

  it("refuses a count below 1", () => {
    expect(() => new ActionRepeat(new CartPole(), { repeat: 0 })).toThrow(ConfigError);
  });
});
