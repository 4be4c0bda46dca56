import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { seedSpace } from "../../../src/core/spaces/seed-space.ts";
import { spaceFromJSON } from "../../../src/core/spaces/space-from-json.ts";

const image = new Box({ low: 0, high: 255, shape: [4, 4, 3], dtype: "uint8" });
const mixed = new Box({ low: [-4.8, -Infinity, 0, -Infinity], high: [4.8, Infinity, Infinity, 2] });

describe("Box.contains", () => {
  it("wants the element type's own array and the exact length", () => {
    expect(image.contains(new Uint8Array(48))).toBe(true);
    expect(image.contains(new Uint8Array(47))).toBe(false);
    expect(image.contains(new Int8Array(48))).toBe(false);
    expect(image.contains(Array(48).fill(0))).toBe(false);
    expect(mixed.contains(new Float64Array(4))).toBe(false);
    expect(mixed.contains(undefined)).toBe(false);
  });

  it("includes both bounds, as float32 holds them, and refuses NaN", () => {
    expect(mixed.contains(Float32Array.of(4.8, Infinity, 0, 2))).toBe(true);
    expect(mixed.contains(Float32Array.of(4.8001, 0, 0, 0))).toBe(false);
    expect(mixed.contains(Float32Array.of(0, 0, -0.001, 0))).toBe(false);
    expect(mixed.contains(Float32Array.of(0, Number.NaN, 0, 0))).toBe(false);
    const uniform = new Box({ low: -1, high: 1, shape: [2] });
    expect(uniform.contains(Float32Array.of(-1, 1))).toBe(true);
    expect(uniform.contains(Float32Array.of(0, 1.0001))).toBe(false);
    expect(uniform.contains(Float32Array.of(0, Number.NaN))).toBe(false);
  });

  it("takes an array of length 1 for shape [], never a number", () => {
    const scalar = new Box({ low: -2, high: 2, shape: [] });
    expect(scalar.shape).toEqual([]);
    expect(scalar.contains(Float32Array.of(1))).toBe(true);
    expect(scalar.contains(1)).toBe(false);
  });

  it("agrees with the schema", () => {
    expect(image.schema.safeParse(new Uint8Array(48)).success).toBe(true);
    const failure = image.schema.safeParse(new Uint8Array(3));
    expect(failure.error?.issues[0].message).toContain(
      "Expected value in Box(0, 255, (4, 4, 3), uint8), got Uint8Array(3)",
    );
  });
});

describe("Box.sample", () => {
  it("stays inside any bounds", () => {
    const bound = fc.oneof(fc.constant(Infinity), fc.integer({ min: -100, max: 100 }));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(bound, bound), { minLength: 1, maxLength: 5 }),
        fc.constantFrom("float32", "float64", "int8", "int32"),
        fc.integer(),
        (pairs, dtype, seed) => {
          const low = pairs.map(([a, b]) => (a === Infinity ? -Infinity : Math.min(a, b)));
          const high = pairs.map(([a, b]) => (b === Infinity ? b : a === Infinity ? b : Math.max(a, b)));
          const space = new Box({ low, high, dtype });
          const random = new RandomStream(seed);
          for (let i = 0; i < 20; i++) if (!space.contains(space.sample(random))) return false;
          return true;
        },
      ),
    );
  });

  it("draws uniform, exponential or normal by the kind of bounds", () => {
    const random = new RandomStream(3);
    const n = 20_000;
    const draws = (low: number, high: number) => new Box({ low, high, shape: [n], dtype: "float64" }).sample(random);
    const moments = (x: Float64Array) => {
      const mean = x.reduce((sum, v) => sum + v, 0) / n;
      return { mean, std: Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n) };
    };
    const standardError = 4 / Math.sqrt(n); // four sigmas of a mean with unit variance
    expect(Math.abs(moments(draws(-Infinity, Infinity)).mean)).toBeLessThan(standardError);
    expect(moments(draws(-Infinity, Infinity)).std).toBeCloseTo(1, 1);
    expect(Math.abs(moments(draws(5, Infinity)).mean - 6)).toBeLessThan(standardError);
    expect(Math.abs(moments(draws(-Infinity, 5)).mean - 4)).toBeLessThan(standardError);
    expect(moments(draws(2, 5)).std).toBeCloseTo(3 / Math.sqrt(12), 1);
  });

  it("reaches both ends of an integer range", () => {
    const space = new Box({ low: -1, high: 2, shape: [200], dtype: "int8" });
    expect([...new Set(space.sample(new RandomStream(1)))].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  });

  it("covers a range whose width overflows", () => {
    const space = new Box({ low: -Number.MAX_VALUE, high: Number.MAX_VALUE, shape: [50], dtype: "float64" });
    expect(space.sample(new RandomStream(1)).every(Number.isFinite)).toBe(true);
  });

  it("has no masks", () => {
    expect(() => image.sample(new RandomStream(1), { mask: [1] })).toThrow(/Expected no mask/);
  });
});

describe("Box as text and JSON", () => {
  // str(gymnasium.spaces.Box(...)) of Gymnasium 1.x; arrays without numpy's padding
  it.each([
    [new Box({ low: -1, high: 1, shape: [3] }), "Box(-1.0, 1.0, (3,), float32)"],
    [image, "Box(0, 255, (4, 4, 3), uint8)"],
    [new Box({ low: -Infinity, high: Infinity, shape: [2], dtype: "float64" }), "Box(-inf, inf, (2,), float64)"],
    [new Box({ low: 0, high: 0.1 }), "Box(0.0, 0.1, (1,), float32)"],
    [
      new Box({ low: 0, high: (12 * 2 * 2 * Math.PI) / 360, shape: [1] }),
      "Box(0.0, 0.41887903, (1,), float32)", // CartPole's angle
    ],
    [mixed, "Box([-4.8 -inf 0.0 -inf], [4.8 inf inf 2.0], (4,), float32)"],
  ])("prints like Gymnasium: %s", (space, text) => {
    expect(String(space)).toBe(text);
  });

  // space.seed(7), then space.sample() twice, of Gymnasium 1.3.0
  it.each<[string, Box<"bool" | "int64">, number[], number[]]>([
    [
      "Box(False, True, (8,), bool)",
      new Box({ low: 0, high: 1, shape: [8], dtype: "bool" }),
      [1, 1, 1, 0, 0, 1, 0, 1],
      [1, 0, 0, 0, 0, 0, 1, 1],
    ],
    [
      "Box(-5, 1099511627776, (3,), int64)",
      new Box({ low: -5, high: 2 ** 40, shape: [3], dtype: "int64" }),
      [687299734000, 986497006767, 852875435923],
      [247617924049, 330036320523, 960482170697],
    ],
  ])("has numpy's booleans and integers of 64 bits: %s", (text, space, first, second) => {
    expect(String(space)).toBe(text);
    const generator = seedSpace(space, 7);
    for (const expected of [first, second]) expect(Array.from(space.sample(generator))).toEqual(expected);
    expect(spaceFromJSON(JSON.parse(JSON.stringify(space))).equals(space)).toBe(true);
    const value = space.low.slice();
    expect(space.contains(value)).toBe(true);
    value[0] = space.dtype === "bool" ? 2 : 0.5;
    expect(space.contains(value)).toBe(false);
    expect(space.equals(new Box({ low: 0, high: 1, shape: space.shape, dtype: "uint8" }))).toBe(false);
  });

  it("reads a bool Box as Minari writes it", () => {
    const json = { type: "Box", dtype: "bool", shape: [2], low: [false, false], high: [true, true] };
    expect(spaceFromJSON(json).equals(new Box({ low: 0, high: 1, shape: [2], dtype: "bool" }))).toBe(true);
  });

  it("writes nested bounds and comes back equal", () => {
    const space = new Box({ low: [0, 1, 2, 3], high: 9, shape: [2, 2], dtype: "int16" });
    expect(space.toJSON()).toEqual({
      type: "Box",
      dtype: "int16",
      shape: [2, 2],
      low: [
        [0, 1],
        [2, 3],
      ],
      high: [
        [9, 9],
        [9, 9],
      ],
    });
    for (const each of [space, image, mixed, new Box({ low: 0, high: 1 })]) {
      const back = spaceFromJSON(JSON.parse(JSON.stringify(each)));
      expect(back.equals(each)).toBe(true);
    }
    expect(mixed.equals(image)).toBe(false);
    expect(mixed.equals(new Box({ low: -1, high: 1, shape: [4] }))).toBe(false);
  });

  it("flattens and back without loss", () => {
    const value = mixed.sample(new RandomStream(2));
    expect(mixed.unflatten(mixed.flatten(value))).toEqual(value);
    const wide = new Box({ low: 0, high: 2 ** 32 - 1, shape: [1], dtype: "uint32" });
    expect(wide.unflatten(wide.flatten(Uint32Array.of(4294967295)))).toEqual(Uint32Array.of(4294967295));
  });
});

describe("Box.isBounded", () => {
  it.each(["int32", "float32", "float64"] as const)("tells where there are bounds, for %s", (dtype) => {
    const kinds = [
      { low: 0, high: Infinity, is: [false, true, false] },
      { low: -Infinity, high: 0, is: [false, false, true] },
      { low: -Infinity, high: Infinity, is: [false, false, false] },
      { low: [-Infinity, 0], high: [0, Infinity], is: [false, false, false] },
      { low: 0, high: 1, is: [true, true, true] },
    ];
    for (const { low, high, is } of kinds) {
      const space = new Box({ low, high, shape: [2], dtype });
      expect([space.isBounded(), space.isBounded("below"), space.isBounded("above")]).toEqual(is);
      const sample = space.sample(new RandomStream(0));
      expect(space.contains(sample)).toBe(true);
      expect(sample.every((x, i) => x >= space.low[i] && x <= space.high[i])).toBe(true);
    }
  });
});

describe("Box infers its shape", () => {
  it.each([
    [{ low: 0, high: 1 }, [1]],
    [{ low: [0, 0], high: [1, 1] }, [2]],
    [{ low: 0, high: [1, 1, 1] }, [3]],
    [{ low: new Float32Array(3), high: 1 }, [3]],
    [{ low: 0, high: 1, shape: [5, 2] }, [5, 2]],
    [{ low: [0, 0], high: 1, shape: [2, 1] }, [2, 1]],
  ])("%o", (options, shape) => {
    expect(new Box(options).shape).toEqual(shape);
  });
});

describe("Box equality", () => {
  const space = new Box({ low: 0, high: 1, shape: [2] });

  it.each([
    [{ low: 0, high: 1, shape: [2] }, true],
    [{ low: 0, high: [1, 1] }, true],
    [{ low: -1, high: 1, shape: [2] }, false],
    [{ low: 0, high: [1, 2] }, false],
    [{ low: 0, high: 1, shape: [3] }, false],
    [{ low: 0, high: 1, shape: [1, 2] }, false],
    [{ low: 0, high: 1, shape: [2], dtype: "int32" as const }, false],
  ])("with %o is %s", (options, equal) => {
    expect(space.equals(new Box(options))).toBe(equal);
  });
});

describe("Box refuses", () => {
  it.each([
    [{ low: 1, high: 0 }, /low ≤ high/],
    [{ low: Number.NaN, high: 1 }, /Expected low/],
    [{ low: -1, high: 1, dtype: "uint8" as const }, /range of uint8/],
    [{ low: 0, high: Infinity, dtype: "uint8" as const }, /range of uint8/],
    [{ low: 0.5, high: 1, dtype: "int8" as const }, /range of int8/],
    [{ low: [0, 0], high: 1, shape: [3] }, /a number or 3 numbers/],
    [{ low: 0, high: 1, shape: [-1] }, /integers ≥ 0/],
    [{ low: 0, high: 1, dtype: "complex64" as "int8" }, /Expected dtype/],
    [{ low: 0, high: 1, dtype: "unknown" as "int8" }, /Expected dtype/],
    [{ low: 0, high: 1, shape: [1, undefined as unknown as number] }, /integers ≥ 0/],
    [{ low: [0, 0, 0], high: [1, 1] }, /a number or 3 numbers/],
    [{ low: 0, high: [1, 1], shape: [3] }, /a number or 3 numbers/],
    [{ low: 0, high: 32768, dtype: "int16" as const }, /range of int16/],
    [{ low: -32769, high: 0, dtype: "int16" as const }, /range of int16/],
    [{ low: 0, high: 300, dtype: "uint8" as const }, /range of uint8/],
    [{ low: [-1, 0], high: [0, 100], dtype: "uint8" as const }, /range of uint8/],
    [{ low: 0, high: 1e39 }, /range of float32/],
    [{ low: 0, high: Number.NaN, dtype: "int32" as const }, /Expected high/],
    [{ low: [0, Number.NaN], high: 1 }, /Expected low/],
    [{ low: [-Infinity, 0], high: 1, dtype: "uint8" as const }, /range of uint8/],
    [{ low: Infinity, high: Infinity }, /Expected low/],
    [{ low: 0, high: -Infinity }, /Expected high/],
  ])("%o", (options, message) => {
    expect(() => new Box(options)).toThrow(message);
    expect(() => new Box(options)).toThrow(ConfigError);
  });
});
