import { describe, expect, it } from "vitest";
import { generateLevel, levelRange, Platformer, type PlatformerInfo, solveLevel } from "../../envs/platformer/index.ts";
import { ConfigError } from "../../src/base/errors.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { make } from "../../src/index.ts";

const RIGHT = 2;
const infoOf = ({ info }: { readonly info: unknown }) => info as PlatformerInfo;

/** Plays an expert's actions on a pinned level; all steps. */
function playExpert(env: Platformer, level: number) {
  env.reset({ seed: 0, options: { level } });
  return solveLevel(generateLevel(level, env.config.difficulty))!.map((action) => env.step(action));
}

describe("Platformer", () => {
  it("gives 64 × 64 pixels, and what is behind them in info", () => {
    const env = new Platformer();
    const begun = env.reset({ seed: 1, options: { level: 4 } });
    const { coin, start } = generateLevel(4, 1);
    expect(env.observationSpace.shape).toEqual([64, 64, 3]);
    expect(env.observationSpace.contains(begun.observation)).toBe(true);
    expect(begun.info).toEqual({
      level: 4,
      player: { x: start.x, y: start.y, vx: 0, vy: 0, onGround: true },
      coinDistance: coin.x - start.x,
      cameraX: 0,
    });
    for (let i = 0; i < 10; i++) env.step(RIGHT);
    const { player, cameraX } = infoOf(env.step(RIGHT));
    expect(player.vx).toBe(2);
    expect(cameraX).toBe(Math.floor(player.x) - 24);
  });

  it("pays 10 for the coin, and nothing before or for dying", () => {
    const steps = playExpert(new Platformer(), 4);
    const last = steps[steps.length - 1];
    expect(steps.slice(0, -1).every(({ reward, terminated }) => reward === 0 && !terminated)).toBe(true);
    expect([last.reward, last.terminated, last.truncated]).toEqual([10, true, false]);
    const env = new Platformer({ difficulty: 3 });
    env.reset({ seed: 0, options: { level: 0 } });
    for (;;) {
      const { reward, terminated } = env.step(RIGHT); // runs into the first thing there is
      expect(reward).toBe(0);
      if (terminated) break;
    }
    expect(() => env.step(RIGHT)).toThrow(ResetNeededError);
  });

  it("pays for progress where asked to: each tile once, however often it is crossed", () => {
    const env = new Platformer({ progressReward: 0.1 });
    const steps = playExpert(env, 4);
    const { coin, start } = generateLevel(4, 1);
    const total = steps.reduce((sum, { reward }) => sum + reward, 0) - 10;
    expect(total).toBeGreaterThan((0.1 * (coin.x - 8 - start.x)) / 8);
    expect(total).toBeLessThan((0.1 * (coin.x + 8 - start.x)) / 8);
    env.reset({ seed: 0, options: { level: 4 } });
    const there = [2, 2, 2, 2, 2].map((action) => env.step(action).reward);
    const back = [1, 1, 1, 1, 1, 1, 1, 1, 1].map((action) => env.step(action).reward);
    expect(Math.min(...there)).toBeGreaterThan(0);
    expect(back.slice(4)).toEqual([0, 0, 0, 0, 0]);
  });

  it("draws levels of its set only, by the seed; a pinned level changes no later one", () => {
    for (const levels of ["train", "test", { start: 50, count: 3 }] as const) {
      const { start, count } = levelRange(levels);
      const env = new Platformer({ levels });
      const drawn = Array.from({ length: 40 }, (_, i) => infoOf(env.reset(i === 0 ? { seed: 9 } : {})).level);
      for (const level of drawn) expect(level >= start && level < start + count).toBe(true);
      expect(new Set(drawn).size).toBe(typeof levels === "string" ? 40 : 3);
      const other = new Platformer({ levels });
      const again = drawn.map((_, i) =>
        infoOf(other.reset({ seed: i === 0 ? 9 : undefined, options: i === 5 ? { level: 77 } : {} })),
      );
      expect(again.map(({ level }) => level)).toEqual(drawn.map((level, i) => (i === 5 ? 77 : level)));
    }
  });

  it("is cut off by make() after 500 steps", async () => {
    const env = await make<Uint8Array, number>("Platformer-v0");
    await env.reset({ seed: 3 });
    for (let step = 1; step <= 500; step++) {
      const { terminated, truncated } = await env.step(0);
      expect([terminated, truncated]).toEqual([false, step === 500]);
    }
  });

  it("resumes from a snapshot to the bit, in another instance too", () => {
    const env = new Platformer({ renderMode: "rgb_array", difficulty: 2, theme: "varied" });
    env.reset({ seed: 3, options: { level: 4 } });
    for (const action of solveLevel(generateLevel(4, 2))!.slice(0, 60)) env.step(action);
    const saved = structuredClone(env.snapshot());
    const rest = (one: Platformer) =>
      Array.from({ length: 60 }, (_, i) => {
        const { observation, terminated, ...step } = one.step((i * 7) % 6);
        const begun = terminated ? one.reset() : undefined; // the generator goes on, too
        return [Buffer.from(observation).toString("base64"), step, begun?.info];
      });
    const frame = Buffer.from(env.render()!.data);
    const expected = rest(env);
    env.restore(saved);
    expect(frame.equals(env.render()!.data)).toBe(true);
    expect(rest(env)).toEqual(expected);
    const other = new Platformer({ difficulty: 2, theme: "varied" });
    other.restore(saved);
    expect(rest(other)).toEqual(expected);
  });

  it("refuses what it cannot do", () => {
    const env = new Platformer();
    expect(() => env.step(RIGHT)).toThrow(ResetNeededError);
    env.reset({ seed: 1 });
    for (const action of [6, -1, 0.5, Number.NaN]) expect(() => env.step(action)).toThrow(InvalidActionError);
    expect(() => env.reset({ seed: -1 })).toThrow(/integer ≥ 0/);
    expect(() => env.reset({ options: { level: -1 } })).toThrow(ConfigError);
    expect(() => new Platformer({ levels: { start: 0, count: 0 } })).toThrow(ConfigError);
    expect(() => new Platformer({ difficulty: 4 } as object)).toThrow(ConfigError);
    expect(() => new Platformer({ renderMode: "rgb_array" }).render()).toThrow(ResetNeededError);
    expect(env.render()).toBeUndefined();
  });
});
