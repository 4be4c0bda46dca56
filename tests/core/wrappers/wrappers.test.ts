import { describe, expect, it } from "vitest";
import { CartPole } from "../../../envs/classic-control/cart-pole.ts";
import { ConfigError } from "../../../src/base/errors.ts";
import type { Env, RenderFrame, ResetOptions, Step } from "../../../src/core/env.ts";
import { ResetNeededError } from "../../../src/core/errors.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { ActionRepeat } from "../../../src/core/wrappers/action-repeat.ts";
import { Autoreset } from "../../../src/core/wrappers/autoreset.ts";
import { OrderEnforcing } from "../../../src/core/wrappers/order-enforcing.ts";
import { PassiveEnvChecker } from "../../../src/core/wrappers/passive-env-checker.ts";
import {
  type EpisodeStatistics,
  RecordEpisodeStatistics,
} from "../../../src/core/wrappers/record-episode-statistics.ts";
import { TimeLimit } from "../../../src/core/wrappers/time-limit.ts";
import { findLayer, unwrap, Wrapper } from "../../../src/core/wrappers/wrapper.ts";
import { ScriptedEnv } from "./scripted-env.ts";

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

describe("RecordEpisodeStatistics' queues", () => {
  const played = (options: object, episodes: number) => {
    const env = new RecordEpisodeStatistics(new TimeLimit(new CartPole(), { maxEpisodeSteps: 5 }), options);
    let last: Step<Float32Array> | undefined;
    for (let episode = 0; episode < episodes; episode++) {
      env.reset({ seed: episode });
      do last = env.step(episode % 2) as Step<Float32Array>;
      while (!last.terminated && !last.truncated);
    }
    return { env, last };
  };

  it("hold the latest episodes, and count all", () => {
    const { env } = played({ bufferLength: 3 }, 5);
    expect(env.episodeCount).toBe(5);
    expect([env.returnQueue, env.lengthQueue, env.timeQueue.length]).toEqual([[5, 5, 5], [5, 5, 5], 3]);
    env.reset(); // an episode that was broken off is none
    env.step(0);
    env.reset();
    expect(env.episodeCount).toBe(5);
    expect(played({}, 2).env.lengthQueue).toEqual([5, 5]);
  });

  it("go by another key, which must be free", () => {
    const { env, last } = played({ statsKey: "stats" }, 1);
    expect(last!.info).toEqual({ stats: { r: 5, l: 5, t: env.timeQueue[0] } });
    const twice = new RecordEpisodeStatistics(env, { statsKey: "stats" });
    twice.reset();
    expect(() => {
      for (let i = 0; i < 5; i++) twice.step(i % 2);
    }).toThrow(/statsKey that is free, got "stats"/);
    expect(() => played({ bufferLength: 0 }, 1)).toThrow(/bufferLength to be an integer ≥ 1/);
  });
});

describe("OrderEnforcing's options", () => {
  it("let render through before reset, and tell whether there was one", () => {
    const env = new OrderEnforcing(late(new CartPole()), { disableRenderOrderEnforcing: true });
    expect(env.render()).toBeInstanceOf(Promise);
    expect(env.hasReset).toBe(false);
    const now = new OrderEnforcing(new CartPole());
    now.reset();
    expect(now.hasReset).toBe(true);
  });
});

describe("TimeLimit twice", () => {
  it("ends at the shorter limit", () => {
    const inner = new TimeLimit(new CartPole(), { maxEpisodeSteps: 9 });
    const env = new TimeLimit(inner, { maxEpisodeSteps: 2 });
    env.reset({ seed: 1 });
    expect([0, 1].map((action) => (env.step(action) as Step<Float32Array>).truncated)).toEqual([false, true]);
    expect(findLayer(env, TimeLimit)).toBe(env);
    expect(findLayer(env, CartPole)).toBe(inner.env);
    expect(findLayer(env, ActionRepeat)).toBeUndefined();
  });

  it("hands reset's info on", () => {
    const info = { lives: 3 };
    const env = new TimeLimit(
      { ...late(new CartPole()), reset: () => ({ observation: new Float32Array(4), info }) },
      { maxEpisodeSteps: 2 },
    );
    expect(env.reset()).toEqual({ observation: new Float32Array(4), info });
  });
});

describe("PassiveEnvChecker", () => {
  const broken = (change: object) => new PassiveEnvChecker({ ...late(new CartPole()), ...change } as CartPoleEnv);

  it("wants both spaces", () => {
    expect(() => broken({ actionSpace: undefined })).toThrow(
      /constructor\(\) breaks.*Expected actionSpace to be a space/,
    );
    expect(() => broken({ observationSpace: {}, actionSpace: 3 })).toThrow(/observationSpace.*actionSpace/s);
  });

  it.each<[string, object, (env: CartPoleEnv) => unknown, RegExp]>([
    [
      "a reset that answers an observation alone",
      { reset: () => new Float32Array(4) },
      (env) => env.reset(),
      /observation, info/,
    ],
    [
      "a reset outside the space",
      { reset: () => ({ observation: 7, info: {} }) },
      (env) => env.reset(),
      /reset\(\) breaks.*got 7/,
    ],
    [
      "a reset without info",
      { reset: () => ({ observation: new Float32Array(4) }) },
      (env) => env.reset(),
      /info to be an object/,
    ],
    ["a step that answers a list", { step: () => [1, 2] }, (env) => env.step(0), /step\(\) breaks/],
    ["a picture in another mode", { render: () => "text" }, (env) => env.render(), /in mode \(none\)/],
    [
      "a list that is none",
      { renderMode: "ansi_list", render: () => "text" },
      (env) => env.render(),
      /a list in mode ansi_list/,
    ],
    [
      "a list of wrong things",
      { renderMode: "rgb_array_list", render: () => [1] },
      (env) => env.render(),
      /mode rgb_array, got 1/,
    ],
  ])("refuses %s", (_, change, call, message) => {
    expect(() => call(broken(change))).toThrow(message);
  });

  it("looks once, and lets all else pass", async () => {
    let answer: unknown = { observation: new Float32Array(4), info: {} };
    const env = broken({ reset: () => answer, renderMode: "ansi_list", render: () => ["a", "b"] });
    env.reset();
    answer = "anything";
    expect(env.reset()).toBe("anything");
    expect(env.render()).toEqual(["a", "b"]);
  });

  it("says that a second close must be harmless", () => {
    let closed = 0;
    const env = broken({
      close: () => {
        if (closed++ > 0) throw new Error("closed already");
      },
    });
    env.close();
    expect(() => env.close()).toThrow(/harmless the second time, got Error: closed already/);
  });
});

describe("Autoreset", () => {
  it("resets in the step after an end: that action is ignored, reward 0, no end, the reset's info", () => {
    const inner = new ScriptedEnv({
      observationSpace: new Discrete(9),
      observations: [0, 1, 2, 3, 4, 5, 6],
      rewards: [1, 2, 3, 4],
      terminations: [false, true, false, false],
      truncations: [false, false, false, true],
    });
    const env = new Autoreset(inner);
    env.reset({ seed: 5 });
    const steps = [0, 1, 1, 0, 1, 1].map((action) => env.step(action));
    expect(steps).toEqual([
      { observation: 1, reward: 1, terminated: false, truncated: false, info: { step: 0 } },
      { observation: 2, reward: 2, terminated: true, truncated: false, info: { step: 1 } },
      { observation: 3, reward: 0, terminated: false, truncated: false, info: { reset: true } },
      { observation: 4, reward: 3, terminated: false, truncated: false, info: { step: 2 } },
      { observation: 5, reward: 4, terminated: false, truncated: true, info: { step: 3 } },
      { observation: 6, reward: 0, terminated: false, truncated: false, info: { reset: true } },
    ]);
    expect(inner.actions).toEqual([0, 1, 0, 1]);
    expect(inner.resets).toEqual([{ seed: 5 }, undefined, undefined]);
  });

  it("does not reset twice where the caller has reset", () => {
    const env = new Autoreset(new TimeLimit(new CartPole(), { maxEpisodeSteps: 1 }));
    env.reset({ seed: 1 });
    expect((env.step(0) as Step<Float32Array>).truncated).toBe(true);
    env.reset({ seed: 1 });
    expect((env.step(0) as Step<Float32Array>).reward).toBe(1);
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
