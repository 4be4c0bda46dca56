import { describe, expect, it } from "vitest";
import { CartPole } from "../../../envs/classic-control/cart-pole.ts";
import { ConfigError } from "../../../src/base/errors.ts";
import type { Env, Reset, Step } from "../../../src/core/env.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Dict } from "../../../src/core/spaces/dict.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { Graph } from "../../../src/core/spaces/graph.ts";
import { MultiBinary } from "../../../src/core/spaces/multi-binary.ts";
import { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import { OneOf } from "../../../src/core/spaces/one-of.ts";
import { Sequence } from "../../../src/core/spaces/sequence.ts";
import type { Space } from "../../../src/core/spaces/space.ts";
import { Text } from "../../../src/core/spaces/text.ts";
import { Tuple } from "../../../src/core/spaces/tuple.ts";
import { AddRenderObservation } from "../../../src/core/wrappers/add-render-observation.ts";
import { DelayObservation } from "../../../src/core/wrappers/delay-observation.ts";
import { DiscretizeObservation } from "../../../src/core/wrappers/discretize-observation.ts";
import { DtypeObservation } from "../../../src/core/wrappers/dtype-observation.ts";
import { FilterObservation } from "../../../src/core/wrappers/filter-observation.ts";
import { FlattenObservation } from "../../../src/core/wrappers/flatten-observation.ts";
import { FrameStackObservation } from "../../../src/core/wrappers/frame-stack-observation.ts";
import { GrayscaleObservation } from "../../../src/core/wrappers/grayscale-observation.ts";
import { MaxAndSkipObservation } from "../../../src/core/wrappers/max-and-skip-observation.ts";
import { NormalizeObservation } from "../../../src/core/wrappers/normalize-observation.ts";
import { ObservationWrapper } from "../../../src/core/wrappers/observation-wrapper.ts";
import { RescaleObservation } from "../../../src/core/wrappers/rescale-observation.ts";
import { ReshapeObservation } from "../../../src/core/wrappers/reshape-observation.ts";
import { ResizeObservation } from "../../../src/core/wrappers/resize-observation.ts";
import { TimeAwareObservation } from "../../../src/core/wrappers/time-aware-observation.ts";
import { TimeLimit } from "../../../src/core/wrappers/time-limit.ts";
import { TransformObservation } from "../../../src/core/wrappers/transform-observation.ts";
import { counting, ScriptedEnv } from "./scripted-env.ts";

/** What an environment shows: of a reset, then of as many steps. */
function shown<T>(env: Env<T, number>, steps: number): T[] {
  const seen = [(env.reset({ seed: 1 }) as Reset<T>).observation];
  for (let i = 0; i < steps; i++) seen.push((env.step(0) as Step<T>).observation);
  return seen;
}

const values = (arrays: readonly unknown[]) => arrays.map((array) => [...(array as ArrayLike<number> as number[])]);

/** An environment that shows one value of a space for ever. */
function still<T>(observationSpace: Space<T>, observation: T): ScriptedEnv<T> {
  return new ScriptedEnv<T>({ observationSpace, observations: [observation] });
}

const mixed = new Dict({ speed: new Box({ low: [-3], high: [4] }), gear: new Discrete(3) });
const mixedEnv = () =>
  still<{ speed: Float32Array; gear: number }>(mixed as never, { speed: Float32Array.of(2), gear: 1 });

describe("ObservationWrapper", () => {
  it("changes what reset and step show, and nothing else", () => {
    class Doubling extends ObservationWrapper<Float32Array, number> {
      observation(observation: Float32Array): Float32Array {
        return observation.map((x) => 2 * x);
      }
    }
    const env = new Doubling(counting());
    expect(env.reset()).toEqual({ observation: Float32Array.of(0), info: { reset: true } });
    const step = { reward: 1, terminated: false, truncated: false, info: { step: 0 } };
    expect(env.step(0)).toEqual({ observation: Float32Array.of(2), ...step });
  });
});

describe("TransformObservation", () => {
  it("applies its function, in the space that it is given or the inner one", () => {
    const env = new TransformObservation(counting(), { func: (observation) => observation.map((x) => x + 0.5) });
    expect(values(shown(env, 2))).toEqual([[0.5], [1.5], [2.5]]);
    expect(env.observationSpace).toBe(env.env.observationSpace);
    const space = new Discrete(99);
    const counted = new TransformObservation(counting(), {
      func: (observation) => observation[0],
      observationSpace: space,
    });
    expect(shown(counted, 2)).toEqual([0, 1, 2]);
    expect(counted.observationSpace).toBe(space);
  });
});

describe("FrameStackObservation", () => {
  const stack = (options: { stackSize: number; paddingType?: "reset" | "zero" | Float32Array }) =>
    values(shown(new FrameStackObservation(counting(), options), 4));

  it("shows the newest last, and before the first what the padding says", () => {
    const last = [1, 2, 3];
    expect(stack({ stackSize: 3 })).toEqual([[0, 0, 0], [0, 0, 1], [0, 1, 2], last, [2, 3, 4]]);
    const started = new FrameStackObservation(counting(), { stackSize: 3 });
    shown(started, 2); // observations go on: the next episode begins at 3
    expect(values(shown(started, 2))).toEqual([
      [3, 3, 3],
      [3, 3, 4],
      [3, 4, 5],
    ]);
    const zero = new FrameStackObservation(started, { stackSize: 2, paddingType: "zero" });
    expect(values(shown(zero, 1))).toEqual([
      [0, 0, 0, 6, 6, 6],
      [6, 6, 6, 6, 6, 7],
    ]);
    expect(stack({ stackSize: 3, paddingType: Float32Array.of(9) }).slice(0, 3)).toEqual([
      [9, 9, 0],
      [9, 0, 1],
      [0, 1, 2],
    ]);
    expect(stack({ stackSize: 1 })).toEqual([[0], [1], [2], [3], [4]]);
  });

  it("stacks every space as batchSpace has it", () => {
    const box = new FrameStackObservation(new CartPole(), { stackSize: 4 });
    expect(String(box.observationSpace)).toContain("(4, 4), float32");
    const discrete = new FrameStackObservation(still(new Discrete(5, { start: 2 }), 3), {
      stackSize: 2,
      paddingType: "zero",
    });
    expect(shown(discrete, 1)).toEqual([Int32Array.of(2, 3), Int32Array.of(3, 3)]);
    const dict = new FrameStackObservation(mixedEnv(), {
      stackSize: 2,
      paddingType: "zero",
    });
    const expected = { gear: Int32Array.of(0, 1), speed: Float32Array.of(0, 2) };
    expect(shown(dict, 0)).toEqual([expected]);
    expect(dict.observationSpace.contains(expected)).toBe(true);
    const text = new FrameStackObservation(still(new Text({ maxLength: 3 }), "ab"), {
      stackSize: 2,
    });
    expect(shown(text, 0)).toEqual([["ab", "ab"]]);
  });

  it.each<[object, RegExp]>([
    [{ stackSize: 0 }, /stackSize to be an integer ≥ 1, got 0/],
    [{ stackSize: 1.5 }, /stackSize/],
    [{ stackSize: 2, paddingType: "rest" }, /"reset", "zero" or a value in Box.*got "rest"/],
    [{ stackSize: 2, paddingType: Float32Array.of(-1) }, /a value in Box/],
  ])("refuses %o", (options, message) => {
    expect(() => new FrameStackObservation(counting(), options as { stackSize: number })).toThrow(message);
  });
});

describe("DelayObservation", () => {
  it.each([0, 1, 2, 3])("shows everything %i steps later, zero until then", (delay) => {
    const env = new DelayObservation(counting(), { delay });
    const expected = [0, 1, 2, 3, 4, 5].map((i) => [Math.max(0, i - delay)]);
    expect(values(shown(env, 5))).toEqual(expected);
    expect(values(shown(env, delay)).at(-1)).toEqual([6]); // a reset forgets what waited
  });

  it("takes each space's own zero", () => {
    const spaces: [Space<never>, unknown][] = [
      [new Box({ low: [-1, 2, -4], high: [1, 3, -2] }) as never, Float32Array.of(0, 2, -2)],
      [new Discrete(4, { start: -2 }) as never, -2],
      [new MultiDiscrete([3, 4], { start: [1, 2] }) as never, Int32Array.of(1, 2)],
      [new MultiBinary(3) as never, new Int8Array(3)],
      [new Text({ minLength: 2, maxLength: 3, charset: "ba" }) as never, "aa"],
      [new Tuple([new Discrete(2), new Text({ maxLength: 1, charset: "x" })]) as never, [0, "x"]],
      [mixed as never, { speed: Float32Array.of(0), gear: 0 }],
      [new OneOf([new Discrete(3, { start: 1 }), new Text({ maxLength: 2 })]) as never, { index: 0, value: 1 }],
      [new Sequence(new Discrete(3)) as never, []],
      [new Sequence(new Box({ low: [1, -1], high: [2, 1] }), { stack: true }) as never, Float32Array.of(1, 0)],
      [
        new Graph({ nodeSpace: new Box({ low: [1], high: [2] }), edgeSpace: new Discrete(4) }) as never,
        { nodes: Float32Array.of(1), edges: Int32Array.of(0), edgeLinks: Int32Array.of(0, 0) },
      ],
      [new Graph({ nodeSpace: new Discrete(3) }) as never, { nodes: Int32Array.of(0), edges: null, edgeLinks: null }],
    ];
    for (const [space, zero] of spaces) {
      expect(shown(new DelayObservation(still(space, zero as never), { delay: 1 }), 0)).toEqual([zero]);
      expect(space.contains(zero)).toBe(true);
    }
  });

  it.each([-1, 0.5])("refuses the delay %s", (delay) => {
    expect(() => new DelayObservation(counting(), { delay })).toThrow(ConfigError);
  });
});

describe("TimeAwareObservation", () => {
  const limited = <T>(env: Env<T, number>) => new TimeLimit(env, { maxEpisodeSteps: 4 });

  it("adds the time to a Dict, to a Tuple, or beside anything else", () => {
    const beside = new TimeAwareObservation(limited(counting()), { flatten: false });
    expect(shown(beside, 1)).toEqual([
      { obs: Float32Array.of(0), time: Int32Array.of(0) },
      { obs: Float32Array.of(1), time: Int32Array.of(1) },
    ]);
    expect(shown(beside, 0)).toEqual([{ obs: Float32Array.of(2), time: Int32Array.of(0) }]);
    expect(String(beside.observationSpace)).toContain("'time': Box(0, 4, (1,), int32)");
    const named = new TimeAwareObservation(limited(mixedEnv()), { flatten: false, dictTimeKey: "clock" });
    expect(shown(named, 1)[1]).toEqual({ speed: Float32Array.of(2), gear: 1, clock: Int32Array.of(1) });
    const pair = still<readonly [number, number]>(new Tuple([new Discrete(3), new Discrete(3)]), [1, 2]);
    const timed = new TimeAwareObservation(limited(pair), { flatten: false, normalizeTime: true });
    const seen = shown(timed, 1);
    expect(seen[1]).toEqual([1, 2, Float32Array.of(0.25)]);
    expect(timed.observationSpace.contains(seen[1])).toBe(true);
    expect(values(shown(new TimeAwareObservation(limited(mixedEnv())), 1))).toEqual([
      [0, 1, 0, 2, 0],
      [0, 1, 0, 2, 1],
    ]);
  });

  it("takes the limit from the spec or from a layer, and needs one", () => {
    expect(new TimeAwareObservation(new DelayObservation(limited(counting()), { delay: 1 })).maxTimesteps).toBe(4);
    const spec = { id: "A-v0", kwargs: {}, maxEpisodeSteps: 100 };
    expect(new TimeAwareObservation(Object.assign(counting(), { spec })).maxTimesteps).toBe(100);
    expect(() => new TimeAwareObservation(counting())).toThrow(/Put TimeLimit around it/);
    expect(() => new TimeAwareObservation(limited(mixedEnv()), { dictTimeKey: "gear" })).toThrow(/"gear", which is in/);
  });
});

describe("FlattenObservation", () => {
  it("shows flat vectors within a Box of their bounds", () => {
    const env = new FlattenObservation(mixedEnv());
    expect(shown(env, 0)).toEqual([Float32Array.of(0, 1, 0, 2)]); // gear one-hot, then speed
    expect(new Box({ low: [0, 0, 0, -3], high: [1, 1, 1, 4] }).equals(env.observationSpace)).toBe(true);
    const grid = still(
      new Box({ low: -7, high: 2 ** 30, shape: [2, 2], dtype: "int32" }),
      Int32Array.of(1, 2, 3, 2 ** 30),
    );
    const flat = new FlattenObservation<number, Int32Array>(grid);
    expect(shown(flat, 0)).toEqual([Float64Array.of(1, 2, 3, 2 ** 30)]);
    expect(flat.observationSpace.contains(Float64Array.of(1, 2, 3, 4))).toBe(true);
    const list = new FlattenObservation<number, readonly number[], readonly Float32Array[]>(
      still(new Sequence(new Discrete(2)), [1, 0]),
    );
    expect(shown(list, 0)).toEqual([[Float32Array.of(0, 1), Float32Array.of(1, 0)]]);
    const bits = new FlattenObservation<number, Int8Array>(still(new MultiBinary(2), Int8Array.of(1, 0)));
    expect(String(bits.observationSpace)).toBe("Box(0.0, 1.0, (2,), float32)");
  });
});

describe("FilterObservation", () => {
  it("keeps parts of a Dict or a Tuple", () => {
    const env = new FilterObservation(mixedEnv(), { filterKeys: ["gear"] });
    expect(shown(env, 0)).toEqual([{ gear: 1 }]);
    expect(String(env.observationSpace)).toBe("Dict('gear': Discrete(3))");
    const triple = still<readonly [number, number, number]>(
      new Tuple([new Discrete(2), new Discrete(3), new Discrete(4)]),
      [1, 2, 3],
    );
    const turned = new FilterObservation(triple, { filterKeys: [2, 0] });
    expect(shown(turned, 0)).toEqual([[3, 1]]);
    expect(String(turned.observationSpace)).toBe("Tuple(Discrete(4), Discrete(2))");
  });

  it.each<[PropertyKey[]]>([[["wheel"]], [[0]], [[]], [["gear", "gear"]]])("refuses the keys %o", (filterKeys) => {
    expect(() => new FilterObservation(mixedEnv(), { filterKeys })).toThrow(/some of gear, speed, each once/);
  });

  it("refuses spaces without parts", () => {
    expect(() => new FilterObservation(counting(), { filterKeys: ["a"] })).toThrow(/Expected a Dict or a Tuple/);
  });
});

describe("DtypeObservation", () => {
  it("turns values and bounds to another type", () => {
    const box = still(new Box({ low: -2.5, high: 300, shape: [3] }), Float32Array.of(-1.7, 2.9, 120));
    const env = new DtypeObservation(box, { dtype: "int8" });
    expect(shown(env, 0)).toEqual([Int8Array.of(-1, 2, 120)]);
    expect(String(env.observationSpace)).toBe("Box(-2, 127, (3,), int8)");
    const wide = new DtypeObservation(new CartPole(), { dtype: "float64" });
    expect(String(wide.observationSpace)).toContain("float64");
    const number = new DtypeObservation(still(new Discrete(4, { start: 3 }), 5), { dtype: "float32" });
    expect(shown(number, 0)).toEqual([Float32Array.of(5)]);
    expect(String(number.observationSpace)).toBe("Box(3.0, 6.0, (), float32)");
    const multi = new DtypeObservation(still(new MultiDiscrete([2, 3]), Int32Array.of(1, 2)), { dtype: "uint8" });
    expect(shown(multi, 0)).toEqual([Uint8Array.of(1, 2)]);
    const bits = new DtypeObservation(still(new MultiBinary(2), Int8Array.of(0, 1)), { dtype: "float32" });
    expect(shown(bits, 0)).toEqual([Float32Array.of(0, 1)]);
    expect(() => new DtypeObservation(mixedEnv(), { dtype: "int8" })).toThrow(/Expected a Box, Discrete/);
    const whole = new DtypeObservation(box, { dtype: "int64" });
    expect(shown(whole, 0)).toEqual([Float64Array.of(-1, 2, 120)]);
    expect(String(whole.observationSpace)).toBe("Box(-2, 300, (3,), int64)");
    const truth = new DtypeObservation(bits, { dtype: "bool" });
    expect(shown(truth, 0)).toEqual([Uint8Array.of(0, 1)]);
    expect(String(truth.observationSpace)).toBe("Box(False, True, (2,), bool)");
    expect(() => new DtypeObservation(counting(), { dtype: "complex64" as never })).toThrow(
      /dtype to be one of float32/,
    );
  });
});

describe("ReshapeObservation", () => {
  it("changes the shape, and one size may be left open", () => {
    const env = new ReshapeObservation(new CartPole(), { shape: [2, -1, 1] });
    expect((env.observationSpace as unknown as Box).shape).toEqual([2, 2, 1]);
    expect(shown(env, 0)).toEqual(shown(new CartPole(), 0));
    expect((env.observationSpace as unknown as Box).low).toEqual(new CartPole().observationSpace.low);
  });

  it.each([[[3]], [[0, 4]], [[-1, -1]], [[3, -1]], [[2, 2.0001]]])("refuses the shape %j", (shape) => {
    expect(() => new ReshapeObservation(new CartPole(), { shape })).toThrow(/a shape of 4 elements/);
  });
});

describe("RescaleObservation", () => {
  it.each<[object, RegExp]>([
    [{ minObs: 0, maxObs: 1 }, /infinite bound to stay as it is, got 0 instead of -Infinity/],
    [{ minObs: [0, -Infinity, 0], maxObs: 1 }, /a number or 4 numbers, got 3/],
    [
      { minObs: [1, -Infinity, 0, -Infinity], maxObs: [0, Infinity, 1, Infinity] },
      /low ≤ high, got 1 > 0 at element 0/,
    ],
  ])("refuses %o for CartPole", (options, message) => {
    expect(() => new RescaleObservation(new CartPole(), options as never)).toThrow(message);
  });

  it("refuses integers", () => {
    const env = still(new Box({ low: 0, high: 255, shape: [2], dtype: "uint8" }), new Uint8Array(2));
    expect(() => new RescaleObservation(env, { minObs: 0, maxObs: 1 })).toThrow(/floats to rescale.*DtypeObservation/);
  });
});

describe("wrappers of images", () => {
  const image = (shape: number[], high = 255) =>
    still(new Box({ low: 0, high, shape, dtype: "uint8" }), new Uint8Array(99));

  it("refuse what is no image", () => {
    expect(() => new GrayscaleObservation(image([4, 4]))).toThrow(/with 3 dimensions/);
    expect(() => new GrayscaleObservation(image([4, 4, 4]))).toThrow(/image of 3 channels/);
    expect(() => new GrayscaleObservation(image([4, 4, 3], 254))).toThrow(/uint8 from 0 to 255/);
    expect(() => new GrayscaleObservation(new CartPole() as never)).toThrow(/uint8 from 0 to 255/);
    expect(() => new ResizeObservation(image([4]), { shape: [2, 2] })).toThrow(/2 or 3 dimensions/);
    expect(() => new ResizeObservation(mixedEnv() as never, { shape: [2, 2] })).toThrow(
      /Expected a Box for ResizeObservation/,
    );
  });

  it.each([[[0, 2]], [[2]], [[2.5, 2]]])("refuse the size %j", (shape) => {
    expect(() => new ResizeObservation(image([4, 4]), { shape: shape as unknown as [number, number] })).toThrow(
      /two integers/,
    );
  });
});

describe("MaxAndSkipObservation", () => {
  it("repeats the action, sums the rewards, and shows the greater of the last two", () => {
    const observations = [0, 9, 2, 7, 5, 1, 3, 8, 4].map((x) => Float32Array.of(x, -x));
    const observationSpace = new Box({ low: -9, high: 9, shape: [2] });
    const script = { observationSpace, observations, rewards: [1, 2, 3, 4, 5, 6, 7, 8] };
    const env = new MaxAndSkipObservation(new ScriptedEnv(script), { skip: 3 });
    expect(shown(env, 0)).toEqual([observations[0]]);
    expect(env.step(1)).toMatchObject({ observation: Float32Array.of(7, -2), reward: 6, info: { step: 2 } });
    expect(env.step(1)).toMatchObject({ observation: Float32Array.of(3, -1), reward: 15 });
    const ending = new ScriptedEnv({ ...script, terminations: [false, true, true] });
    const short = new MaxAndSkipObservation(ending);
    short.reset();
    expect(short.step(1)).toMatchObject({ observation: Float32Array.of(9, -2), reward: 3, terminated: true });
    expect(short.step(1)).toMatchObject({ observation: Float32Array.of(7, -7), reward: 3 }); // nothing stale
    expect(ending.actions).toEqual([1, 1, 1]);
  });

  it.each([1, 0, 2.5])("refuses to skip %s", (skip) => {
    expect(() => new MaxAndSkipObservation(new CartPole(), { skip })).toThrow(/integer ≥ 2/);
  });
});

describe("NormalizeObservation", () => {
  it("comes to mean 0 and deviation 1", () => {
    const observationSpace = new Box({ low: -100, high: 100, shape: [2] });
    const wave = Array.from({ length: 2000 }, (_, i) =>
      Float32Array.of(30 + 5 * Math.sin(i), -2 + 0.1 * Math.cos(3 * i)),
    );
    const env = new NormalizeObservation(new ScriptedEnv({ observationSpace, observations: wave }));
    shown(env, 1800);
    env.updateRunningMean = false;
    const before = [...env.observationStatistics.mean];
    const late = Array.from({ length: 190 }, () => (env.step(0) as Step<Float32Array>).observation);
    expect([...env.observationStatistics.mean]).toEqual(before);
    for (const k of [0, 1]) {
      const mean = late.reduce((sum, x) => sum + x[k], 0) / late.length;
      expect(Math.abs(mean)).toBeLessThan(0.05);
      const variance = late.reduce((sum, x) => sum + (x[k] - mean) ** 2, 0) / late.length;
      expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    }
    expect(String(env.observationSpace)).toBe("Box(-inf, inf, (2,), float32)");
  });

  it("refuses what it cannot normalise with", () => {
    expect(() => new NormalizeObservation(new CartPole(), { epsilon: 0 })).toThrow(/epsilon > 0/);
    expect(() => new NormalizeObservation(mixedEnv() as never)).toThrow(
      /observations that are arrays.*FlattenObservation/,
    );
  });
});

describe("DiscretizeObservation", () => {
  it("puts what is beyond the ends into the outer bins", () => {
    const env = new DiscretizeObservation(counting(10), { bins: 5 });
    expect([-3, 0, 1.99, 2, 9.99, 10, 12].map((x) => env.observation(Float32Array.of(x)))).toEqual([
      0, 0, 0, 1, 4, 4, 4,
    ]);
    expect(env.revertObservation(1)).toEqual({ low: [2], high: [4] });
    expect(env.observationSpace.equals(new Discrete(5))).toBe(true);
  });

  it.each<[object, RegExp]>([
    [{ bins: 0 }, /an integer ≥ 1 or 1 of them/],
    [{ bins: [2, 2] }, /an integer ≥ 1 or 1 of them/],
  ])("refuses %o", (options, message) => {
    expect(() => new DiscretizeObservation(counting(), options as { bins: number })).toThrow(message);
  });

  it("refuses boxes without bounds", () => {
    expect(() => new DiscretizeObservation(new CartPole(), { bins: 3 })).toThrow(/finite bounds to cut into bins/);
  });
});

describe("AddRenderObservation", () => {
  const drawn = () => Object.assign(counting(), { renderMode: "rgb_array" as const });

  it("shows the picture alone, or beside the observation", () => {
    const alone = new AddRenderObservation(drawn());
    expect(String(alone.observationSpace)).toBe("Box(0, 255, (2, 4, 3), uint8)");
    const [first, second] = shown(alone, 1);
    expect([first[0], second[0], first.length]).toEqual([10, 20, 24]); // the look for the size was a reset, too
    const beside = new AddRenderObservation(drawn(), { renderOnly: false });
    const both = shown(beside, 0)[0] as unknown as { state: Float32Array; pixels: Uint8Array };
    expect([both.state, both.pixels.length]).toEqual([Float32Array.of(1), 24]);
    expect(beside.observationSpace.contains(both)).toBe(true);
    const named = Object.assign(mixedEnv(), { renderMode: "rgb_array" as const });
    const within = new AddRenderObservation(named, { renderOnly: false, renderKey: "view" });
    expect(Object.keys(shown(within, 0)[0]).sort()).toEqual(["gear", "speed", "view"]);
  });

  it("refuses what it cannot look at", () => {
    expect(() => new AddRenderObservation(counting())).toThrow(/in mode rgb_array, got mode undefined/);
    const named = Object.assign(mixedEnv(), { renderMode: "rgb_array" as const });
    expect(() => new AddRenderObservation(named, { renderOnly: false, renderKey: "gear" })).toThrow(
      /renderKey that is free/,
    );
    const late = Object.assign(drawn(), { reset: async () => ({ observation: Float32Array.of(0), info: {} }) });
    expect(() => new AddRenderObservation(late as Env)).toThrow(/got a promise. Give size/);
    const blind = Object.assign(drawn(), { render: () => "no picture" });
    expect(() => new AddRenderObservation(blind as Env)).toThrow(/to give a picture, got "no picture"/);
  });
});
