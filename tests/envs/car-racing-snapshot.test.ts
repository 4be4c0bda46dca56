import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { type CarInfo, CarRacing } from "../../envs/car-racing/index.ts";
import type { SavedSimulation } from "../../envs/car-racing/simulation.ts";
import type { EnvState } from "../../src/core/env.ts";
import { RandomStream } from "../../src/core/random.ts";

const act = (steer: number, gas: number, brake: number) => Float32Array.of(steer, gas, brake);

/** Drives that use all there is to remember: the limit of the steering, skids on grass, a car asleep, tiles left. */
const DRIVES: Readonly<Record<string, (step: number, random: RandomStream) => Float32Array>> = {
  circles: () => act(1, 0.6, 0),
  "full gas": () => act(0, 1, 0),
  "start and stop": (step) => (step % 60 < 25 ? act(-0.4, 0.8, 0) : act(0.2, 0, 1)),
  standing: () => act(0, 0, 0),
  random: (_step, random) => act(random.uniform(-1, 1), random.uniform(), random.uniform() ** 4),
};

const actionsOf = (name: string) => {
  const random = new RandomStream(0, name);
  return Array.from({ length: 180 }, (_, step) => DRIVES[name](step, random));
};
const play = (env: CarRacing, actions: readonly Float32Array[]) =>
  actions.map((action) => {
    const { observation, reward, terminated, info } = env.step(action);
    return { picture: createHash("sha1").update(observation).digest("hex"), reward, terminated, info };
  });

describe.each(Object.keys(DRIVES))("a snapshot of CarRacing, drive: %s", (name) => {
  const actions = actionsOf(name).slice(0, name === "full gas" ? 150 : 180); // before the field ends
  const env = new CarRacing({ renderMode: "rgb_array" });
  env.reset({ seed: 11 });
  const snapshots = new Map<number, EnvState>();
  const whole = actions.flatMap((action, step) => {
    if (step % 36 === 1) snapshots.set(step, env.snapshot());
    return play(env, [action]);
  });
  const last = env.snapshot();

  it("goes on to the bit in the same environment and in a new one, from every point", () => {
    const other = new CarRacing({ renderMode: "rgb_array" });
    expect(snapshots.size).toBe(5);
    for (const [step, state] of snapshots) {
      env.restore(state);
      expect(play(env, actions.slice(step)), `from step ${step}`).toEqual(whole.slice(step));
      expect(isDeepStrictEqual(env.snapshot(), last)).toBe(true);
      other.restore(structuredClone(state));
      expect(play(other, actions.slice(step)), `elsewhere, from step ${step}`).toEqual(whole.slice(step));
      expect(isDeepStrictEqual(other.snapshot(), last)).toBe(true);
      expect(Buffer.compare(other.render()!.data, env.render()!.data)).toBe(0); // with the skid marks
    }
  });

  it("and with the next episode's track", () => {
    env.restore(last);
    const next = env.reset().info;
    const other = new CarRacing();
    other.restore(last);
    expect(other.reset().info).toEqual(next);
  });
});

describe("what the drives are for", () => {
  const saved = (name: string) => {
    const env = new CarRacing();
    env.reset({ seed: 11 });
    play(env, actionsOf(name).slice(0, 150));
    return env.snapshot()["simulation"] as SavedSimulation;
  };

  it("marks on grass and road", () => {
    const marks = ["circles", "full gas", "start and stop"].flatMap((name) => saved(name).car.skids.marks);
    expect(new Set(marks.map(({ grass }) => grass))).toEqual(new Set([0, 1]));
  });

  it("a car that Box2D puts to rest every half second", () => {
    const env = new CarRacing();
    env.reset({ seed: 11 });
    const atRest: number[] = [];
    for (const [step, action] of actionsOf("standing").entries()) {
      const { vx, vy } = env.step(action).info["car"] as CarInfo;
      if (vx === 0 && vy === 0) atRest.push(step);
    }
    expect(atRest.length).toBeGreaterThan(5);
  });

  it("restores an environment that was never reset to that", () => {
    const env = new CarRacing();
    const blank = env.snapshot();
    env.reset({ seed: 1 });
    env.restore(blank);
    expect(() => env.step(act(0, 0, 0))).toThrow("reset()");
  });
});
