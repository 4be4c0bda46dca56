import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import { type CompareProgress, compare } from "../../src/evaluation/compare.ts";
import type { Player } from "../../src/evaluation/play.ts";
import { sampleSd } from "../../src/evaluation/statistics.ts";
import { Corridor } from "./corridor.ts";

const walker: Player<number, number> = { name: "walker", begin: () => ({ act: () => 1 }) };
const sleeper: Player<number, number> = { name: "sleeper", begin: () => ({ act: () => 0 }) };
const seeds = { first: 40 };
const lengths = (count: number): number[] => Array.from({ length: count }, (_, i) => Corridor.length(40 + i));

describe("compare", () => {
  test("plays every policy on both sides with the same seeds and sums the rewards", async () => {
    const made: Corridor[] = [];
    const make = (bonus: number) => async () => {
      made.push(new Corridor(bonus));
      return made[made.length - 1];
    };
    const { policies } = await compare({
      real: make(0),
      dream: make(2),
      policies: [walker, sleeper],
      episodes: 5,
      seeds,
    });
    expect(policies.map(({ name }) => name)).toEqual(["walker", "sleeper"]);
    expect(policies[0].real.returns).toEqual(lengths(5));
    expect(policies[0].dream?.returns).toEqual(lengths(5).map((length) => 3 * length));
    expect(policies[1].real).toEqual({ mean: 0, sd: 0, episodes: 5, returns: [0, 0, 0, 0, 0] });
    expect(policies[0].real.sd).toBe(sampleSd(lengths(5)));
    expect(made).toHaveLength(4);
    for (const env of made) {
      expect(env.seeds).toEqual([40, 41, 42, 43, 44]);
      expect(env.closed).toBe(1);
    }
  });

  test("hands each policy its episode's seed", async () => {
    const begun: number[] = [];
    const policy: Player<number, number> = {
      name: "p",
      begin: (seed) => {
        begun.push(seed);
        return { act: async () => 1 };
      },
    };
    await compare({ real: () => new Corridor(), policies: [policy], episodes: 3, seeds: { first: 7 } });
    expect(begun).toEqual([7, 8, 9]);
  });

  test("a policy without a dream gets null there, and the count of episodes to come shrinks", async () => {
    const told: CompareProgress[] = [];
    const { policies } = await compare({
      real: () => new Corridor(),
      dream: (policy) => (policy.name === "walker" ? new Corridor() : null),
      policies: [sleeper, walker],
      episodes: { real: 2, dream: 3 },
      seeds,
      onProgress: (progress) => told.push(progress),
    });
    expect(policies[0].dream).toBeNull();
    expect(policies[1].dream?.episodes).toBe(3);
    expect(told[0]).toEqual({ policy: "sleeper", side: "real", done: 1, total: 2, allDone: 1, allTotal: 7 });
    expect(told.at(-1)).toEqual({ policy: "walker", side: "real", done: 2, total: 2, allDone: 7, allTotal: 7 });
    expect(told).toHaveLength(7);
  });

  test("without a dream every policy's dream is null", async () => {
    const { policies } = await compare({ real: () => new Corridor(), policies: [walker], episodes: 1, seeds });
    expect(policies[0].dream).toBeNull();
  });

  test("a batch plays all seeds at once", async () => {
    const { policies } = await compare<number, number>({
      real: () => new Corridor(),
      dream: {
        evaluate: async (policy, given, { onEpisodes }) => {
          expect(policy).toBe(walker);
          onEpisodes(1);
          return Float32Array.from(given, (seed) => seed / 2);
        },
      },
      policies: [walker],
      episodes: { real: 1, dream: 4 },
      seeds,
    });
    expect(policies[0].dream).toMatchObject({ mean: 20.75, returns: [20, 20.5, 21, 21.5] });
  });

  test.each([
    [[1, 2], "Expected 3 dream returns for policy walker, got 2."],
    [[1, Number.NaN, 2], "got NaN in episode 1"],
  ])("a batch that answers %j is refused", async (returns, message) => {
    const run = compare<number, number>({
      real: () => new Corridor(),
      dream: { evaluate: () => returns },
      policies: [walker],
      episodes: 3,
      seeds,
    });
    await expect(run).rejects.toThrow(message);
  });

  test("a reward that is not finite stops the comparison, names the episode, and the environment is closed", async () => {
    const env = new Corridor(Number.NaN);
    const run = compare({ real: () => env, policies: [walker], episodes: 2, seeds });
    await expect(run).rejects.toThrow("got NaN at step 1 of the episode with seed 40 (policy walker)");
    expect(env.closed).toBe(1);
  });

  test("an abort reaches an environment that never waits and never ends", async () => {
    class Endless extends Corridor {
      override step(action: number) {
        return { ...super.step(action), terminated: false };
      }
    }
    const env = new Endless();
    const controller = new AbortController();
    const reason = new Error("enough");
    setTimeout(() => controller.abort(reason), 20);
    const run = compare({ real: () => env, policies: [walker], episodes: 1, seeds, signal: controller.signal });
    await expect(run).rejects.toBe(reason);
    expect(env.closed).toBe(1);
  });

  test.each([
    [{ episodes: 0 }, "Expected episodes to be a whole number ≥ 1, got 0."],
    [{ episodes: { real: 2, dream: 1.5 } }, "got 1.5"],
    [{ seeds: { first: -1 } }, "Expected seeds.first to be a whole number ≥ 0, got -1."],
    [{ policies: [walker, walker] }, "Expected policies with different names, got walker twice."],
  ])("%j is refused before anything is made", async (wrong, message) => {
    const real = (): Corridor => {
      throw new Error("made");
    };
    const run = compare({ real, policies: [walker], episodes: 1, seeds, ...wrong });
    await expect(run).rejects.toThrow(message);
    await expect(run).rejects.toBeInstanceOf(ConfigError);
  });

  test("the real side may not decline a policy", async () => {
    const run = compare({ real: () => null, policies: [walker], episodes: 1, seeds });
    await expect(run).rejects.toThrow("Expected a real environment for policy walker");
  });
});
