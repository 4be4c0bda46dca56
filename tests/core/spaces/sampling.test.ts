import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { Pcg64 } from "../../../src/core/pcg64.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { MultiBinary } from "../../../src/core/spaces/multi-binary.ts";
import { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import type { RandomSource } from "../../../src/core/spaces/random-source.ts";
import { Sequence } from "../../../src/core/spaces/sequence.ts";
import type { SampleOptions, Space } from "../../../src/core/spaces/space.ts";
import { Text } from "../../../src/core/spaces/text.ts";

const DRAWS = 4000;
/** Four standard deviations of the frequency of a fair coin over DRAWS draws. */
const TOLERANCE = 4 * Math.sqrt(0.25 / DRAWS);

const sources: [string, () => RandomSource][] = [
  ["a stream", () => new RandomStream(1)],
  ["numpy's generator", () => new Pcg64(1)],
];

describe.each(sources)("frequencies from %s", (_name, source) => {
  /** How often each number occurs among all elements of many samples. */
  function frequencies(space: Space<unknown>, options?: SampleOptions, n = DRAWS): Map<unknown, number> {
    const random = source();
    const values = Array.from({ length: n }, () => space.sample(random, options)).flatMap((value) =>
      typeof value === "number" ? [value] : Array.from(value as ArrayLike<unknown>),
    );
    const counts = new Map<unknown, number>();
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1 / values.length);
    return counts;
  }

  const quarters = { probability: [0.5, 0.25, 0, 0.25] };
  it.each<[string, Space<unknown>, SampleOptions | undefined, [unknown, number][]]>([
    ["Discrete", new Discrete(4, { start: -1 }), undefined, [-1, 0, 1, 2].map((x) => [x, 0.25])],
    [
      "Discrete, masked",
      new Discrete(4, { start: -1 }),
      { mask: [0, 1, 1, 0] },
      [
        [0, 0.5],
        [1, 0.5],
      ],
    ],
    [
      "Discrete, weighted",
      new Discrete(4),
      quarters,
      [
        [0, 0.5],
        [1, 0.25],
        [3, 0.25],
      ],
    ],
    ["MultiDiscrete", new MultiDiscrete([4]), undefined, [0, 1, 2, 3].map((x) => [x, 0.25])],
    [
      "MultiDiscrete, masked",
      new MultiDiscrete([4]),
      { mask: [[1, 0, 0, 1]] },
      [
        [0, 0.5],
        [3, 0.5],
      ],
    ],
    [
      "MultiDiscrete, weighted",
      new MultiDiscrete([4]),
      { probability: [quarters.probability] },
      [
        [0, 0.5],
        [1, 0.25],
        [3, 0.25],
      ],
    ],
    [
      "MultiBinary",
      new MultiBinary(1),
      undefined,
      [
        [0, 0.5],
        [1, 0.5],
      ],
    ],
    [
      "MultiBinary, weighted",
      new MultiBinary(1),
      { probability: [0.2] },
      [
        [0, 0.8],
        [1, 0.2],
      ],
    ],
    [
      "MultiBinary, free where the mask is 2",
      new MultiBinary(2),
      { mask: [2, 1] },
      [
        [0, 0.25],
        [1, 0.75],
      ],
    ],
    ["integer Box", new Box({ low: 125, high: 127, dtype: "int8" }), undefined, [125, 126, 127].map((x) => [x, 1 / 3])],
    ["Text", new Text({ maxLength: 1, charset: "abcd" }), undefined, [..."abcd"].map((x) => [x, 0.25])],
    [
      "Text, masked",
      new Text({ maxLength: 1, charset: "abcd" }),
      { mask: { characters: [1, 0, 0, 1] } },
      [
        ["a", 0.5],
        ["d", 0.5],
      ],
    ],
    [
      "Text, weighted",
      new Text({ maxLength: 1, charset: "abcd" }),
      { probability: { characters: quarters.probability } },
      [
        ["a", 0.5],
        ["b", 0.25],
        ["d", 0.25],
      ],
    ],
  ])("%s", (_, space, options, expected) => {
    const found = frequencies(space, options);
    expect([...found.keys()].sort()).toEqual(expected.map(([value]) => value).sort());
    for (const [value, frequency] of expected) {
      expect(Math.abs((found.get(value) as number) - frequency)).toBeLessThan(TOLERANCE);
    }
  });

  it("the length of a Sequence is geometric: 1/4 stop at each entry", () => {
    const space = new Sequence(new Discrete(2));
    const random = source();
    const lengths = Array.from({ length: DRAWS }, () => space.sample(random).length);
    for (const n of [1, 2, 3]) {
      const share = lengths.filter((length) => length === n).length / DRAWS;
      expect(Math.abs(share - 0.25 * 0.75 ** (n - 1))).toBeLessThan(TOLERANCE);
    }
  });

  it.each<["int8" | "int16" | "int32" | "uint8", number, number]>([
    ["int8", -128, 127],
    ["int16", -(2 ** 15), 2 ** 15 - 1],
    ["int32", -(2 ** 31), 2 ** 31 - 1],
    ["uint8", 0, 255],
  ])("every value up to the ends of %s is reached", (dtype, least, most) => {
    for (const [low, high] of [
      [most - 2, most],
      [least, least + 2],
    ]) {
      expect([...frequencies(new Box({ low, high, dtype }), undefined, 200).keys()].sort()).toEqual(
        [low, low + 1, high].sort(),
      );
    }
  });
});

describe("masks", () => {
  const random = new RandomStream(4);

  it("fix the length and the characters of a Text", () => {
    const space = new Text({ maxLength: 5, charset: "abcd" });
    expect(space.sample(random, { mask: { length: 3, characters: [0, 1, 0, 0] } })).toBe("bbb");
    expect(space.sample(random, { probability: { length: 2, characters: [0, 0, 1, 0] } })).toBe("cc");
    expect(space.sample(random, { mask: { length: 4 } })).toHaveLength(4);
    const none = { mask: { characters: [0, 0, 0, 0] } };
    expect(() => space.sample(random, none)).toThrow(/allows a character/);
    expect(new Text({ minLength: 0, maxLength: 5, charset: "abcd" }).sample(random, none)).toBe("");
    expect(new Text({ minLength: 0, maxLength: 5 }).sample(random, { mask: { length: 0 } })).toBe("");
  });

  it("fix the length and the entries of a Sequence", () => {
    const space = new Sequence(new Discrete(2));
    for (const length of [0, 1, 2, 3]) expect(space.sample(random, { mask: { length } })).toHaveLength(length);
    const twenty = space.sample(random, { mask: { length: Int32Array.of(20), feature: [0, 1] } });
    expect(twenty).toEqual(Array(20).fill(1));
    const lengths = Array.from({ length: 60 }, () => space.sample(random, { mask: { length: [3, 5] } }).length);
    expect(new Set(lengths)).toEqual(new Set([3, 5]));
    expect(space.sample(random, { probability: { length: 4, feature: [0, 1] } })).toEqual([1, 1, 1, 1]);
  });

  it("of a MultiDiscrete or MultiBinary of two axes may be nested", () => {
    const discrete = new MultiDiscrete([2, 3, 3, 2], { shape: [2, 2] });
    const mask = [
      [
        [0, 1],
        [0, 0, 1],
      ],
      [
        [1, 0, 0],
        [0, 1],
      ],
    ];
    expect(discrete.sample(random, { mask })).toEqual(Int32Array.of(1, 2, 0, 1));
    const binary = new MultiBinary([2, 3]);
    const rows = [
      [0, 0, 0],
      [1, 1, 1],
    ];
    expect(binary.sample(random, { mask: rows })).toEqual(Int8Array.of(0, 0, 0, 1, 1, 1));
  });

  it("that allow nothing give the least value", () => {
    const space = new MultiDiscrete([2, 2], { start: [10, 20] });
    const drawn = space.sample(random, {
      mask: [
        [0, 1],
        [0, 0],
      ],
    });
    expect(drawn).toEqual(Int32Array.of(11, 20));
  });

  const text = new Text({ maxLength: 3, charset: "ab" });
  const sequence = new Sequence(new Discrete(2));
  it.each<[Space<unknown>, SampleOptions, RegExp]>([
    [new Discrete(4), { probability: [0.2, 0.3, 0.4, 0.2] }, /sum to 1, got the sum 1.1/],
    [new Discrete(4), { probability: [0, 0, 0, 0] }, /sum to 1, got the sum 0/],
    [new Discrete(4), { probability: [0.5, 0.5] }, /list of 4/],
    [new Discrete(4), { mask: "1111" }, /list of 4/],
    [new MultiDiscrete([2, 2]), { mask: [[1, 1], [1]] }, /list of 2 numbers/],
    [new MultiDiscrete([2, 2]), { mask: { 0: [1, 1] } }, /one entry per element/],
    [new MultiDiscrete([2]), { mask: [[1, 1]], probability: [[1, 0]] }, /got both/],
    [new MultiBinary(2), { mask: [0, 1], probability: [0, 1] }, /got both/],
    [new MultiBinary(2), { probability: [0, 1.5] }, /0 to 1/],
    [new MultiBinary(2), { mask: [0] }, /of 2 numbers/],
    [new Box({ low: 0, high: 1 }), { probability: [1] }, /no mask or probability for a Box/],
    [text, { mask: { length: 4 } }, /length from 1 to 3, got/],
    [text, { mask: { length: 1.5 } }, /length from 1 to 3/],
    [text, { mask: [3, null] }, /Expected mask as/],
    [text, { mask: { characters: [1] } }, /list of 2 numbers/],
    [text, { probability: { characters: [0, 0] } }, /sum to 1/],
    [text, { mask: {}, probability: {} }, /got both/],
    [sequence, { mask: { length: -1 } }, /length ≥ 0/],
    [sequence, { mask: { length: [1, 2, -1] } }, /length ≥ 0/],
    [
      sequence,
      {
        mask: {
          length: [
            [2, 2],
            [2, 2],
          ],
        },
      },
      /length ≥ 0/,
    ],
    [sequence, { mask: { length: [] } }, /length ≥ 0/],
    [sequence, { probability: { length: "abc" } }, /length ≥ 0/],
    [sequence, { mask: [1, null] }, /Expected mask as/],
    [sequence, { mask: {}, probability: {} }, /got both/],
  ])("%s refuses %o", (space, options, message) => {
    expect(() => space.sample(random, options)).toThrow(message);
    expect(() => space.sample(random, options)).toThrow(ConfigError);
  });
});
