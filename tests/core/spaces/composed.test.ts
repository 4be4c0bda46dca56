import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { Pcg64 } from "../../../src/core/pcg64.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { batchSpace } from "../../../src/core/spaces/batch-space.ts";
import { concatenate, createEmptyArray, iterate } from "../../../src/core/spaces/batch-values.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Dict } from "../../../src/core/spaces/dict.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { flatten, flattenSpace, unflatten } from "../../../src/core/spaces/flatten.ts";
import { Graph } from "../../../src/core/spaces/graph.ts";
import { MultiBinary } from "../../../src/core/spaces/multi-binary.ts";
import { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import { OneOf } from "../../../src/core/spaces/one-of.ts";
import { seedSpace } from "../../../src/core/spaces/seed-space.ts";
import { Sequence } from "../../../src/core/spaces/sequence.ts";
import { createSharedMemory } from "../../../src/core/spaces/shared-memory.ts";
import type { Space } from "../../../src/core/spaces/space.ts";
import { isSpaceDtypeShapeEquiv } from "../../../src/core/spaces/space-equivalence.ts";
import { Text } from "../../../src/core/spaces/text.ts";
import { Tuple } from "../../../src/core/spaces/tuple.ts";

const unit = (...shape: number[]) => new Box({ low: 0, high: 1, shape });
const random = new RandomStream(6);

describe("seedSpace", () => {
  const a = unit(3, 3);
  const b_1 = new Box({ low: -100, high: 100, shape: [2] });
  const c = new Discrete(5);
  const space = new Dict({ a, b: new Dict({ b_1 }), c });

  it("gives each part of a Dict the seed of its name", () => {
    const generator = seedSpace(space, { a: 0, b: { b_1: 1 }, c: 3 });
    expect(generator.seed).toEqual({ a: 0, b: { b_1: 1 }, c: 3 });
    const alone = { a: new Pcg64(0), b_1: new Pcg64(1), c: new Pcg64(3) };
    for (let i = 0; i < 10; i++) {
      const b = { b_1: b_1.sample(alone.b_1) };
      expect(space.sample(generator)).toEqual({ a: a.sample(alone.a), b, c: c.sample(alone.c) });
    }
  });

  it("tells the seeds that it made of one, with which the parts alone draw the same", () => {
    const generator = seedSpace(space, 1);
    const seeds = generator.seed as { a: number; b: { b_1: number }; c: number };
    const expected = { a: a.sample(new Pcg64(seeds.a)), b: { b_1: b_1.sample(new Pcg64(seeds.b.b_1)) } };
    expect(space.sample(generator)).toEqual({ ...expected, c: c.sample(new Pcg64(seeds.c)) });
  });

  it("an integer and its own list start a OneOf, a Sequence and a Graph alike", () => {
    const graph = new Graph({ nodeSpace: c, edgeSpace: c });
    for (const each of [new OneOf([c, a]), new Sequence(c), graph] as Space<unknown>[]) {
      const first = seedSpace(each, 123);
      expect((first.seed as number[])[0]).toBe(123);
      const again = seedSpace(each, first.seed);
      for (let i = 0; i < 10; i++) expect(each.sample(again)).toEqual(each.sample(first));
    }
  });

  it.each<[Space<unknown>, unknown, RegExp]>([
    [space, { a: 0, b: { b_1: 1 } }, /seeds by a, b, c/],
    [space, { a: 0, b: { b_1: 1 }, d: 3 }, /seeds by a, b, c/],
    [space, [0, 1, 2], /seeds by a, b, c/],
    [new Tuple([c, c]), [1], /list of 2 seeds/],
    [new Tuple([c, c]), { 0: 1, 1: 2 }, /list of 2 seeds/],
    [new OneOf([c, c]), [1, 2], /list of 3 seeds/],
    [new Sequence(c), [1], /list of 2 seeds/],
    [new Sequence(c), [[1], 2], /integer as the first seed/],
    [new Graph({ nodeSpace: c }), [1, 2, 3], /list of 2 seeds/],
    [new Graph({ nodeSpace: c, edgeSpace: c }), [1, 2], /list of 3 seeds/],
    [c, [1], /integer as the seed/],
    [c, 0.5, /integer ≥ 0/],
    [space, 0.5, /integer ≥ 0/],
  ])("for %s refuses %o", (each, seed, message) => {
    expect(() => seedSpace(each, seed as number)).toThrow(message);
    expect(() => seedSpace(each, seed as number)).toThrow(ConfigError);
  });

  it("makes generators for one space: another's are refused", () => {
    expect(() => new Tuple([c, c]).sample(seedSpace(new Tuple([c]), 1))).toThrow(/seedSpace\(space\)/);
  });

  it("one generator for all parts lets them draw one after the other", () => {
    const pair = new Tuple([c, a]);
    const own = new Pcg64(5);
    expect(pair.sample(new Pcg64(5))).toEqual([c.sample(own), a.sample(own)]);
  });
});

describe("Tuple and Dict", () => {
  it("draw what masks leave, part by part", () => {
    const tuple = new Tuple([new Discrete(2), unit(2)]);
    expect(tuple.sample(random, { mask: [[1, 0], undefined] })[0]).toBe(0);
    expect(tuple.sample(random, { probability: [[0, 1], null] })[0]).toBe(1);
    const dict = new Dict({ a: new Discrete(3), b: unit(2) });
    expect(dict.sample(random, { probability: { a: [0, 0, 1], b: null } }).a).toBe(2);
  });

  it.each<[Space<unknown>, object, RegExp]>([
    [new Tuple([new Discrete(2), unit(2)]), { mask: [null] }, /one entry per space \(2\)/],
    [new Tuple([new Discrete(2), unit(2)]), { mask: { 0: [1, 1] } }, /one entry per space/],
    [new Tuple([new Discrete(2), unit(2)]), { mask: [null, null], probability: [null, null] }, /got both/],
    [new Tuple([new Discrete(2), unit(2)]), { mask: [null, [1]] }, /no mask or probability for a Box/],
    [new Dict({ a: new Discrete(2) }), { mask: { a: [1, 0] }, probability: { a: [1, 0] } }, /got both/],
    [new Dict({ a: new Discrete(5) }), { mask: { a: [1, 0, 0] } }, /list of 5/],
    [new Dict({ a: new Discrete(5) }), { probability: { a: [0.5, 0.5] } }, /list of 5/],
    [new OneOf([new Discrete(2), unit(2)]), { mask: [null] }, /one entry per space \(2\)/],
    [new OneOf([new Discrete(2), unit(2)]), { probability: { 0: [1, 0] } }, /one entry per space/],
    [new OneOf([new Discrete(2), unit(2)]), { mask: [null, null], probability: [null, null] }, /got both/],
  ])("%s refuses %o", (space, options, message) => {
    expect(() => space.sample(random, options)).toThrow(message);
  });

  it("keep the order of sorted names, numbers among them, in flat form", () => {
    const space = new Dict({ b: new Discrete(2), "10": new Discrete(3), "2": new Discrete(4) });
    expect(space.names).toEqual(["10", "2", "b"]);
    const value = { b: 1, "10": 2, "2": 3 };
    expect([...space.flatten(value)]).toEqual([0, 0, 1, 0, 0, 0, 1, 0, 1]);
    expect(space.unflatten(space.flatten(value))).toEqual(value);
    expect(space.sample(seedSpace(space, { "10": 1, "2": 2, b: 3 }))["2"]).toBe(new Discrete(4).sample(new Pcg64(2)));
  });

  it("are equal by their parts, in any order of names", () => {
    const [x, y] = [new Discrete(2), unit(1)];
    expect(new Dict({ x, y }).equals(new Dict({ y, x }))).toBe(true);
    expect(new Dict({ x, y }).equals(new Dict({ x }))).toBe(false);
    expect(new Tuple([x, y]).equals(new Tuple([y, x]))).toBe(false);
    expect(new Tuple([x]).equals(new OneOf([x]))).toBe(false);
  });

  it.each<() => unknown>([
    () => new Tuple(["abc" as unknown as Discrete]),
    () => new OneOf([new Discrete(2), "abc" as unknown as Discrete]),
    () => new OneOf([]),
    () => new Dict({ a: new Discrete(2), b: "Box" as unknown as Discrete }),
    () => new Sequence(3 as unknown as Discrete),
    () => new Graph({ nodeSpace: undefined as unknown as Discrete }),
    () => new Graph({ nodeSpace: new Discrete(2), edgeSpace: "abc" as unknown as Discrete }),
  ])("and the others want spaces: %s", (make) => {
    expect(make).toThrow(ConfigError);
  });
});

describe("OneOf", () => {
  const space = new OneOf([unit(1), new Box({ low: -1, high: 0, shape: [2] })]);

  it("contains an index with a value of that space", () => {
    expect(space.contains({ index: 0, value: Float32Array.of(0.5) })).toBe(true);
    expect(space.contains({ index: 1, value: Float32Array.of(-0.5, -0.5) })).toBe(true);
    expect(space.contains({ index: 1, value: Float32Array.of(0.5) })).toBe(false);
    for (const index of [2, -1, 0.5, "0", undefined]) {
      expect(space.contains({ index, value: Float32Array.of(0.5) })).toBe(false);
    }
    expect(space.contains([0, Float32Array.of(0.5)])).toBe(false);
    expect(space.contains({ index: 0, value: Float32Array.of(0.5), more: 1 })).toBe(false);
  });

  it("uses the mask of the space it has chosen", () => {
    const masked = new OneOf([new Discrete(2), unit(2)]);
    const drawn = Array.from({ length: 50 }, () => masked.sample(random, { mask: [[1, 0], null] }));
    expect(new Set(drawn.map(({ index }) => index))).toEqual(new Set([0, 1]));
    for (const each of drawn) if (each.index === 0) expect(each.value).toBe(0);
  });

  it("pads the flat form to the longest, and has bounds that hold all", () => {
    // flatten(OneOf([Discrete(2, start=1), Box(-3, 2, (3,))]), (0, 2)) of Gymnasium 1.4.0
    const uneven = new OneOf([new Discrete(2, { start: 1 }), new Box({ low: -3, high: 2, shape: [3] })]);
    expect([...uneven.flatten({ index: 0, value: 2 })]).toEqual([0, 0, 1, 0]);
    expect(String(flattenSpace(uneven))).toBe("Box([0.0 -3.0 -3.0 -3.0], [1.0 2.0 2.0 2.0], (4,), float32)");
    expect(() => uneven.unflatten([2, 0, 0, 0])).toThrow(/index below 2/);
  });

  it("is not flat where a choice is not", () => {
    expect(() => new OneOf([new Sequence(new Discrete(2))]).flatSize).toThrow(/flattens to a vector/);
  });
});

describe("Sequence", () => {
  it("contains lists of any length, or one batch where it is stacked", () => {
    const list = new Sequence(new Discrete(3));
    expect([[], [0, 2], [3], "01", { 0: 1, length: 1 }].map((value) => list.contains(value))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    const stacked = new Sequence(unit(3), { stack: true });
    expect(stacked.contains(new Float32Array(6))).toBe(true);
    expect(stacked.contains(new Float32Array(0))).toBe(true);
    expect(stacked.contains(new Float32Array(5))).toBe(false);
    expect(stacked.contains(new Float32Array(6).fill(2))).toBe(false);
    expect(stacked.contains([new Float32Array(3)])).toBe(false);
    expect(new Sequence(new Discrete(3), { stack: true }).sample(random)).toBeInstanceOf(Int32Array);
  });

  it("stacks the parts of a Dict to one length", () => {
    const space = new Sequence(new Dict({ a: unit(3), b: new Discrete(5) }), { stack: true });
    const value = space.sample(random, { mask: { length: 4 } });
    expect([value.a.length, value.b.length]).toEqual([12, 4]);
    expect(space.contains({ a: new Float32Array(6), b: new Int32Array(3) })).toBe(false);
  });
});

describe("custom spaces", () => {
  /** A space of a kind of its own: words over a and b, upper case. */
  const inner = new Text({ maxLength: 2, charset: "AB" });
  const custom: Space<string> = {
    type: "Upper",
    schema: inner.schema,
    isFlattenable: true,
    flatSize: 2,
    sample: (source) => inner.sample(source),
    contains: (value): value is string => inner.contains(value),
    equals: (other) => other === custom,
    flatten: (value) => inner.flatten(value),
    unflatten: (flat) => inner.unflatten(flat),
    toJSON: () => ({ type: "Upper" }),
    toString: () => "Upper",
  };

  it("batch to copies of themselves, and have no empty value", () => {
    expect(batchSpace(custom, 2).equals(new Tuple([custom, custom]))).toBe(true);
    expect(concatenate(custom, ["A", "B"])).toEqual(["A", "B"]);
    expect(createEmptyArray(custom, 2)).toEqual([undefined, undefined]);
    expect(() => iterate(custom, "A")).toThrow(/batched space/);
    expect(() => createSharedMemory(custom, 2)).toThrow(/fixed size/);
  });

  it("flatten by their own means, without bounds", () => {
    expect(flatten(custom, "B")).toEqual(Float32Array.of(1, 2));
    expect(unflatten(custom, Float32Array.of(1, 2))).toBe("B");
    expect(String(flattenSpace(custom))).toBe("Box(-inf, inf, (2,), float32)");
    expect(() => flatten({ ...custom, isFlattenable: false }, "B")).toThrow(/set isFlattenable/);
    expect(() => unflatten({ ...custom, isFlattenable: false }, [])).toThrow(/set isFlattenable/);
  });

  it("are equivalent only where they are equal", () => {
    expect(isSpaceDtypeShapeEquiv(custom, custom)).toBe(true);
    expect(isSpaceDtypeShapeEquiv(custom, inner)).toBe(false);
  });

  it("draw from one generator", () => {
    expect(custom.sample(seedSpace(custom, 3))).toBe(inner.sample(new Pcg64(3)));
  });
});

describe("createEmptyArray", () => {
  it("is zeros, or the emptiest values", () => {
    expect(createEmptyArray(unit(2), 2)).toEqual(new Float32Array(4));
    expect(createEmptyArray(new Dict({ a: new MultiBinary(2), b: new MultiDiscrete([2, 2]) }), 2)).toEqual({
      a: new Int8Array(4),
      b: new Int32Array(4),
    });
    expect(createEmptyArray(new Text({ minLength: 2, maxLength: 3, charset: "xy" }), 2)).toEqual(["xx", "xx"]);
    expect(createEmptyArray(new Sequence(new Discrete(2)), 2)).toEqual([[], []]);
    expect(createEmptyArray(new Sequence(unit(2), { stack: true }), 1)).toEqual([new Float32Array(2)]);
    expect(createEmptyArray(new Graph({ nodeSpace: new Discrete(2), edgeSpace: unit(1) }))).toEqual([
      { nodes: new Int32Array(1), edges: new Float32Array(1), edgeLinks: new Int32Array(2) },
    ]);
  });
});
