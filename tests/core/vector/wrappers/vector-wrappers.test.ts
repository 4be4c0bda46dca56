import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../../src/base/errors.ts";
import type { Env } from "../../../../src/core/env.ts";
import { RandomStream } from "../../../../src/core/random.ts";
import { Box } from "../../../../src/core/spaces/box.ts";
import { Dict } from "../../../../src/core/spaces/dict.ts";
import { Discrete } from "../../../../src/core/spaces/discrete.ts";
import { type MakeVecOptions, makeVec } from "../../../../src/core/vector/make-vec.ts";
import type { AutoresetMode, VectorEnv } from "../../../../src/core/vector/vector-env.ts";
import { DictInfoToList } from "../../../../src/core/vector/wrappers/dict-info-to-list.ts";
import { VectorNormalizeObservation } from "../../../../src/core/vector/wrappers/vector-normalize-observation.ts";
import { VectorNormalizeReward } from "../../../../src/core/vector/wrappers/vector-normalize-reward.ts";
import { VectorRecordEpisodeStatistics } from "../../../../src/core/vector/wrappers/vector-record-episode-statistics.ts";
import {
  VectorTransformAction,
  VectorTransformObservation,
  VectorTransformReward,
} from "../../../../src/core/vector/wrappers/vector-transforms.ts";
import { VectorWrapper } from "../../../../src/core/vector/wrappers/vector-wrapper.ts";
import {
  VectorizeTransformAction,
  VectorizeTransformObservation,
  VectorizeTransformReward,
} from "../../../../src/core/vector/wrappers/vectorize-transforms.ts";
import { ClipReward } from "../../../../src/core/wrappers/clip-reward.ts";
import { FlattenObservation } from "../../../../src/core/wrappers/flatten-observation.ts";
import { RecordEpisodeStatistics } from "../../../../src/core/wrappers/record-episode-statistics.ts";
import { TransformAction } from "../../../../src/core/wrappers/transform-action.ts";
import { TransformObservation } from "../../../../src/core/wrappers/transform-observation.ts";
import { describeVectorEnvContract } from "../../../contracts/vector-env-contract.ts";
import { toys } from "../toy.ts";
import "../../../../src/registrations.ts";

type Poles = VectorEnv<Float32Array, number>;
type Pole = Env<Float32Array, number>;
const poles = (options: MakeVecOptions = {}) =>
  makeVec<Float32Array, number>("CartPole-v1", { numEnvs: 3, ...options });
const MODES: readonly AutoresetMode[] = ["next-step", "same-step", "disabled"];

/** The actions of the recordings: (t · (slot + 2) div 3) mod 2. */
const recorded = (t: number) => [0, 1, 2].map((slot) => Math.floor((t * (slot + 2)) / 3) % 2);
const close = (values: ArrayLike<number>, expected: readonly number[], digits: number) => {
  expect(values.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, digits);
};

describeVectorEnvContract(
  "a wrapped vector",
  async (options) => new VectorWrapper(new VectorWrapper(await toys(options))) as unknown as VectorEnv,
  { steps: 40 },
);

describe("VectorNormalizeObservation", () => {
  it("gives what Gymnasium's gives", async () => {
    // Gymnasium 1.3.0: NormalizeObservation(make_vec("CartPole-v1", 3, "sync")), reset(seed=9), 60 of the recorded actions.
    const env = new VectorNormalizeObservation(await poles());
    const begun = await env.reset({ seed: 9 });
    close(
      begun.observations,
      [
        0.5815830826759338, -0.32684043049812317, -0.6148669719696045, 1.3770804405212402, 0.8096775412559509,
        -0.9087563753128052, 1.2434886693954468, -0.5076774954795837, -1.3912204504013062, 1.235472559928894,
        -0.6284752488136292, -0.8694572448730469,
      ],
      4,
    );
    let { observations } = begun;
    for (let t = 0; t < 60; t++) ({ observations } = await env.step(recorded(t)));
    close(
      observations,
      [
        0.0020697005093097687, 0.4359058439731598, -0.7731367945671082, -0.44481369853019714, 1.1304763555526733,
        1.3673832416534424, -1.3655041456222534, -1.533793568611145, -0.009815488010644913, -0.7605128288269043,
        -0.3782338798046112, 0.513192892074585,
      ],
      4,
    );
    const { mean, var: variance, count } = env.observationStatistics;
    close(mean, [-0.029022838920354843, -0.3313504755496979, 0.0571155808866024, 0.5648518204689026], 5);
    close(variance, [0.003665871685370803, 0.13059119880199432, 0.005739605985581875, 0.35473906993865967], 5);
    expect(count).toBeCloseTo(183.0001, 9);
  });

  it("is float32 without bounds, stands still when frozen, and refuses what it cannot do", async () => {
    const env = new VectorNormalizeObservation(await poles());
    expect(env.singleObservationSpace.equals(new Box({ low: -Infinity, high: Infinity, shape: [4] }))).toBe(true);
    expect(env.observationSpace.contains((await env.reset({ seed: 1 })).observations)).toBe(true);
    const before = env.observationStatistics.state();
    env.updateRunningMean = false;
    await env.step([0, 0, 0]);
    expect(env.observationStatistics.state()).toEqual(before);
    env.updateRunningMean = true;
    await env.step([0, 0, 0]);
    expect(env.observationStatistics.state()).not.toEqual(before);
    expect(() => env.reset({ options: { resetMask: [true, false, true] } })).toThrow(/resetMask/);
    await env.reset({ options: { resetMask: [true, true, true] } });
    for (const epsilon of [0, -1e-8, Number.NaN]) {
      expect(() => new VectorNormalizeObservation(env, { epsilon })).toThrow(/epsilon/);
    }
    for (const autoreset of ["same-step", "disabled"] as const) {
      const other = await poles({ autoreset });
      expect(() => new VectorNormalizeObservation(other)).toThrow(/next-step/);
    }
    const toy = await toys<Float32Array>({ observation: "dict" });
    expect(() => new VectorNormalizeObservation(toy)).toThrow(/Box/);
  });
});

describe("VectorNormalizeReward", () => {
  it("gives what Gymnasium's gives", async () => {
    // Gymnasium 1.3.0: NormalizeReward over the same vector, the last of 60 steps. It keeps returns as float32.
    const env = new VectorNormalizeReward(await poles());
    await env.reset({ seed: 9 });
    let rewards: ArrayLike<number> = [];
    for (let t = 0; t < 60; t++) ({ rewards } = await env.step(recorded(t)));
    const { mean, var: variance, count } = env.returnStatistics;
    expect(count).toBeCloseTo(172.0001, 9); // eight steps of 180 were those of an autoreset
    close(rewards, new Array(3).fill(0.15111619610072105), 5);
    close([mean[0], variance[0]], [9.602753953619155, 43.79030538963994], 3);
  });

  it("counts every step with same-step, and begins a new return at once", async () => {
    const env = new VectorNormalizeReward(await poles({ autoreset: "same-step", maxEpisodeSteps: 4 }));
    await env.reset({ seed: 1 });
    for (let t = 1; t <= 12; t++) {
      const { truncations } = await env.step([0, 1, 0]);
      expect(truncations).toEqual(new Array(3).fill(t % 4 === 0));
      if (t % 4 === 0) expect(Array.from(env.accumulatedReward)).toEqual([0, 0, 0]);
    }
    expect(env.returnStatistics.count).toBeCloseTo(36.0001, 9);
  });

  it("begins anew with a reset, stands still when frozen, and refuses options out of range", async () => {
    const env = new VectorNormalizeReward(await poles());
    await env.reset({ seed: 1 });
    await env.step([0, 0, 0]);
    expect(Array.from(env.accumulatedReward)).toEqual([1, 1, 1]);
    await env.reset();
    expect(Array.from(env.accumulatedReward)).toEqual([0, 0, 0]);
    env.updateRunningMean = false;
    const before = env.returnStatistics.state();
    await env.step([0, 0, 0]);
    expect(env.returnStatistics.state()).toEqual(before);
    for (const gamma of [-1, 1.01, 99]) expect(() => new VectorNormalizeReward(env, { gamma })).toThrow(/gamma/);
    for (const epsilon of [0, -1]) expect(() => new VectorNormalizeReward(env, { epsilon })).toThrow(/epsilon/);
  });
});

describe("VectorRecordEpisodeStatistics", () => {
  it("says what the wrapper around each environment says", async () => {
    const wrap = (env: Env) => new RecordEpisodeStatistics(env);
    const [outside, inside] = [new VectorRecordEpisodeStatistics(await poles()), await poles({ wrappers: [wrap] })];
    const random = new RandomStream(0);
    for (const env of [outside, inside]) await env.reset({ seed: 123 });
    const withoutTime = (infos: Readonly<Record<string, unknown>>) => {
      if (!infos["episode"]) return infos;
      const { t, ...episode } = infos["episode"] as Record<string, Float64Array>;
      expect(t).toBeInstanceOf(Float64Array);
      return { ...infos, episode };
    };
    let episodes = 0;
    for (let i = 0; i < 100; i++) {
      const actions = [0, 1, 2].map(() => random.integer(0, 2));
      const [a, b] = [await outside.step(actions), await inside.step(actions)];
      expect(withoutTime(a.infos)).toEqual(withoutTime(b.infos));
      episodes += Number(a.infos["episode"] !== undefined);
    }
    expect(episodes).toBeGreaterThan(3);
  });

  it.each(MODES)("counts whole episodes, autoreset steps not among them (%s)", async (autoreset) => {
    const vector = await poles({ autoreset, maxEpisodeSteps: 3 });
    const env = new VectorRecordEpisodeStatistics(vector, { bufferLength: 5 });
    await env.reset({ seed: 1 });
    for (let t = 0; t < 25; t++) {
      const step = await env.step([0, 1, 0]);
      const over = step.truncations;
      if (!over.includes(true)) {
        expect(step.infos).not.toHaveProperty("episode");
        continue;
      }
      const { r, l, t: seconds } = step.infos["episode"] as Record<string, Float64Array>;
      expect(step.infos["_episode"]).toEqual(over);
      over.forEach((isOver, slot) => {
        expect([r[slot], l[slot]]).toEqual(isOver ? [3, 3] : [0, 0]);
        expect(seconds[slot]).toBeGreaterThanOrEqual(0);
      });
      if (autoreset === "disabled") await env.reset({ options: { resetMask: [...over] } });
    }
    expect(env.episodeCount).toBe(autoreset === "next-step" ? 18 : 24);
    expect([env.returnQueue, env.lengthQueue]).toEqual([new Array(5).fill(3), new Array(5).fill(3)]);
    expect(env.timeQueue).toHaveLength(5);
  });

  it("counts anew the slots that are reset, and takes no name that is taken", async () => {
    const env = new VectorRecordEpisodeStatistics(await poles({ maxEpisodeSteps: 4, autoreset: "disabled" }));
    await env.reset({ seed: 1 });
    await env.step([0, 1, 0]);
    await env.reset({ options: { resetMask: [true, false, false] } });
    for (let t = 0; t < 2; t++) await env.step([0, 1, 0]);
    const { infos, truncations } = await env.step([0, 1, 0]);
    expect(truncations).toEqual([false, true, true]);
    expect((infos["episode"] as Record<string, Float64Array>)["l"]).toEqual(Float64Array.of(0, 4, 4));
    const twice = new VectorRecordEpisodeStatistics(
      new VectorRecordEpisodeStatistics(await poles({ maxEpisodeSteps: 1 })),
    );
    await twice.reset();
    await expect(async () => twice.step([0, 0, 0])).rejects.toThrow(/statsKey/);
    expect(() => new VectorRecordEpisodeStatistics(twice, { bufferLength: 0 })).toThrow(ConfigError);
  });
});

describe("functions of batches", () => {
  it("of observations, with their space", async () => {
    const space = new Box({ low: -Infinity, high: Infinity, shape: [2] });
    const firstTwo = (batch: Float32Array) => batch.filter((_, i) => i % 4 < 2);
    const [plain, vector] = [await poles(), await poles()];
    const env = new VectorTransformObservation(vector, { func: firstTwo, singleObservationSpace: space });
    expect(env.observationSpace.equals(new Box({ low: -Infinity, high: Infinity, shape: [3, 2] }))).toBe(true);
    const [a, b] = [await env.reset({ seed: 1 }), await plain.reset({ seed: 1 })];
    expect(a.observations).toEqual(firstTwo(b.observations));
    expect((await env.step([0, 0, 0])).observations).toEqual(firstTwo((await plain.step([0, 0, 0])).observations));
    expect(new VectorTransformObservation(plain, { func: (x: Float32Array) => x }).observationSpace).toBe(
      plain.observationSpace,
    );
    const sameStep = await poles({ autoreset: "same-step" });
    expect(() => new VectorTransformObservation(sameStep, { func: firstTwo })).toThrow(/VectorizeTransformObservation/);
  });

  it("of actions and rewards", async () => {
    const [plain, vector] = [await poles(), await poles()];
    const flipped = (actions: Int32Array | readonly number[]) => Array.from(actions, (action) => 1 - action);
    const env = new VectorTransformReward(new VectorTransformAction<Float32Array, number>(vector, { func: flipped }), {
      func: (rewards) => rewards.map((reward) => reward * 10),
    });
    for (const each of [plain, env]) await each.reset({ seed: 1 });
    const [a, b] = [await env.step([0, 1, 1]), await plain.step([1, 0, 0])];
    expect(a.observations).toEqual(b.observations);
    expect(a.rewards).toEqual(Float64Array.of(10, 10, 10));
    const named = new VectorTransformAction<Float32Array, number>(plain, {
      func: flipped,
      singleActionSpace: new Discrete(3),
    });
    expect([String(named.singleActionSpace), named.actionSpace.flatSize]).toEqual(["Discrete(3)", 9]);
  });
});

describe("lifted wrappers of single environments", () => {
  const parts = {
    func: (observation: Float32Array) => ({ head: observation.slice(0, 1), tail: observation.slice(1) }),
    observationSpace: new Dict({
      head: new Box({ low: -Infinity, high: Infinity, shape: [1] }),
      tail: new Box({ low: -Infinity, high: Infinity, shape: [3] }),
    }),
  };
  type Lift = (env: Poles) => VectorEnv<unknown, never>;
  const LIFTED: readonly (readonly [string, Lift, (env: Pole) => unknown])[] = [
    [
      "observations into parts",
      (env) => new VectorizeTransformObservation(env, (single) => new TransformObservation(single, parts)) as never,
      (env) => new TransformObservation(env, parts),
    ],
    [
      "observations flattened",
      (env) => new VectorizeTransformObservation(env, (single) => new FlattenObservation(single)) as never,
      (env) => new FlattenObservation(env),
    ],
    [
      "observations, later",
      (env) =>
        new VectorizeTransformObservation(
          env,
          (single) => new TransformObservation(single, { func: async (x: Float32Array) => x.map((v) => 2 * v) }),
        ) as never,
      (env) => new TransformObservation(env, { func: (x: Float32Array) => x.map((v) => 2 * v) }),
    ],
    [
      "actions",
      (env) =>
        new VectorizeTransformAction(
          env,
          (single) => new TransformAction(single, { func: (a: number) => 1 - a }),
        ) as never,
      (env) => new TransformAction(env, { func: (a: number) => 1 - a }),
    ],
    [
      "rewards",
      (env) => new VectorizeTransformReward(env, (single) => new ClipReward(single, { maxReward: 0.75 })) as never,
      (env) => new ClipReward(env, { maxReward: 0.75 }),
    ],
  ];

  it.each(LIFTED.flatMap(([name, lift, wrap]) => MODES.slice(0, 2).map((mode) => ({ name, mode, lift, wrap }))))(
    "$name: as around each environment ($mode)",
    async ({ mode: autoreset, lift, wrap }) => {
      const lifted = lift(await poles({ autoreset })) as unknown as VectorEnv;
      const each = await makeVec("CartPole-v1", { numEnvs: 3, autoreset, wrappers: [wrap as (env: Env) => Env] });
      for (const name of ["observationSpace", "actionSpace"] as const) {
        expect(lifted[name].equals(each[name])).toBe(true);
      }
      const random = new RandomStream(5);
      expect(await lifted.reset({ seed: 123 })).toEqual(await each.reset({ seed: 123 }));
      for (let t = 0; t < 50; t++) {
        const actions = [0, 1, 2].map(() => random.integer(0, 2));
        expect(await lifted.step(actions)).toEqual(await each.step(actions));
      }
    },
  );

  it("a Box in place of parts of an action", async () => {
    const space = new Dict({ key: new Discrete(2) });
    const env = new VectorizeTransformAction(
      await poles(),
      (single) => new TransformAction(single, { func: ({ key }: { key: number }) => key, actionSpace: space }),
    );
    const plain = await poles();
    for (const each of [env, plain]) await each.reset({ seed: 1 });
    const expected = await plain.step([0, 1, 1]);
    expect(await env.step({ key: Int32Array.of(0, 1, 1) })).toEqual(expected);
    await env.reset({ seed: 1 });
    expect(await env.step([{ key: 0 }, { key: 1 }, { key: 1 }])).toEqual(expected);
  });
});

describe("DictInfoToList", () => {
  it("gives each slot what is its own", async () => {
    const [env, plain] = [
      new DictInfoToList(await toys({ autoreset: "same-step" })),
      await toys({ autoreset: "same-step" }),
    ];
    const options = { note: "begun" };
    expect((await env.reset({ seed: 1, options })).infos).toEqual([options, options, options]);
    await plain.reset({ seed: 1 });
    let finals = 0;
    for (let t = 0; t < 20; t++) {
      const [{ infos }, expected] = [await env.step([0, 0, 0]), await plain.step([0, 0, 0])];
      for (let slot = 0; slot < 3; slot++) {
        const over = expected.terminations[slot] || expected.truncations[slot];
        expect("final_obs" in infos[slot]).toBe(over);
        expect(Object.keys(infos[slot]).some((key) => key.startsWith("_"))).toBe(false);
        finals += Number(over);
      }
    }
    expect(finals).toBeGreaterThan(3);
    await env.render();
    await env.close();
    await expect(async () => env.step([0, 0, 0])).rejects.toThrow(/open/);
  });
});
