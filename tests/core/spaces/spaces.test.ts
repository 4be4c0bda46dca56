import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Dict } from "../../../src/core/spaces/dict.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { Graph } from "../../../src/core/spaces/graph.ts";
import { MultiBinary } from "../../../src/core/spaces/multi-binary.ts";
import { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import { OneOf } from "../../../src/core/spaces/one-of.ts";
import { Sequence } from "../../../src/core/spaces/sequence.ts";
import type { Space } from "../../../src/core/spaces/space.ts";
import { spaceFromJSON } from "../../../src/core/spaces/space-from-json.ts";
import { Text } from "../../../src/core/spaces/text.ts";
import { Tuple } from "../../../src/core/spaces/tuple.ts";

const spaces: Space<unknown>[] = [
  new Discrete(3),
  new Discrete(4, { start: -2 }),
  new MultiDiscrete([3, 1, 5], { start: [0, 7, -1] }),
  new MultiBinary(4),
  new MultiBinary([2, 3]),
  new Text({ maxLength: 6, minLength: 0, charset: "bca🙂" }),
  new Tuple([new Discrete(2), new Box({ low: 0, high: 1, shape: [2] })]),
  new Dict({ speed: new Box({ low: -1, high: 1, shape: [1], dtype: "float64" }), gear: new Discrete(5) }),
  new MultiDiscrete([2, 3, 4, 5, 6, 7], { shape: [2, 3] }),
  new OneOf([new Discrete(2), new Box({ low: 0, high: 1, shape: [2], dtype: "float64" }), new MultiBinary(3)]),
  new Sequence(new Discrete(3)),
  new Sequence(new Box({ low: 0, high: 1, shape: [2] }), { stack: true }),
  new Sequence(new Dict({ a: new Discrete(3), b: new Text({ maxLength: 2 }) }), { stack: true }),
  new Graph({ nodeSpace: new Discrete(3) }),
  new Graph({ nodeSpace: new Box({ low: 0, high: 1, shape: [2] }), edgeSpace: new Discrete(4) }),
  new Graph({ nodeSpace: new Text({ maxLength: 3 }), edgeSpace: new Tuple([new MultiBinary(2), new Discrete(2)]) }),
  new Tuple([new Discrete(2), new Sequence(new Discrete(2))]),
  new Dict({ text: new Text({ maxLength: 1 }), graph: new Graph({ nodeSpace: new Discrete(2) }) }),
  new Dict({ deep: new Tuple([new Dict({ x: new MultiBinary(1) })]) }),
];

describe.each(spaces.map((space) => ({ name: String(space), space })))("$name", ({ space }) => {
  const random = new RandomStream(5);
  const samples = Array.from({ length: 30 }, () => space.sample(random));

  it("contains its samples, and its schema accepts exactly those", () => {
    const strangers = [undefined, null, "§", 1.5, -99, {}, [[]], [9], new Float32Array(9), { gear: 5, speed: 0 }];
    for (const value of samples) expect(space.contains(value)).toBe(true);
    for (const value of strangers) expect(space.contains(value)).toBe(false);
    for (const value of [...samples, ...strangers]) {
      expect(space.schema.safeParse(value).success).toBe(space.contains(value));
    }
  });

  it("repeats its samples with the seed", () => {
    const again = new RandomStream(5);
    expect(samples.map(() => space.sample(again))).toEqual(samples);
  });

  it("flattens to flatSize numbers and back, or says that it cannot", () => {
    if (!space.isFlattenable) {
      expect(() => space.flatSize).toThrow(/flattens to a vector/);
      expect(() => space.flatten(samples[0])).toThrow(/flattens to a vector/);
      expect(() => space.unflatten([0])).toThrow(/flattens to a vector/);
      return;
    }
    for (const value of samples) {
      const flat = space.flatten(value);
      expect(flat.length).toBe(space.flatSize);
      expect(space.unflatten(flat)).toEqual(value);
    }
  });

  it("comes back from JSON equal to itself and to no other", () => {
    const back = spaceFromJSON(JSON.parse(JSON.stringify(space)));
    expect(back.equals(space)).toBe(true);
    expect(String(back)).toBe(String(space));
    expect(spaces.filter((other) => space.equals(other))).toEqual([space]);
  });
});

describe("Discrete masks", () => {
  const space = new Discrete(4, { start: 10 });
  const random = new RandomStream(8);
  const draw = (options: Parameters<Discrete["sample"]>[1]) =>
    [...new Set(Array.from({ length: 100 }, () => space.sample(random, options)))].sort();

  it("draws every allowed value and no other", () => {
    expect(draw({ mask: Int8Array.of(0, 1, 0, 1) })).toEqual([11, 13]);
  });

  it("answers start where nothing is allowed", () => {
    expect(draw({ mask: Int8Array.of(0, 0, 0, 0) })).toEqual([10]);
  });

  it("follows probabilities", () => {
    expect(draw({ probability: [0, 0.5, 0.5, 0] })).toEqual([11, 12]);
    const share = Array.from({ length: 4000 }, () => space.sample(random, { probability: [0.9, 0, 0, 0.1] }));
    expect(share.filter((value) => value === 10).length / 4000).toBeCloseTo(0.9, 1);
  });

  it.each([
    [{ mask: [1, 1] }, /list of 4 numbers/],
    [{ mask: [1, 1, 2, 0] }, /mask of 0 and 1/],
    [{ mask: 1 }, /list of 4 numbers/],
    [{ probability: [0.5, 0.5, 0.5, 0] }, /sum to 1/],
    [{ probability: [-0.5, 0.5, 0.5, 0.5] }, /≥ 0/],
    [{ mask: [1, 1, 1, 1], probability: [1, 0, 0, 0] }, /got both/],
  ])("refuses %o", (options, message) => {
    expect(() => space.sample(random, options)).toThrow(message);
  });
});

describe("masks of composed spaces", () => {
  const random = new RandomStream(9);

  it("MultiDiscrete takes one mask per element", () => {
    const space = new MultiDiscrete([3, 2], { start: [0, 5] });
    for (let i = 0; i < 20; i++)
      expect(
        space.sample(random, {
          mask: [
            [0, 0, 1],
            [0, 1],
          ],
        }),
      ).toEqual(Int32Array.of(2, 6));
    expect(() => space.sample(random, { mask: [[0, 0, 1]] })).toThrow(/one entry per element/);
  });

  it("MultiBinary fixes what is 0 or 1 and leaves 2 to chance", () => {
    const space = new MultiBinary(3);
    const draws = Array.from({ length: 60 }, () => space.sample(random, { mask: [0, 1, 2] }));
    expect(new Set(draws.map(String))).toEqual(new Set(["0,1,0", "0,1,1"]));
    expect(space.sample(random, { probability: [0, 1, 0] })).toEqual(Int8Array.of(0, 1, 0));
    expect(() => space.sample(random, { mask: [0, 1, 3] })).toThrow(ConfigError);
  });

  it("Tuple and Dict hand masks down", () => {
    const pair = new Tuple([new Discrete(3), new Discrete(3)]);
    expect(
      pair.sample(random, {
        mask: [
          [0, 1, 0],
          [0, 0, 1],
        ],
      }),
    ).toEqual([1, 2]);
    const named = new Dict({ a: new Discrete(3), b: new Discrete(1) });
    expect(named.sample(random, { mask: { a: [0, 0, 1] } })).toEqual({ a: 2, b: 0 });
    expect(() => named.sample(random, { mask: { c: [1] } })).toThrow(/object by a, b/);
  });
});

describe("text in Gymnasium's words", () => {
  it.each([
    [new Discrete(3), "Discrete(3)"],
    [new Discrete(3, { start: 1 }), "Discrete(3, start=1)"],
    [new MultiDiscrete([3, 4]), "MultiDiscrete([3 4])"],
    [new MultiDiscrete([3, 4], { start: [1, 0] }), "MultiDiscrete([3 4], start=[1 0])"],
    [new MultiBinary(4), "MultiBinary(4)"],
    [new MultiBinary([2, 3]), "MultiBinary((2, 3))"],
    [new Text({ maxLength: 3, charset: "ba" }), "Text(1, 3, charset=ab)"],
    [new Tuple([new Discrete(2), new MultiBinary(1)]), "Tuple(Discrete(2), MultiBinary(1))"],
    [new Dict({ b: new Discrete(2), a: new Discrete(3) }), "Dict('a': Discrete(3), 'b': Discrete(2))"],
  ])("%s", (space, text) => {
    expect(String(space)).toBe(text);
  });
});

describe("spaceFromJSON", () => {
  it("reads what Minari writes for a Discrete", () => {
    expect(String(spaceFromJSON({ type: "Discrete", dtype: "int64", start: 1, n: 3 }))).toBe("Discrete(3, start=1)");
  });

  it.each([
    [{ type: "Torus" }, /Expected a space with type Box, Discrete/],
    [undefined, /got undefined/],
    [{ type: "Discrete", n: "3" }, /Expected the JSON of a Discrete/],
    [{ type: "Discrete", n: 0 }, /integer ≥ 1/],
    [{ type: "Dict", subspaces: { a: { type: "Nope" } } }, /got {"type":"Nope"}/],
  ])("refuses %o", (json, message) => {
    expect(() => spaceFromJSON(json)).toThrow(message);
    expect(() => spaceFromJSON(json)).toThrow(ConfigError);
  });
});

describe("constructors refuse", () => {
  it.each([
    () => new Discrete(0),
    () => new Discrete(2.5),
    () => new Discrete(2, { start: 0.5 }),
    () => new MultiDiscrete([]),
    () => new MultiDiscrete([0]),
    () => new MultiDiscrete([1], { start: [1, 2] }),
    () => new MultiBinary(0),
    () => new MultiBinary([]),
    () => new Text({ maxLength: 0 }),
    () => new Text({ maxLength: 3, charset: "" }),
    () => new Tuple([]),
    () => new Dict({}),
  ])("%s", (make) => {
    expect(make).toThrow(ConfigError);
  });
});
