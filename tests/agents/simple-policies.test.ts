import { describe, expect, it } from "vitest";
import { ConstantPolicy } from "../../agents/constant-policy.ts";
import { HeldRandomPolicy } from "../../agents/held-random-policy.ts";
import type { Policy } from "../../agents/policy.ts";
import { RandomPolicy } from "../../agents/random-policy.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { MultiDiscrete } from "../../src/core/spaces/multi-discrete.ts";

const discrete = { actionSpace: new Discrete(1000) };
const box = { actionSpace: new Box({ low: -1, high: 1, shape: [2] }) };

function play<Action>(policy: Policy<unknown, Action>, seed: number, steps: number): Action[] {
  const actor = policy.begin(seed);
  return Array.from({ length: steps }, () => actor.act(undefined));
}

/** Lengths of runs of one action. With 1000 actions two holds in a row are seldom the same; the last run is cut off. */
function holds(actions: readonly number[]): number[] {
  const lengths: number[] = [];
  let since = 0;
  for (let t = 1; t < actions.length; t++) {
    if (actions[t] === actions[t - 1]) continue;
    lengths.push(t - since);
    since = t;
  }
  return lengths;
}

describe.each([
  { policy: new RandomPolicy(discrete), name: "random" },
  { policy: new HeldRandomPolicy(discrete), name: "held-random" },
])("$name", ({ policy, name }) => {
  it("has its name, and acts by its seed alone, however many episodes are under way", () => {
    expect(policy.name).toBe(name);
    const alone = play(policy, 7, 50);
    const [a, b] = [policy.begin(7), policy.begin(8)];
    const together = Array.from({ length: 50 }, () => [a.act(undefined), b.act(undefined)]);
    expect(together.map(([first]) => first)).toEqual(alone);
    expect(together.map(([, second]) => second)).not.toEqual(alone);
  });

  it("names a module that gives an equal policy", async () => {
    const source = (policy.constructor as typeof RandomPolicy).behaviour();
    const module = await import(source.module);
    const again: Policy<unknown, number> = new module[source.export](discrete, source.options);
    expect(play(again, 3, 30)).toEqual(play(policy, 3, 30));
  });
});

describe("RandomPolicy with chances", () => {
  it("takes each action as often as it should, under a name of its own", () => {
    const policy = new RandomPolicy(
      { actionSpace: new Discrete(3, { start: 5 }) },
      { name: "blind", probability: [0.2, 0, 0.8] },
    );
    expect(policy.name).toBe("blind");
    const taken = play(policy, 1, 4000);
    expect(new Set(taken)).toEqual(new Set([5, 7]));
    expect(taken.filter((action) => action === 7).length / 4000).toBeCloseTo(0.8, 1);
  });

  it("refuses what are no chances", () => {
    expect(() => new RandomPolicy(discrete, { probability: [2] })).toThrow(/probability/);
  });
});

describe("RandomPolicy", () => {
  it("takes each action of the space equally often", () => {
    const counts = [0, 0, 0, 0];
    for (const action of play(new RandomPolicy({ actionSpace: new Discrete(4) }), 1, 4000)) counts[action]++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(4000 * 0.25 * 0.75));
  });

  it("acts within a Box", () => {
    for (const action of play(new RandomPolicy(box), 1, 20)) expect(box.actionSpace.contains(action)).toBe(true);
  });
});

describe("HeldRandomPolicy", () => {
  it("holds each action for 1 to 10 steps, each length equally often", () => {
    const lengths = holds(play(new HeldRandomPolicy(discrete), 2, 30_000));
    const counts = new Map<number, number>();
    for (const length of lengths) counts.set(length, (counts.get(length) ?? 0) + 1);
    const expected = lengths.length / 10;
    for (let length = 1; length <= 10; length++) {
      expect(Math.abs((counts.get(length) ?? 0) - expected)).toBeLessThan(6 * Math.sqrt(expected));
    }
    const merged = lengths.filter((length) => length > 10).length; // the same action twice in a row: about 1 in 1000
    expect(merged / lengths.length).toBeLessThan(0.005);
  });

  it("keeps to minimum and maximum", () => {
    const actions = play(new HeldRandomPolicy(discrete, { minimum: 4, maximum: 4 }), 2, 400);
    for (let t = 0; t < 400; t += 4) expect(new Set(actions.slice(t, t + 4)).size).toBe(1);
    expect(new Set(actions).size).toBeGreaterThan(80);
  });

  it("draws the longest hold of an episode from the list", () => {
    const policy = new HeldRandomPolicy(discrete, { maximum: [2, 40] });
    const longest = Array.from({ length: 40 }, (_, seed) => Math.max(...holds(play(policy, seed, 400))));
    const short = longest.filter((length) => length <= 4).length;
    expect(short).toBeGreaterThan(8);
    expect(short).toBeLessThan(32);
    expect(longest.filter((length) => length > 4).every((length) => length > 20)).toBe(true);
  });

  it.each([{ minimum: 0 }, { maximum: [] }, { minimum: 5, maximum: [10, 4] }, { maximum: 2.5 }, { longest: 3 }])(
    "refuses %o",
    (config) => {
      expect(() => new HeldRandomPolicy(discrete, config as object)).toThrow();
    },
  );
});

describe("ConstantPolicy", () => {
  it("repeats its action, under a name of its own", () => {
    const policy = new ConstantPolicy(discrete, { action: 1, name: "stand-still" });
    expect(policy.name).toBe("stand-still");
    expect(play(policy, 0, 3)).toEqual([1, 1, 1]);
    expect(new ConstantPolicy(discrete, { action: 1 }).name).toBe("constant");
  });

  it("takes lists for array spaces, so that options can come from JSON", () => {
    expect(play(new ConstantPolicy(box, { action: [0.5, -1] }), 0, 1)[0]).toEqual(Float32Array.of(0.5, -1));
    const pair = { actionSpace: new MultiDiscrete([3, 5]) };
    expect(play(new ConstantPolicy(pair, { action: [2, 4] }), 0, 1)[0]).toEqual(Int32Array.of(2, 4));
  });

  it("refuses an action that the space does not hold", () => {
    expect(() => new ConstantPolicy(discrete, { action: 1000 })).toThrow(
      "Expected action in Discrete(1000), got 1000.",
    );
    expect(() => new ConstantPolicy(box, { action: [0.5, -2] })).toThrow(/got \[0\.5,-2\]/);
  });
});
