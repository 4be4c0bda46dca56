import { describe, expect, it } from "vitest";
import { Pendulum } from "../../../envs/classic-control/pendulum.ts";
import type { Step } from "../../../src/core/env.ts";
import { InvalidActionError } from "../../../src/core/errors.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import { ActionWrapper } from "../../../src/core/wrappers/action-wrapper.ts";
import { ClipAction } from "../../../src/core/wrappers/clip-action.ts";
import { ClipReward } from "../../../src/core/wrappers/clip-reward.ts";
import { DiscretizeAction } from "../../../src/core/wrappers/discretize-action.ts";
import { NormalizeReward } from "../../../src/core/wrappers/normalize-reward.ts";
import { RescaleAction } from "../../../src/core/wrappers/rescale-action.ts";
import { RewardWrapper } from "../../../src/core/wrappers/reward-wrapper.ts";
import { StickyAction } from "../../../src/core/wrappers/sticky-action.ts";
import { TransformAction } from "../../../src/core/wrappers/transform-action.ts";
import { TransformReward } from "../../../src/core/wrappers/transform-reward.ts";
import { counting, ScriptedEnv } from "./scripted-env.ts";

const observationSpace = new Discrete(2);

/** Takes actions of a Box and remembers them. */
function taking(box: Box<"float32">): ScriptedEnv<number, Float32Array> {
  return new ScriptedEnv<number, Float32Array>({ observationSpace, actionSpace: box, observations: [0] });
}

/** Pays these rewards, one a step. */
const paying = (rewards: number[], terminations?: boolean[]) =>
  new ScriptedEnv<number>({ observationSpace, observations: [0], rewards, terminations });

describe("actions", () => {
  it("are changed by ActionWrapper and TransformAction before the environment takes them", () => {
    class Turning extends ActionWrapper<Float32Array, number> {
      action(action: number): number {
        return 1 - action;
      }
    }
    const inner = counting();
    const env = new TransformAction(new Turning(inner), {
      func: (word: string) => word.length,
      actionSpace: undefined,
    });
    env.reset();
    env.step("a");
    env.step("");
    expect(inner.actions).toEqual([0, 1]);
    expect(env.actionSpace).toBe(inner.actionSpace);
  });

  it("are clipped into the Box, from any numbers", () => {
    const inner = taking(new Box({ low: [-1, -2], high: [1, Infinity] }));
    const env = new ClipAction(inner);
    env.reset();
    const given = Float32Array.of(-5, 7);
    env.step(given);
    expect(inner.actions).toEqual([Float32Array.of(-1, 7)]);
    expect(given).toEqual(Float32Array.of(-5, 7)); // the caller's
    expect(String(env.actionSpace)).toBe("Box(-inf, inf, (2,), float32)");
    expect(() => new ClipAction(counting() as never)).toThrow(/Expected a Box for ClipAction, got Discrete/);
    const bytes = new Box({ low: 3, high: 9, shape: [1], dtype: "uint8" });
    const narrow = new ClipAction(
      new ScriptedEnv<number, Uint8Array>({ observationSpace, actionSpace: bytes, observations: [0] }),
    );
    expect(String(narrow.actionSpace)).toBe("Box(0, 255, (1,), uint8)");
    expect(narrow.action(Uint8Array.of(200))).toEqual(Uint8Array.of(9));
  });

  it("are rescaled onto the Box, never out of it, and refused outside their own", () => {
    const env = new RescaleAction(new Pendulum(), { minAction: -1, maxAction: 1 });
    expect(String(env.actionSpace)).toBe("Box(-1.0, 1.0, (1,), float32)");
    for (const x of [-1, -0.999, 0.1, 0.7, 1]) {
      const inner = env.action(Float32Array.of(x));
      expect(inner[0]).toBeCloseTo(2 * x, 6);
      expect(env.env.actionSpace.contains(inner)).toBe(true);
    }
    const [scaled, plain] = [env.reset({ seed: 3 }), new Pendulum().reset({ seed: 3 })];
    expect(scaled).toEqual(plain);
    const bare = new Pendulum();
    bare.reset({ seed: 3 });
    expect(env.step(Float32Array.of(0.25))).toEqual(bare.step(Float32Array.of(0.5)));
    expect(() => env.step(Float32Array.of(1.01))).toThrow(InvalidActionError);
    expect(() => new RescaleAction(new Pendulum(), { minAction: 1, maxAction: 1 })).toThrow(/minAction < maxAction/);
  });

  it("are bins' middles, counted through or one by one", () => {
    const box = new Box({ low: [-1, 0], high: [1, 6] });
    const inner = taking(box);
    const env = new DiscretizeAction(inner, { bins: [2, 3] });
    env.reset();
    for (let action = 0; action < 6; action++) env.step(action);
    expect(inner.actions.map((action) => [...action])).toEqual([
      [-0.5, 1],
      [-0.5, 3],
      [-0.5, 5],
      [0.5, 1],
      [0.5, 3],
      [0.5, 5],
    ]);
    expect(env.actionSpace.equals(new Discrete(6))).toBe(true);
    expect(env.revertAction(Float32Array.of(0.9, 3.5))).toBe(4);
    expect(() => env.step(6)).toThrow(InvalidActionError);
    const multi = new DiscretizeAction<number, Float32Array, true>(inner, { bins: [2, 3], multidiscrete: true });
    multi.reset();
    multi.step(Int32Array.of(1, 0));
    expect(inner.actions.at(-1)).toEqual(Float32Array.of(0.5, 1));
    expect(multi.revertAction(Float32Array.of(-0.9, 6))).toEqual(Int32Array.of(0, 2));
    expect(multi.actionSpace.equals(new MultiDiscrete([2, 3]))).toBe(true);
  });
});

describe("StickyAction", () => {
  const play = (
    options: { repeatActionProbability: number; repeatActionDuration?: number | [number, number] },
    seed = 11,
  ) => {
    const inner = new ScriptedEnv<number>({ observationSpace, actionSpace: new Discrete(5000), observations: [0] });
    const env = new StickyAction(inner, options);
    env.reset({ seed });
    for (let i = 0; i < 4000; i++) env.step(i);
    return inner.actions;
  };
  /** How often each action was taken that was taken more than once. */
  const runs = (taken: readonly number[]) => {
    const lengths: number[] = [];
    for (let i = 0; i < taken.length; i++) if (taken[i] !== i) lengths.push(taken[i] === taken[i - 1] ? 1 : 0);
    return lengths;
  };

  it("takes the action before with its probability, drawn from the seed", () => {
    const taken = play({ repeatActionProbability: 0.25 });
    expect(taken[0]).toBe(0); // nothing before it
    expect(runs(taken).every((repeats) => repeats === 1)).toBe(true); // else the one that was given
    expect(runs(taken).length / taken.length).toBeCloseTo(0.25, 1);
    expect(play({ repeatActionProbability: 0.25 })).toEqual(taken);
    expect(play({ repeatActionProbability: 0.25 }, 12)).not.toEqual(taken);
    expect(play({ repeatActionProbability: 0 })).toEqual(Array.from({ length: 4000 }, (_, i) => i));
  });

  it("sticks for as long as it is told", () => {
    for (const [least, most] of [
      [2, 2],
      [2, 4],
    ]) {
      const taken = play({ repeatActionProbability: 0.05, repeatActionDuration: [least, most] });
      const lengths = new Set<number>();
      for (let i = 1, length = 0; i < taken.length; i++) {
        if (taken[i] !== i) length++;
        else {
          if (length > 0 && length <= most) lengths.add(length); // longer: it stuck twice in a row
          length = 0;
        }
      }
      expect([...lengths].sort()).toEqual(Array.from({ length: most - least + 1 }, (_, k) => least + k));
    }
  });

  it.each([-1, 1, 1.5])("refuses the probability %s", (repeatActionProbability) => {
    expect(() => play({ repeatActionProbability })).toThrow(/0 ≤ repeatActionProbability < 1/);
  });

  it.each<[number | [number, number]]>([[-4], [0], [[0, 0]], [[4, 2]], [1.5]])(
    "refuses the duration %j",
    (repeatActionDuration) => {
      expect(() => play({ repeatActionProbability: 0.5, repeatActionDuration })).toThrow(/repeatActionDuration/);
    },
  );
});

describe("rewards", () => {
  const rewardsOf = (env: { reset(): unknown; step(action: number): unknown }, steps: number) => {
    env.reset();
    return Array.from({ length: steps }, () => (env.step(0) as Step<number>).reward);
  };

  it("are changed by RewardWrapper and TransformReward", () => {
    class Halving extends RewardWrapper<number, number> {
      reward(reward: number): number {
        return reward / 2;
      }
    }
    const env = new TransformReward(new Halving(paying([1, 2, 3])), { func: (reward) => reward + 10 });
    expect(rewardsOf(env, 3)).toEqual([10.5, 11, 11.5]);
  });

  it.each([
    [{ minReward: -0.5 }, [-0.5, 0.2, 3]],
    [{ maxReward: 0.1 }, [-2, 0.1, 0.1]],
    [{ minReward: 0, maxReward: 1 }, [0, 0.2, 1]],
  ])("are clipped by %o", (options, expected) => {
    expect(rewardsOf(new ClipReward(paying([-2, 0.2, 3]), options), 3)).toEqual(expected);
  });

  it.each([{}, { minReward: 1, maxReward: 0 }])("are not clipped by %o", (options) => {
    expect(() => new ClipReward(paying([]), options)).toThrow(/Expected minReward/);
  });

  it("are normalised by the deviation of the discounted return, which a termination begins anew", () => {
    const env = new NormalizeReward(paying([1, 1, 1, 1], [false, true, false, false]), { gamma: 0.5 });
    env.reset();
    const returns = Array.from({ length: 4 }, () => {
      env.step(0);
      return env.discountedReward;
    });
    expect(returns).toEqual([1, 1, 1.5, 1.75]); // at the end itself, the return is the last reward alone
  });

  it("keep their statistics while these are frozen", () => {
    const env = new NormalizeReward(paying([3, -1, 4, 1, 5, 9, 2, 6]));
    rewardsOf(env, 4);
    env.updateRunningMean = false;
    const before = env.returnStatistics.state();
    const reward = (env.step(0) as Step<number>).reward;
    expect(env.returnStatistics.state()).toEqual(before);
    expect(reward).toBe(5 / Math.sqrt(env.returnStatistics.var[0] + 1e-8));
  });

  it.each([{ gamma: -0.1 }, { gamma: 1.1 }, { epsilon: 0 }, { epsilon: -1 }, { gamma: Number.NaN }])(
    "refuse %o",
    (options) => {
      expect(() => new NormalizeReward(paying([]), options)).toThrow(/Expected (0 ≤ gamma ≤ 1|epsilon > 0)/);
    },
  );

  it.each([0, 0.5, 1])("take gamma %s", (gamma) => {
    expect(rewardsOf(new NormalizeReward(paying([1]), { gamma }), 1)[0]).toBeGreaterThan(0);
  });
});
