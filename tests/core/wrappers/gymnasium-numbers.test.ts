import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CartPole } from "../../../envs/classic-control/cart-pole.ts";
import type { Env, Step } from "../../../src/core/env.ts";
import { make } from "../../../src/core/registry.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { DTYPES } from "../../../src/core/spaces/dtype.ts";
import { DiscretizeAction } from "../../../src/core/wrappers/discretize-action.ts";
import { DiscretizeObservation } from "../../../src/core/wrappers/discretize-observation.ts";
import { GrayscaleObservation } from "../../../src/core/wrappers/grayscale-observation.ts";
import { NormalizeObservation } from "../../../src/core/wrappers/normalize-observation.ts";
import { NormalizeReward } from "../../../src/core/wrappers/normalize-reward.ts";
import { RescaleAction } from "../../../src/core/wrappers/rescale-action.ts";
import { RescaleObservation } from "../../../src/core/wrappers/rescale-observation.ts";
import { ResizeObservation } from "../../../src/core/wrappers/resize-observation.ts";
import type { RunningMeanStd } from "../../../src/core/wrappers/running-mean-std.ts";
import { TimeAwareObservation } from "../../../src/core/wrappers/time-aware-observation.ts";
import "../../../src/registrations.ts";
import { ScriptedEnv } from "./scripted-env.ts";

type Numbers = readonly (number | string)[];
interface Statistics {
  readonly mean: number[];
  readonly var: number[];
  readonly count: number;
}
interface Golden {
  readonly cartPole: {
    actions: number[];
    observations: number[][];
    rewards: number[];
    observationStatistics: Statistics;
    returnStatistics: Statistics;
  };
  readonly normalized: {
    dtype: "float32" | "float64" | "uint8";
    values: number[][];
    rewards: number[];
    terminations: boolean[];
    normalized: number[][];
    observationStatistics: Statistics;
    normalizedRewards: number[];
    returnStatistics: Statistics;
  }[];
  readonly rescaled: {
    low: Numbers;
    high: Numbers;
    newLow: number | Numbers;
    newHigh: number | Numbers;
    values: number[][];
    forward: number[][];
    backward: number[][];
  }[];
  readonly resized: { shape: number[]; to: [number, number]; data: string }[];
  readonly gray: string;
  readonly binned: {
    low: number[];
    high: number[];
    bins: number | number[];
    values: number[][];
    found: number[];
    multi: number[][];
    bounds: [number[], number[]][];
    actions: number[];
    middles: number[][];
    reverted: number[];
  }[];
  readonly timed: { plain: number[][]; part: number[][]; low: Numbers; high: Numbers };
}

// recorded by wrappers.py beside it, with Gymnasium 1.3 and OpenCV 5.0
const golden = JSON.parse(readFileSync(new URL("../../golden/wrappers.json", import.meta.url), "utf8")) as Golden;

const plain = (bounds: number | Numbers) =>
  typeof bounds === "number"
    ? bounds
    : bounds.map((x) => (x === "inf" ? Infinity : x === "-inf" ? -Infinity : Number(x)));
const statistics = ({ mean, var: variance, count }: RunningMeanStd): Statistics => ({
  mean: [...mean],
  var: [...variance],
  count,
});

describe("NormalizeObservation and NormalizeReward", () => {
  it("on CartPole give what Gymnasium gives, to the last digit, with the statistics frozen after 100 steps", () => {
    const { actions, ...expected } = golden.cartPole;
    const rewarded = new NormalizeReward(new CartPole(), { gamma: 0.9 });
    const env = new NormalizeObservation(rewarded);
    const observations = [[...(env.reset({ seed: 42 }) as { observation: Float32Array }).observation]];
    const rewards: number[] = [];
    actions.forEach((action, i) => {
      if (i === 100) {
        env.updateRunningMean = false;
        rewarded.updateRunningMean = false;
      }
      const { observation, reward, terminated } = env.step(action) as Step<Float32Array>;
      observations.push([...observation]);
      rewards.push(reward);
      if (terminated) observations.push([...(env.reset() as { observation: Float32Array }).observation]);
    });
    expect({
      observations,
      rewards,
      observationStatistics: statistics(env.observationStatistics),
      returnStatistics: statistics(rewarded.returnStatistics),
    }).toEqual(expected);
  });

  it.each(golden.normalized)("of $dtype give what Gymnasium gives, to the last digit", (recorded) => {
    const { dtype, values, rewards, terminations } = recorded;
    const script = {
      observationSpace: new Box({
        low: dtype === "uint8" ? 0 : -2,
        high: dtype === "uint8" ? 255 : 3,
        shape: [3],
        dtype,
      }),
      observations: values.map((value) => DTYPES[dtype].array.from(value)),
      rewards,
      terminations,
    };
    const observed = new NormalizeObservation(new ScriptedEnv(script), { epsilon: 1e-4 });
    const normalized = [(observed.reset() as { observation: Float32Array }).observation];
    for (const _ of rewards) normalized.push((observed.step(0) as Step<Float32Array>).observation);
    expect(normalized.map((value) => [...value])).toEqual(recorded.normalized);
    expect(statistics(observed.observationStatistics)).toEqual(recorded.observationStatistics);

    const rewarded = new NormalizeReward(new ScriptedEnv(script));
    rewarded.reset();
    const normalizedRewards = rewards.map(() => (rewarded.step(0) as Step<unknown>).reward);
    expect(normalizedRewards).toEqual(recorded.normalizedRewards);
    expect(statistics(rewarded.returnStatistics)).toEqual(recorded.returnStatistics);
  });
});

describe("RescaleObservation and RescaleAction", () => {
  it.each(golden.rescaled)("map $low … $high onto $newLow … $newHigh and back as Gymnasium does", (recorded) => {
    const box = new Box({ low: plain(recorded.low), high: plain(recorded.high) });
    const [newLow, newHigh] = [plain(recorded.newLow), plain(recorded.newHigh)];
    const observations = recorded.values.map((value) => Float32Array.from(value));
    const inner = new ScriptedEnv({ observationSpace: box, actionSpace: box, observations });
    const observed = new RescaleObservation(inner, { minObs: newLow, maxObs: newHigh });
    const acted = new RescaleAction(inner, { minAction: newLow, maxAction: newHigh });
    recorded.values.forEach((value, i) => {
      const there = observed.observation(Float32Array.from(value));
      expect([...there]).toEqual(within(recorded.forward[i], observed.observationSpace));
      expect(observed.observationSpace.contains(there)).toBe(true);
      expect([...acted.action(there)]).toEqual(within(recorded.backward[i], box));
    });
  });
});

/** Gymnasium's rounding may lead out of the box by a digit; here the bound is kept. */
function within(values: readonly number[], space: unknown): number[] {
  const { low, high } = space as Box;
  return values.map((x, i) => Math.min(Math.max(x, low[i]), high[i]));
}

/** The picture that the recording began from. */
function image(shape: readonly number[]): Uint8Array {
  const size = shape.reduce((product, length) => product * length, 1);
  return Uint8Array.from({ length: size }, (_, i) => (i * 37 + ((i * i) % 101) + Math.floor(i / 7)) % 256);
}

const imageEnv = (shape: readonly number[]) =>
  new ScriptedEnv({
    observationSpace: new Box({ low: 0, high: 255, shape, dtype: "uint8" }),
    observations: [image(shape)],
  });

describe("ResizeObservation", () => {
  it.each(golden.resized)("from $shape to $to gives OpenCV's INTER_AREA, byte for byte", ({ shape, to, data }) => {
    const env = new ResizeObservation(imageEnv(shape), { shape: to });
    const { observation } = env.reset() as { observation: Uint8Array };
    expect([...observation]).toEqual([...Buffer.from(data, "base64")]);
    expect((env.observationSpace as Box<"uint8">).shape).toEqual([...to, ...shape.slice(2)]);
    expect(env.observationSpace.contains(observation)).toBe(true);
  });
});

describe("GrayscaleObservation", () => {
  it("gives numpy's bytes, with and without the channel", () => {
    for (const keepDim of [false, true]) {
      const env = new GrayscaleObservation(imageEnv([6, 5, 3]), { keepDim });
      const { observation } = env.reset() as { observation: Uint8Array };
      expect([...observation]).toEqual([...Buffer.from(golden.gray, "base64")]);
      expect((env.observationSpace as Box<"uint8">).shape).toEqual(keepDim ? [6, 5, 1] : [6, 5]);
    }
  });
});

describe("DiscretizeObservation and DiscretizeAction", () => {
  it.each(golden.binned)("cut $low … $high into $bins bins as Gymnasium does", (recorded) => {
    const { low, high, bins, actions } = recorded;
    const box = new Box({ low, high });
    const values = recorded.values.map((value) => Float32Array.from(value));
    const inner = new ScriptedEnv({ observationSpace: box, actionSpace: box, observations: values });
    const observed = new DiscretizeObservation(inner, { bins });
    const multi = new DiscretizeObservation(inner, { bins, multidiscrete: true });
    const acted = new DiscretizeAction(inner, { bins });
    expect(values.map((value) => observed.observation(value))).toEqual(recorded.found);
    expect(values.map((value) => [...multi.observation(value)])).toEqual(recorded.multi);
    expect(actions.map((k) => observed.revertObservation(k)).map((bound) => [bound.low, bound.high])).toEqual(
      recorded.bounds,
    );
    expect(actions.map((k) => [...acted.action(k)])).toEqual(recorded.middles);
    expect(values.map((value) => acted.revertAction(value))).toEqual(recorded.reverted);
    expect(recorded.found.every((bin) => observed.observationSpace.contains(bin))).toBe(true);
  });
});

describe("TimeAwareObservation", () => {
  it("flattens CartPole and its time to Gymnasium's vectors", async () => {
    const run = async (env: Env<Float32Array | Float64Array, number>) => {
      const seen = [[...(await env.reset({ seed: 3 })).observation]];
      for (let k = 0; k < 5; k++) seen.push([...(await env.step(k % 2)).observation]);
      return seen;
    };
    const cartPole = () => make<Float32Array, number>("CartPole-v1");
    const env = new TimeAwareObservation(await cartPole());
    expect(await run(env)).toEqual(golden.timed.plain);
    const { low, high, dtype } = env.observationSpace as unknown as Box<"float64">;
    expect([[...low], [...high], dtype]).toEqual([plain(golden.timed.low), plain(golden.timed.high), "float64"]);
    expect(await run(new TimeAwareObservation(await cartPole(), { normalizeTime: true }))).toEqual(golden.timed.part);
  });
});
