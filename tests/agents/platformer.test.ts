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

  it("the runner reads every theme, and gets along on harder levels", () => {
    expect(coinRate(new PlatformerRunner(), { difficulty: 2, episodes: 25 })).toBeGreaterThan(0.8);
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

  it("the runner with lapses tries everything and gets fewer coins", () => {
    const of = { difficulty: 1, episodes: 30 } as const;
    const rate = coinRate(new PlatformerRunner({}, { lapse: 0.1 }), of);
    expect(rate).toBeGreaterThan(0.1);
    expect(rate).toBeLessThan(coinRate(new PlatformerRunner(), of));
    const actor = new PlatformerRunner({}, { lapse: 0.1 }).begin(1);
    const env = new Platformer();
    let { observation } = env.reset({ seed: 1 });
    const seen = new Set<number>();
    for (let step = 0; step < 800; step++) {
      const action = actor.act(observation);
      seen.add(action);
      const after = env.step(action);
      observation = after.terminated ? env.reset().observation : after.observation;
    }
    expect(seen.size).toBe(6);
  });

  it("can be made in any thread from their sources", () => {
    const explorer = PlatformerExplorer.behaviour({ hold: [1, 4] });
    expect(explorer).toMatchObject({ export: "PlatformerExplorer", options: { hold: [1, 4] } });
    expect(new URL(explorer.module).pathname).toMatch(/platformer-explorer\.js$/);
    const runner = PlatformerRunner.behaviour({ lapse: 0.1 });
    expect(runner).toMatchObject({ export: "PlatformerRunner", options: { lapse: 0.1 } });
    expect(new URL(runner.module).pathname).toMatch(/platformer-runner\.js$/);
  });
});
