import { describe, expect, it } from "vitest";
import { PlatformerExplorer, PlatformerRunner, RandomPolicy } from "../../agents/index.ts";
import { Platformer } from "../../envs/index.ts";
import { coinRate } from "../benchmarks/platformer-steps.ts";

describe("Policies for Platformer on test levels", () => {
  it("the runner gets nine coins of ten, the explorer some, random actions hardly any", () => {
    const of = { difficulty: 1, episodes: 60 } as const;
    expect(coinRate(new PlatformerRunner(), of)).toBeGreaterThan(0.9);
    const exploring = coinRate(new PlatformerExplorer(), of);
    const random = coinRate(new RandomPolicy(new Platformer()), { ...of, episodes: 15 });
    expect(exploring).toBeGreaterThan(0.02);
    expect(exploring).toBeLessThan(0.5);
    expect(random).toBeLessThan(exploring);
  });

  it("the runner reads every theme, and the harder levels some of the time", () => {
    expect(coinRate(new PlatformerRunner(), { difficulty: 2, episodes: 25 })).toBeGreaterThan(0.25);
    const env = new Platformer({ theme: "snow" });
    const meadow = new Platformer();
    for (const level of [1, 2, 3]) {
      const played = [env, meadow].map((one) => {
        const actor = new PlatformerRunner().begin(0);
        let { observation } = one.reset({ options: { level } });
        return Array.from({ length: 60 }, () => {
          const action = actor.act(observation);
          observation = one.step(action).observation;
          return action;
        });
      });
      expect(played[0]).toEqual(played[1]);
    }
  });

  it("the explorer uses all actions, the rightward ones most, and the same seed acts the same", () => {
    const acts = (seed: number) => {
      const actor = new PlatformerExplorer().begin(seed);
      return Array.from({ length: 3000 }, () => actor.act());
    };
    const counts = [0, 1, 2, 3, 4, 5].map((action) => acts(1).filter((act) => act === action).length);
    expect(Math.min(...counts)).toBeGreaterThan(60);
    expect(counts[2] + counts[5]).toBeGreaterThan(1500);
    expect(acts(2)).toEqual(acts(2));
    expect(acts(2)).not.toEqual(acts(3));
    expect(() => new PlatformerExplorer({}, { weights: [1, 1] })).toThrow();
  });

  it("can be made in any thread from its source", async () => {
    const source = PlatformerExplorer.behaviour({ hold: [1, 4] });
    expect(source).toMatchObject({ export: "PlatformerExplorer", options: { hold: [1, 4] } });
    expect(new URL(source.module).pathname).toMatch(/platformer-explorer\.js$/);
  });
});
