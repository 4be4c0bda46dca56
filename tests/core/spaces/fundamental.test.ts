import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { flattenSpace } from "../../../src/core/spaces/flatten.ts";
import { fromJsonable, toJsonable } from "../../../src/core/spaces/jsonable.ts";
import { MultiBinary } from "../../../src/core/spaces/multi-binary.ts";
import { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import { spaceFromJSON } from "../../../src/core/spaces/space-from-json.ts";
import { Text } from "../../../src/core/spaces/text.ts";

describe("Discrete.contains", () => {
  const space = new Discrete(3, { start: -1 });

  it.each([-1, 0, 1])("takes %s", (value) => {
    expect(space.contains(value)).toBe(true);
  });

  it.each([-2, 2, 0.5, Number.NaN, Infinity, 1e20, -1e20, 2 ** 63, 0n, "0", true, [0], Int32Array.of(0), null])(
    "refuses %s",
    (value) => {
      expect(space.contains(value)).toBe(false);
    },
  );

  it("counts up to the largest integer there is", () => {
    const wide = new Discrete(2 ** 40, { start: -(2 ** 39) });
    expect(wide.contains(2 ** 39 - 1)).toBe(true);
    expect(wide.contains(2 ** 39)).toBe(false);
    const random = new RandomStream(1);
    for (let i = 0; i < 20; i++) expect(wide.contains(wide.sample(random))).toBe(true);
  });
});

describe("flat forms that are none", () => {
  it.each([
    () => new Discrete(1).unflatten([0]),
    () => new MultiDiscrete([1, 1]).unflatten([0, 0]),
    () => new MultiDiscrete([2, 2]).unflatten([1, 0, 0, 0]),
  ])("are refused: %s", (unflatten) => {
    expect(unflatten).toThrow(/one-hot/);
  });

  it("one-hot numbers of any float type are read", () => {
    expect(new Discrete(3).unflatten(Float64Array.of(0, 1, 0))).toBe(1);
    expect(new Discrete(3, { start: 4 }).unflatten([0, 0, 1])).toBe(6);
  });
});

describe("MultiDiscrete", () => {
  const space = new MultiDiscrete([3, 4, 5], { start: [10, 20, 30] });

  it.each([
    [[10, 20, 30], true],
    [[9, 20, 30], false],
    [[12, 23, 34], true],
    [[13, 23, 34], false],
    [[12, 23], false],
  ])("contains %s: %s", (values, inside) => {
    expect(space.contains(Int32Array.from(values))).toBe(inside);
    expect(space.contains(values)).toBe(false); // a list is no value
    expect(space.contains(Float32Array.from(values))).toBe(false);
  });

  it("counts up to the ends of int32", () => {
    const edge = new MultiDiscrete([3, 3], { start: [2 ** 31 - 3, -(2 ** 31)] });
    expect(edge.contains(Int32Array.of(2 ** 31 - 1, -(2 ** 31)))).toBe(true);
    const random = new RandomStream(1);
    for (let i = 0; i < 20; i++) expect(edge.contains(edge.sample(random))).toBe(true);
  });

  it.each([
    [[2, 3, 4], [0, 0, 1], undefined, true],
    [[2, 4, 3], [0, 0, 1], undefined, false],
    [[2, 3, 4], [1, 0, 1], undefined, false],
    [[2, 3, 4, 2], [0, 0, 1, 0], undefined, false],
    [[2, 3, 4], [0, 0, 1], [3, 1], false],
  ])("of %s from %s, shape %s, equals [2 3 4] from [0 0 1]: %s", (nvec, start, shape, equal) => {
    const one = new MultiDiscrete([2, 3, 4], { start: [0, 0, 1] });
    expect(one.equals(new MultiDiscrete(nvec, { start, shape }))).toBe(equal);
  });

  it("writes its axes as nested lists", () => {
    const grid = new MultiDiscrete([2, 3, 4, 5], { start: [0, 1, 2, 3], shape: [2, 2] });
    const json = {
      type: "MultiDiscrete",
      dtype: "int64",
      nvec: [
        [2, 3],
        [4, 5],
      ],
      start: [
        [0, 1],
        [2, 3],
      ],
    };
    expect(grid.toJSON()).toEqual(json);
    expect(spaceFromJSON(json).equals(grid)).toBe(true);
    expect(String(grid)).toBe("MultiDiscrete([[2 3] [4 5]], start=[[0 1] [2 3]])");
  });

  it.each([
    () => new MultiDiscrete([2 ** 31]),
    () => new MultiDiscrete([2], { start: [2 ** 31 - 1] }),
    () => new MultiDiscrete([2], { start: [0.5] }),
    () => new MultiDiscrete([2, 2], { shape: [3] }),
    () => new MultiDiscrete([2], { shape: [] }),
  ])("refuses what int32 or the shape cannot hold: %s", (make) => {
    expect(make).toThrow(ConfigError);
  });
});

describe("Text", () => {
  it("keeps the order of its characters, each once; sorts them where they are named", () => {
    const space = new Text({ maxLength: 5, charset: "dcbad" });
    expect(space.characters).toEqual(["d", "c", "b", "a"]);
    expect(space.charset).toBe("abcd");
    expect([...space.flatten("abcd")]).toEqual([3, 2, 1, 0, 4]);
    const back = spaceFromJSON(JSON.parse(JSON.stringify(space)));
    expect([...back.flatten("abcd")]).toEqual([3, 2, 1, 0, 4]);
    expect(space.equals(new Text({ maxLength: 5, charset: "abcd" }))).toBe(true);
    expect(space.equals(new Text({ maxLength: 5, charset: "abce" }))).toBe(false);
    expect(space.equals(new Text({ maxLength: 4, charset: "abcd" }))).toBe(false);
  });

  it("is flat within the number of its characters", () => {
    expect(String(flattenSpace(new Text({ maxLength: 3, charset: "ab" })))).toBe("Box(0.0, 2.0, (3,), float32)");
  });
});

describe("MultiBinary", () => {
  it("contains zeros and ones of int8 only", () => {
    const space = new MultiBinary([2, 2]);
    expect(space.contains(Int8Array.of(0, 1, 1, 0))).toBe(true);
    expect(space.contains(Int8Array.of(0, 1, 2, 0))).toBe(false);
    expect(space.contains(Int8Array.of(0, 1, 1))).toBe(false);
    expect(space.contains(Uint8Array.of(0, 1, 1, 0))).toBe(false);
    expect(space.contains([0, 1, 1, 0])).toBe(false);
  });
});

describe("values as JSON", () => {
  it("spell what JSON has no number for", () => {
    const space = new Box({ low: -Infinity, high: Infinity, shape: [2, 2] });
    const value = Float32Array.of(1.5, Infinity, -Infinity, Number.NaN);
    const json = [
      [
        [1.5, "Infinity"],
        ["-Infinity", "NaN"],
      ],
    ];
    expect(toJsonable(space, [value])).toEqual(json);
    expect(fromJsonable(space, json)).toEqual([value]);
  });

  it("a Box of no axes is a number", () => {
    const space = new Box({ low: 0, high: 1, shape: [] });
    expect(toJsonable(space, [Float32Array.of(0.5)])).toEqual([0.5]);
    expect(fromJsonable(space, [0.5])).toEqual([Float32Array.of(0.5)]);
  });

  it("must be a list", () => {
    expect(() => fromJsonable(new Discrete(2), 1)).toThrow(/list of values/);
  });
});
