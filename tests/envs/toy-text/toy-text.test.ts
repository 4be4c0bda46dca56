import { describe, expect, it } from "vitest";
import { Blackjack } from "../../../envs/toy-text/blackjack.ts";
import { CliffWalking } from "../../../envs/toy-text/cliff-walking.ts";
import { FrozenLake } from "../../../envs/toy-text/frozen-lake.ts";
import { generateRandomMap, hasWay } from "../../../envs/toy-text/frozen-lake-map.ts";
import { ConfigError } from "../../../src/base/errors.ts";
import type { RenderFrame } from "../../../src/core/env.ts";
import { ResetNeededError } from "../../../src/core/errors.ts";
import { specOf } from "../../../src/core/registry.ts";
import "../../../src/registrations.ts";

describe("FrozenLake", () => {
  it.each([5, 10, 16])("makes random maps of size %i with a way to the goal", (size) => {
    const map = generateRandomMap({ size });
    expect(map.map((row) => row.length)).toEqual(Array.from({ length: size }, () => size));
    expect([map[0][0], map[size - 1][size - 1], hasWay(map)]).toEqual(["S", "G", true]);
  });

  it("knows a map without a way", () => {
    expect(hasWay(["SH", "HG"])).toBe(false);
    expect(hasWay(["SF", "HG"])).toBe(true);
    expect(() => generateRandomMap({ size: 6, p: 0.01, seed: 0 })).toThrow(/way to the goal/);
  });

  it.each([
    [5, 123],
    [10, 42],
    [16, 987],
  ])("makes the same map of size %i from seed %i, another from the next", (size, seed) => {
    expect(generateRandomMap({ size, seed })).toEqual(generateRandomMap({ size, seed }));
    expect(generateRandomMap({ size, seed })).not.toEqual(generateRandomMap({ size, seed: seed + 1 }));
  });

  it("makes a random 8×8 map where neither map nor name is given", () => {
    const env = new FrozenLake({ mapName: null });
    expect([env.desc.length, hasWay(env.desc), env.observationSpace.n]).toEqual([8, true, 64]);
  });

  it("slips to either side with what successRate leaves", () => {
    const probabilities = (config: ConstructorParameters<typeof FrozenLake>[0]) =>
      new FrozenLake(config).P[0][2].map(({ probability }) => probability);
    expect(probabilities({})).toEqual([1 / 3, 1 / 3, 1 / 3].map((third) => expect.closeTo(third, 15)));
    expect(probabilities({ successRate: 0.75 })).toEqual([0.125, 0.75, 0.125]);
    expect(probabilities({ isSlippery: false })).toEqual([1]);
  });

  it.each([
    { desc: ["SF", "G"] },
    { desc: ["FF"] },
    { desc: ["SX"] },
    { desc: [] },
    { mapName: "5x5" },
    { successRate: 2 },
  ])("refuses %j", (config) => {
    expect(() => new FrozenLake(config as object)).toThrow(ConfigError);
  });
});

describe("CliffWalking", () => {
  const outcomes = (isSlippery: boolean) => new CliffWalking({ isSlippery }).P.flat();

  it("has one outcome an action, or three as likely where it is slippery", () => {
    expect(outcomes(false).every((list) => list.length === 1 && list[0].probability === 1)).toBe(true);
    const slippery = outcomes(true);
    expect(slippery.every((list) => list.length === 3 && list.every(({ probability }) => probability === 1 / 3))).toBe(
      true,
    );
  });

  it("leads from the cliff back to the start, for −100", () => {
    const env = new CliffWalking();
    env.reset({ seed: 1 });
    expect(env.step(1)).toMatchObject({ observation: 36, reward: -100, terminated: false, info: { prob: 1 } });
    for (const action of [0, ...Array<number>(11).fill(1)]) env.step(action);
    expect(env.step(2)).toMatchObject({ observation: 47, reward: -1, terminated: true });
    expect(() => env.step(2)).toThrow(ResetNeededError);
  });
});

describe("Blackjack", () => {
  /** The reward for sticking with these hands. */
  const stick = (config: ConstructorParameters<typeof Blackjack>[0], player: number[], dealer: number[]) => {
    const env = new Blackjack(config);
    env.reset({ seed: 1 });
    env.restore({ ...env.snapshot(), player, dealer });
    return env.step(0).reward;
  };

  it.each([
    ["a natural against 20", [1, 10], [10, 10], { sab: 1, natural: 1.5, plain: 1 }],
    ["a natural against 21 of three cards", [1, 10], [5, 6, 10], { sab: 1, natural: 0, plain: 0 }],
    ["two naturals", [1, 10], [10, 1], { sab: 0, natural: 0, plain: 0 }],
    ["21 of three cards against 20", [5, 6, 10], [10, 10], { sab: 1, natural: 1, plain: 1 }],
    ["18 against 20", [10, 8], [10, 10], { sab: -1, natural: -1, plain: -1 }],
    ["18 against a dealer beyond 21", [10, 8], [10, 6, 10], { sab: 1, natural: 1, plain: 1 }],
  ])("pays for %s by its rules", (_, player, dealer, expected) => {
    expect(stick({ sab: true, natural: true }, player, dealer)).toBe(expected.sab);
    expect(stick({ natural: true }, player, dealer)).toBe(expected.natural);
    expect(stick({}, player, dealer)).toBe(expected.plain);
  });

  it("counts an ace 11 while that fits", () => {
    const env = new Blackjack();
    env.reset({ seed: 1 });
    const observe = (player: number[]) => {
      env.restore({ ...env.snapshot(), running: true, player, dealer: [9, 9] });
      return env.step(0).observation;
    };
    expect([observe([1, 6]), observe([1, 6, 10]), observe([1, 1, 9])]).toEqual([
      [17, 9, 1],
      [17, 9, 0],
      [21, 9, 1],
    ]);
  });
});

describe("the registry", () => {
  it.each([
    ["FrozenLake-v1", 100, 0.7, { mapName: "4x4" }],
    ["FrozenLake8x8-v1", 200, 0.85, { mapName: "8x8" }],
    ["Taxi-v4", 200, 8, {}],
    ["CliffWalking-v1", undefined, undefined, {}],
    ["CliffWalkingSlippery-v1", undefined, undefined, { isSlippery: true }],
    ["Blackjack-v1", undefined, undefined, { sab: true, natural: false }],
  ])("has %s with Gymnasium's limit, threshold and options", (id, maxEpisodeSteps, rewardThreshold, kwargs) => {
    const spec = specOf(id);
    expect([spec.maxEpisodeSteps, spec.rewardThreshold, spec.kwargs]).toEqual([
      maxEpisodeSteps,
      rewardThreshold,
      kwargs,
    ]);
  });
});

describe("pictures", () => {
  const pixel = ({ width, data }: RenderFrame, x: number, y: number) => [
    ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
  ];

  it("of the lake are 64 pixels a tile, 512 at most", () => {
    const draw = (config: ConstructorParameters<typeof FrozenLake>[0]) => {
      const env = new FrozenLake({ ...config, renderMode: "rgb_array" });
      env.reset({ seed: 1 });
      return env.render() as RenderFrame;
    };
    const sizes = [{}, { mapName: "8x8" as const }, { desc: ["SFFFFFFFFFFG"] }].map(draw);
    expect(sizes.map(({ width, height }) => [width, height])).toEqual([
      [256, 256],
      [512, 512],
      [512, 64],
    ]);
    expect(pixel(sizes[0], 0, 0)).toEqual([180, 200, 230]); // a tile's border
    const [, green, blue] = pixel(sizes[0], 64 + 20, 64 + 40); // a hole
    expect(blue).toBeGreaterThan(green);
  });

  it("of the lake show who fell in by a cracked hole", () => {
    const env = new FrozenLake({ renderMode: "rgb_array", isSlippery: false });
    env.reset({ seed: 1 });
    env.step(1);
    const before = env.render() as RenderFrame;
    expect(env.step(2).terminated).toBe(true);
    expect(pixel(env.render() as RenderFrame, 96, 99)).toEqual([10, 56, 104]);
    expect(pixel(before, 96, 99)).not.toEqual([10, 56, 104]);
  });

  it("of the cliff are 720 × 240, of the table 600 × 500", () => {
    const walk = new CliffWalking({ renderMode: "rgb_array" });
    walk.reset({ seed: 1 });
    const cliff = walk.render() as RenderFrame;
    expect([cliff.width, cliff.height]).toEqual([720, 240]);
    expect(pixel(cliff, 300, 235)).toEqual([48, 22, 34]);
    const cards = new Blackjack({ renderMode: "rgb_array" });
    cards.reset({ seed: 1 });
    const table = cards.render()!;
    expect([table.width, table.height]).toEqual([600, 500]);
    expect(pixel(table, 2, 2)).toEqual([7, 99, 36]);
  });

  it("exist of every open card", () => {
    const env = new Blackjack({ renderMode: "rgb_array" });
    env.reset({ seed: 1 });
    const faces = ["A", "2", "3", "4", "5", "6", "7", "8", "9", "J", "Q", "K"];
    const frames = ["C", "D", "H", "S"].flatMap((suit) =>
      faces.map((face) => {
        env.restore({ ...env.snapshot(), suit, face });
        return Buffer.from(env.render()!.data).toString("base64");
      }),
    );
    expect(new Set(frames).size).toBe(48);
  });
});
