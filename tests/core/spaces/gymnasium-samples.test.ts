import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { batchSpace } from "../../../src/core/spaces/batch-space.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Dict } from "../../../src/core/spaces/dict.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { flatten } from "../../../src/core/spaces/flatten.ts";
import { Graph } from "../../../src/core/spaces/graph.ts";
import { toJsonable } from "../../../src/core/spaces/jsonable.ts";
import { MultiBinary } from "../../../src/core/spaces/multi-binary.ts";
import { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import { OneOf } from "../../../src/core/spaces/one-of.ts";
import { seedSpace } from "../../../src/core/spaces/seed-space.ts";
import { Sequence } from "../../../src/core/spaces/sequence.ts";
import type { Space } from "../../../src/core/spaces/space.ts";
import type { SpaceSeed } from "../../../src/core/spaces/space-generator.ts";
import { Text } from "../../../src/core/spaces/text.ts";
import { Tuple } from "../../../src/core/spaces/tuple.ts";

// Recorded from Gymnasium 1.4.0 (which differs from 1.3.0 in a Graph's streams and a Box's clipping) with numpy 2.4.6: `space = <space>; space.seed(seed)`, then `space.sample(**options)` four
// times; arrays flattened in row-major order. i8 and f8 are numpy arrays of int8 and float64, f4 of float32.
interface Recording {
  readonly space: string;
  readonly seed: number;
  readonly options: Readonly<Record<string, string>>;
  /** What `space.seed(seed)` returned. */
  readonly seeds: SpaceSeed;
  readonly samples: readonly unknown[];
  /** `flatten(space, samples[0])`. */
  readonly flat?: unknown;
  /** `space.to_jsonable(samples)`. */
  readonly json?: unknown;
}
const file = new URL("../../golden/space-samples.json", import.meta.url);
const recordings: readonly Recording[] = JSON.parse(readFileSync(file, "utf8"));

const inf = Infinity;
const text = (maxLength: number, charset: string) => new Text({ maxLength, charset });

/** The recorded spaces, as written here. */
const spaces: Readonly<Record<string, Space<unknown>>> = {
  "Box(-1, 1, (3,))": new Box({ low: -1, high: 1, shape: [3] }),
  "Box(0, 255, (2, 3), np.uint8)": new Box({ low: 0, high: 255, shape: [2, 3], dtype: "uint8" }),
  "Box(-inf, inf, (5,), np.float64)": new Box({ low: -inf, high: inf, shape: [5], dtype: "float64" }),
  "Box(f4(-inf, 0, -inf, -1, 2, -inf), f4(inf, inf, 5, 1, inf, inf))": new Box({
    low: [-inf, 0, -inf, -1, 2, -inf],
    high: [inf, inf, 5, 1, inf, inf],
  }),
  "Box(np.array([-inf, 0, -inf, -1]), np.array([inf, inf, 5, 1]), dtype=np.int32)": new Box({
    low: [-inf, 0, -inf, -1],
    high: [inf, inf, 5, 1],
    dtype: "int32",
  }),
  "Box(0, 2**32 - 1, (3,), np.uint32)": new Box({ low: 0, high: 2 ** 32 - 1, shape: [3], dtype: "uint32" }),
  "Box(-128, 127, (4,), np.int8)": new Box({ low: -128, high: 127, shape: [4], dtype: "int8" }),
  "Discrete(5)": new Discrete(5),
  "Discrete(1000003, start=-7)": new Discrete(1000003, { start: -7 }),
  "Discrete(3 * 2**40)": new Discrete(3 * 2 ** 40),
  "Discrete(1)": new Discrete(1),
  "Discrete(6, start=2)": new Discrete(6, { start: 2 }),
  "Discrete(4)": new Discrete(4),
  "MultiDiscrete([3, 5, 2])": new MultiDiscrete([3, 5, 2]),
  "MultiDiscrete([[3, 5], [2, 100]], start=[[0, 1], [-1, 7]])": new MultiDiscrete([3, 5, 2, 100], {
    start: [0, 1, -1, 7],
    shape: [2, 2],
  }),
  "MultiDiscrete([3, 2], start=[1, 0])": new MultiDiscrete([3, 2], { start: [1, 0] }),
  "MultiBinary(5)": new MultiBinary(5),
  "MultiBinary([3, 2])": new MultiBinary([3, 2]),
  "MultiBinary(4)": new MultiBinary(4),
  "MultiBinary(3)": new MultiBinary(3),
  "Text(8, charset=alphanumeric)": new Text({ maxLength: 8 }),
  "Text(5, min_length=0, charset='zoyx')": new Text({ maxLength: 5, minLength: 0, charset: "zoyx" }),
  "Text(6, charset='abcd')": text(6, "abcd"),
  "Tuple([Discrete(5), Box(0, 1, (2,)), Tuple([MultiBinary(3)])])": new Tuple([
    new Discrete(5),
    new Box({ low: 0, high: 1, shape: [2] }),
    new Tuple([new MultiBinary(3)]),
  ]),
  "Dict({'b': Discrete(5), 'a': Box(-inf, inf, (2,)), 'c': Dict({'z': MultiDiscrete([4, 4]), 'y': Text(3, charset='wasd')})})":
    new Dict({
      b: new Discrete(5),
      a: new Box({ low: -inf, high: inf, shape: [2] }),
      c: new Dict({ z: new MultiDiscrete([4, 4]), y: text(3, "wasd") }),
    }),
  "Tuple([Discrete(3), Box(0, 1, (2,))])": new Tuple([new Discrete(3), new Box({ low: 0, high: 1, shape: [2] })]),
  "OneOf([Discrete(3), Box(-1, 1, (2,)), Text(4, charset='01')])": new OneOf([
    new Discrete(3),
    new Box({ low: -1, high: 1, shape: [2] }),
    text(4, "01"),
  ]),
  "OneOf([Discrete(3), MultiBinary(2)])": new OneOf([new Discrete(3), new MultiBinary(2)]),
  "Sequence(Discrete(10))": new Sequence(new Discrete(10)),
  "Sequence(Box(0, 1, (2,)), stack=True)": new Sequence(new Box({ low: 0, high: 1, shape: [2] }), { stack: true }),
  "Sequence(Dict({'a': Discrete(3), 'b': MultiBinary(2)}), stack=True)": new Sequence(
    new Dict({ a: new Discrete(3), b: new MultiBinary(2) }),
    { stack: true },
  ),
  "Sequence(Discrete(4))": new Sequence(new Discrete(4)),
  "Graph(Box(-1, 1, (2,)), Discrete(4))": new Graph({
    nodeSpace: new Box({ low: -1, high: 1, shape: [2] }),
    edgeSpace: new Discrete(4),
  }),
  "Graph(Discrete(5), Box(0, 1, (1,)))": new Graph({
    nodeSpace: new Discrete(5),
    edgeSpace: new Box({ low: 0, high: 1 }),
  }),
  "Graph(Discrete(5), None)": new Graph({ nodeSpace: new Discrete(5) }),
  "Graph(Discrete(3), Discrete(2))": new Graph({ nodeSpace: new Discrete(3), edgeSpace: new Discrete(2) }),
  "Graph(Text(3, charset='wasd'), Discrete(2))": new Graph({ nodeSpace: text(3, "wasd"), edgeSpace: new Discrete(2) }),
  "Graph(Tuple([Discrete(3), Box(0, 1, (1,))]), MultiBinary(2))": new Graph({
    nodeSpace: new Tuple([new Discrete(3), new Box({ low: 0, high: 1 })]),
    edgeSpace: new MultiBinary(2),
  }),
  "batch_space(Discrete(7), 3)": batchSpace(new Discrete(7), 3),
  "batch_space(Dict({'a': Box(-1, 1, (2,)), 'b': Text(2, charset='ab')}), 2)": batchSpace(
    new Dict({ a: new Box({ low: -1, high: 1, shape: [2] }), b: text(2, "ab") }),
    2,
  ),
};

/** The recorded options, as written here. */
const options: Readonly<Record<string, unknown>> = {
  "i8(0, 1, 1, 0, 1, 1)": [0, 1, 1, 0, 1, 1],
  "i8(0, 0, 0, 0, 0, 0)": [0, 0, 0, 0, 0, 0],
  "f8(0.1, 0, 0.6, 0.3)": [0.1, 0, 0.6, 0.3],
  "(i8(1, 0, 1), i8(1, 1))": [
    [1, 0, 1],
    [1, 1],
  ],
  "(f8(0.2, 0.3, 0.5), f8(0.9, 0.1))": [
    [0.2, 0.3, 0.5],
    [0.9, 0.1],
  ],
  "i8(2, 0, 1, 2)": [2, 0, 1, 2],
  "f8(0.1, 0.5, 0.9)": [0.1, 0.5, 0.9],
  "(None, i8(0, 1, 0, 1))": { characters: [0, 1, 0, 1] },
  "(4, None)": { length: 4 },
  "(None, f8(0.5, 0.25, 0.25, 0))": { characters: [0.5, 0.25, 0.25, 0] },
  "(i8(0, 1, 1), None)": [[0, 1, 1], null],
  "(i8(0, 1, 0), i8(2, 1))": [
    [0, 1, 0],
    [2, 1],
  ],
  "(np.array([2, 5]), i8(1, 0, 0, 1))": { length: [2, 5], feature: [1, 0, 0, 1] },
  "(3, f8(0.7, 0.1, 0.1, 0.1))": { length: 3, feature: [0.7, 0.1, 0.1, 0.1] },
  "((i8(1, 0, 1), i8(0, 1, 0)), i8(0, 1))": {
    nodes: [
      [1, 0, 1],
      [0, 1, 0],
    ],
    edges: [0, 1],
  },
};
const names: Readonly<Record<string, string>> = { num_nodes: "numNodes", num_edges: "numEdges" };

describe.each(recordings)("$space, seed $seed, $options", (recording) => {
  const { samples, seeds } = recording;
  const { space, generator, drawn } = replayed(recording);

  it("draws Gymnasium's samples", () => {
    expect(drawn.map(plain)).toEqual(samples);
    for (const sample of drawn) expect(space.contains(sample)).toBe(true);
  });

  it("tells the seeds of its parts", () => {
    expect(generator.seed).toEqual(seeds);
  });
});

describe.each(recordings.filter(({ flat }) => flat !== undefined))("$space", (recording) => {
  const { flat, json } = recording;
  const { space, drawn } = replayed(recording);

  it("flattens its values as Gymnasium does, and writes them so", () => {
    expect(plain(flatten(space, drawn[0]))).toEqual(flat);
    if (json !== undefined) expect(toJsonable(space, drawn)).toEqual(json); // not where Gymnasium's own form is broken
  });
});

function replayed({ space: text, seed, options: given, samples }: Recording) {
  const space = spaces[text];
  const generator = seedSpace(space, seed);
  const entries = Object.entries(given).map(([name, value]) => [names[name] ?? name, options[value] ?? Number(value)]);
  return { space, generator, drawn: samples.map(() => space.sample(generator, Object.fromEntries(entries))) };
}

/** Typed arrays as lists; a OneOf as Gymnasium's pair. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const { index, value: inner } = value as { index?: number; value?: unknown };
  if (index !== undefined) return [index, plain(inner)];
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}
