import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { batchDifferingSpaces, batchSpace } from "../../../src/core/spaces/batch-space.ts";
import { concatenate, createEmptyArray, iterate, readSlot, writeSlot } from "../../../src/core/spaces/batch-values.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Dict } from "../../../src/core/spaces/dict.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { MultiBinary } from "../../../src/core/spaces/multi-binary.ts";
import { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import type { Space } from "../../../src/core/spaces/space.ts";
import { Text } from "../../../src/core/spaces/text.ts";
import { Tuple } from "../../../src/core/spaces/tuple.ts";

// str(gymnasium.vector.utils.batch_space(space, 4)) of Gymnasium 1.3.0
const batched: [Space<unknown>, string][] = [
  [new Box({ low: -1, high: 1, shape: [3] }), "Box(-1.0, 1.0, (4, 3), float32)"],
  [new Box({ low: 0, high: Infinity, shape: [], dtype: "float64" }), "Box(0.0, inf, (4,), float64)"],
  [new Box({ low: 0, high: 255, shape: [2, 2, 3], dtype: "uint8" }), "Box(0, 255, (4, 2, 2, 3), uint8)"],
  [new Discrete(3, { start: -1 }), "MultiDiscrete([3 3 3 3], start=[-1 -1 -1 -1])"],
  [new MultiDiscrete([2, 2], { start: [1, 1] }), "Box(1, 2, (4, 2), int32)"], // int64 in Python
  [new MultiBinary([2, 3]), "Box(0, 1, (4, 2, 3), int8)"],
  [new Tuple([new Discrete(2), new MultiBinary(2)]), "Tuple(MultiDiscrete([2 2 2 2]), Box(0, 1, (4, 2), int8))"],
  [new Dict({ a: new Tuple([new Discrete(1)]) }), "Dict('a': Tuple(MultiDiscrete([1 1 1 1])))"],
  [
    new Text({ maxLength: 2, charset: "ab" }),
    "Tuple(Text(1, 2, charset=ab), Text(1, 2, charset=ab), Text(1, 2, charset=ab), Text(1, 2, charset=ab))",
  ],
];

describe.each(batched.map(([space, text]) => ({ name: String(space), space, text })))(
  "batching $name",
  ({ space, text }) => {
    const random = new RandomStream(3);
    const items = Array.from({ length: 4 }, () => space.sample(random));

    it("has Gymnasium's batched space", () => {
      expect(String(batchSpace(space, 4))).toBe(text);
    });

    it("concatenates values into a value of the batched space, and takes them apart", () => {
      const batch = concatenate(space, items);
      expect(batchSpace(space, 4).contains(batch)).toBe(true);
      expect(iterate(batchSpace(space, 4), batch)).toEqual(items);
      expect(items.map((_, i) => readSlot(space, batch, i))).toEqual(items);
    });

    it("iterates over a sample of the batched space", () => {
      const singles = iterate(batchSpace(space, 4), batchSpace(space, 4).sample(random));
      expect(singles).toHaveLength(4);
      for (const single of singles) expect(space.contains(single)).toBe(true);
    });

    it("writes into the room it is given", () => {
      const room = createEmptyArray(space, 4);
      expect(concatenate(space, items, room)).toBe(room);
      writeSlot(space, room, 2, items[0]);
      expect(readSlot(space, room, 2)).toEqual(items[0]);
      expect(readSlot(space, room, 3)).toEqual(items[3]);
    });
  },
);

describe("batchSpace", () => {
  it("tiles bounds that differ by element", () => {
    const box = batchSpace(new Box({ low: [-1, -Infinity], high: [1, 2] }), 2);
    expect([box.low, box.high]).toEqual([Float32Array.of(-1, -Infinity, -1, -Infinity), Float32Array.of(1, 2, 1, 2)]);
  });

  it.each([0, -1, 1.5])("refuses n = %s", (n) => {
    expect(() => batchSpace(new Discrete(2), n)).toThrow(/integer ≥ 1/);
  });
});

describe("iterate", () => {
  it("tells the number of values by the values", () => {
    const space = new Box({ low: 0, high: 1, shape: [2] });
    expect(iterate(batchSpace(space, 1), new Float32Array(6))).toHaveLength(3);
    expect(() => iterate(batchSpace(space, 1), new Float32Array(5))).toThrow(/multiple of 2/);
  });

  it("gives rows of a MultiDiscrete of two axes", () => {
    const space = new MultiDiscrete([2, 3, 4, 5], { shape: [2, 2] });
    expect(iterate(space, Int32Array.of(0, 1, 2, 3))).toEqual([Int32Array.of(0, 1), Int32Array.of(2, 3)]);
  });

  it("gives views, which writing reaches", () => {
    const batch = new Float32Array(4);
    const [first] = iterate(new Box({ low: 0, high: 1, shape: [2, 2] }), batch) as Float32Array[];
    first[1] = 0.5;
    expect(batch[1]).toBe(0.5);
  });

  it("refuses what is no batch", () => {
    expect(() => iterate(new Discrete(2), 1)).toThrow(ConfigError);
    expect(() => iterate(new Tuple([new Discrete(2)]), [1])).toThrow(ConfigError);
    expect(() => iterate(new Text({ maxLength: 1 }), "a")).toThrow(/batched space/);
    expect(() => iterate(new Box({ low: 0, high: 1, shape: [] }), Float32Array.of(0))).toThrow(/first axis/);
    expect(() => iterate(new Box({ low: 0, high: 1, shape: [2] }), 3)).toThrow(/got 3/);
    expect(() => iterate(new Dict({ a: new MultiBinary(2) }), undefined)).toThrow(/got undefined/);
    const pair = new Tuple([new MultiBinary(2), new MultiBinary(2)]);
    expect(() => iterate(pair, [new Int8Array(2), new Int8Array(3)])).toThrow(/one length/);
  });
});

describe("batchDifferingSpaces", () => {
  // str(gymnasium.vector.utils.batch_differing_spaces([...])) of Gymnasium 1.3.0, on one line, without padding
  it.each<[Space<unknown>[], string]>([
    [
      [new Box({ low: 0, high: 1, shape: [2] }), new Box({ low: -1, high: [2, 3] })],
      "Box([[0.0 0.0] [-1.0 -1.0]], [[1.0 1.0] [2.0 3.0]], (2, 2), float32)",
    ],
    [[new Discrete(3), new Discrete(5, { start: 1 })], "MultiDiscrete([3 5], start=[0 1])"],
    [
      [new MultiDiscrete([2, 3]), new MultiDiscrete([4, 5], { start: [1, 1] })],
      "Box([[0 0] [1 1]], [[1 2] [4 5]], (2, 2), int32)", // int64 in Python
    ],
    [[new MultiBinary(3), new MultiBinary(3)], "Box(0, 1, (2, 3), int8)"],
    [
      [new Tuple([new Discrete(2), new MultiBinary(1)]), new Tuple([new Discrete(3), new MultiBinary(1)])],
      "Tuple(MultiDiscrete([2 3]), Box(0, 1, (2, 1), int8))",
    ],
    [[new Dict({ a: new Discrete(2) }), new Dict({ a: new Discrete(4) })], "Dict('a': MultiDiscrete([2 4]))"],
    [
      [new Text({ maxLength: 1, charset: "a" }), new Text({ maxLength: 2, charset: "b" })],
      "Tuple(Text(1, 1, charset=a), Text(1, 2, charset=b))",
    ],
  ])("%s", (spaces, text) => {
    expect(String(batchDifferingSpaces(spaces))).toBe(text);
  });

  it.each<[Space<unknown>[], RegExp]>([
    [[], /at least one/],
    [[new Discrete(2), new MultiBinary(2)], /one kind/],
    [[new Text({ maxLength: 1 }), new MultiBinary(2)], /one kind/],
    [[new Box({ low: 0, high: 1, shape: [2] }), new Box({ low: 0, high: 1, shape: [3] })], /one form/],
    [[new Box({ low: 0, high: 1 }), new Box({ low: 0, high: 1, dtype: "uint8" })], /one form/],
    [[new Dict({ a: new Discrete(2) }), new Dict({ b: new Discrete(2) })], /one form/],
    [[new MultiBinary(2), new MultiBinary(3)], /one form/],
  ])("refuses %s", (spaces, message) => {
    expect(() => batchDifferingSpaces(spaces)).toThrow(message);
  });
});
