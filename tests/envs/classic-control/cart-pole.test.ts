import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CartPole } from "../../../envs/classic-control/cart-pole.ts";
import { ConfigError } from "../../../src/base/errors.ts";
import { InvalidActionError, ResetNeededError } from "../../../src/core/errors.ts";
import { make } from "../../../src/core/registry.ts";
import "../../../src/registrations.ts";

interface Golden {
  readonly seed: number;
  /** Every initial observation: the first with the seed, the others without one. */
  readonly resets: number[][];
  readonly actions: number[];
  readonly steps: { obs: number[]; reward: number; terminated: boolean; truncated: boolean }[];
}

// Recorded from Gymnasium 1.4.0.
const golden: Golden = JSON.parse(readFileSync(new URL("../../golden/CartPole-v1.json", import.meta.url), "utf8"));

describe("CartPole", () => {
  it("meets Gymnasium's recording to the last digit, through every reset", async () => {
    const env = await make<Float32Array, number>("CartPole-v1");
    const resets = [...golden.resets];
    expect([...(await env.reset({ seed: golden.seed })).observation]).toEqual(resets.shift());
    for (const [i, action] of golden.actions.entries()) {
      const { observation, reward, terminated, truncated } = await env.step(action);
      expect({ obs: [...observation], reward, terminated, truncated }).toEqual(golden.steps[i]);
      if (terminated || truncated) expect([...(await env.reset()).observation]).toEqual(resets.shift());
    }
    expect(resets).toEqual([]);
  });

  it("rewards as Sutton and Barto do when asked", () => {
    const env = new CartPole({ suttonBartoReward: true });
    env.reset({ seed: 1 });
    const rewards: number[] = [];
    for (let terminated = false; !terminated; ) {
      const step = env.step(1);
      rewards.push(step.reward);
      terminated = step.terminated;
    }
    expect(rewards.pop()).toBe(-1);
    expect(new Set(rewards)).toEqual(new Set([0]));
  });

  it("takes the bounds of the initial state as reset options", () => {
    const env = new CartPole();
    const { observation } = env.reset({ seed: 2, options: { low: 0.1, high: 0.2 } });
    expect(observation.every((x) => x >= 0.1 && x < 0.2)).toBe(true);
    expect(() => env.reset({ options: { low: 1, high: 0 } })).toThrow(ConfigError);
    expect(() => env.reset({ options: { low: "a" } })).toThrow(/low ≤ high/);
  });

  it("ends when the cart leaves the track, within the observation space", () => {
    const env = new CartPole();
    env.reset({ seed: 3 });
    const saved = env.snapshot();
    env.restore({ ...saved, state: [2.39, 1, 0, 0] });
    const step = env.step(1);
    expect(step.terminated).toBe(true);
    expect(step.observation[0]).toBeGreaterThan(2.4);
    expect(env.observationSpace.contains(step.observation)).toBe(true);
  });

  it("refuses what it cannot do", () => {
    const env = new CartPole();
    expect(() => env.step(0)).toThrow(ResetNeededError);
    env.reset({ seed: 1 });
    for (const action of [2, -1, 0.5, Number.NaN]) expect(() => env.step(action)).toThrow(InvalidActionError);
    while (!env.step(0).terminated);
    expect(() => env.step(0)).toThrow(ResetNeededError);
    expect(() => new CartPole({ renderMode: "human" as "rgb_array" })).toThrow(ConfigError);
    expect(() => new CartPole({ colour: "red" } as object)).toThrow(ConfigError);
    expect(() => env.reset({ seed: -1 })).toThrow(/integer ≥ 0/);
  });
});

describe("CartPole.render", () => {
  const draw = (state: number[]) => {
    const env = new CartPole({ renderMode: "rgb_array" });
    env.reset({ seed: 1 });
    env.restore({ ...env.snapshot(), state });
    const { width, height, data } = env.render()!;
    const pixel = (x: number, y: number) => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
    return { width, height, pixel };
  };
  const white = [255, 255, 255];
  const black = [0, 0, 0];
  const tan = [202, 152, 101];

  it("draws cart, pole, axle and track where Gymnasium does", () => {
    const { width, height, pixel } = draw([0, 0, 0, 0]);
    expect([width, height]).toEqual([600, 400]);
    expect(pixel(300, 400 - 107 - 1)).toEqual([129, 132, 203]); // axle, 7.5 above the cart's middle
    expect(pixel(300, 400 - 200)).toEqual(tan); // pole, 125 pixels long
    expect(pixel(300, 400 - 225)).toEqual(tan);
    expect(pixel(300, 400 - 230)).toEqual(white);
    expect(pixel(280, 300)).toEqual(black); // cart, 50 × 30
    expect(pixel(272, 300 - 10)).toEqual(white);
    expect(pixel(5, 299)).toEqual(black); // track
    expect(pixel(5, 295)).toEqual(white);
  });

  it("follows position and angle: right and clockwise are positive", () => {
    const { pixel } = draw([1, 0, Math.PI / 2, 0]);
    expect(pixel(300 + 125 - 20, 300)).toEqual(black);
    expect(pixel(300 + 125 + 80, 400 - 107 - 1)).toEqual(tan);
    expect(pixel(300, 200)).toEqual(white);
  });

  it("draws what lies partly outside", () => {
    expect(draw([2.4, 0, 0.2, 0]).pixel(599, 300)).toEqual(black);
  });

  it("answers nothing without a render mode, and refuses before reset", () => {
    const env = new CartPole();
    env.reset({ seed: 1 });
    expect(env.render()).toBeUndefined();
    expect(() => new CartPole({ renderMode: "rgb_array" }).render()).toThrow(ResetNeededError);
  });
});
