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

const position = new Box({ low: [0, 0], high: [1, 5], dtype: "float64" });
const box = (size: number, ...shape: number[]) => new Box({ low: -size, high: size, shape });

/**
 * The spaces that Gymnasium's own tests go through (tests/spaces/utils.py, in its order), each with its flat length; null:
 * there is none. Left out: Discrete spaces that differ in their element type only. Added: what Gymnasium left out because its JSON form of values fails on it.
 */
export const catalogue: readonly {
  readonly name: string;
  readonly space: Space<unknown>;
  readonly flat: number | null;
}[] = [
  entry(new Discrete(3), 3),
  entry(new Discrete(3, { start: -1 }), 3),
  entry(new Discrete(4, { start: 1 }), 4),
  entry(new Box({ low: 0, high: 1 }), 1),
  entry(new Box({ low: 0, high: Infinity, shape: [2, 2] }), 4),
  entry(new Box({ low: [-10, 0], high: [10, 10], dtype: "float64" }), 2),
  entry(new Box({ low: -Infinity, high: 0, shape: [2, 1] }), 2),
  entry(new Box({ low: 0, high: Infinity, shape: [2, 1] }), 2),
  entry(new Box({ low: 0, high: 255, shape: [2, 2, 3], dtype: "uint8" }), 12),
  entry(new Box({ low: [0, 0, 1], high: [1, 0, 1], dtype: "bool" }), 3),
  entry(new Box({ low: [-Infinity, -Infinity, 0, -10], high: [Infinity, 0, Infinity, 10], dtype: "int32" }), 4),
  entry(new Box({ low: -(2 ** 40), high: [2 ** 40, 5], dtype: "int64" }), 2),
  entry(new MultiDiscrete([2, 2]), 4),
  entry(new MultiDiscrete([2, 3, 3, 2], { shape: [2, 2] }), 10),
  entry(new MultiDiscrete([2, 2], { start: [10, 10] }), 4),
  entry(new MultiDiscrete([2, 3, 3, 2], { start: [10, 20, 30, 40], shape: [2, 2] }), 10),
  entry(new MultiDiscrete([2, 3]), 5),
  entry(new MultiBinary(8), 8),
  entry(new MultiBinary([2, 3]), 6),
  entry(new Text({ maxLength: 6 }), 6),
  entry(new Text({ minLength: 3, maxLength: 6 }), 6),
  entry(new Text({ maxLength: 6, charset: "abcdef" }), 6),
  entry(new Tuple([new Discrete(5), new Discrete(4)]), 9),
  entry(new Tuple([new Discrete(5), position]), 7),
  entry(new Tuple([new Discrete(5), new Tuple([new Box({ low: 0, high: 1, shape: [3] }), new Discrete(2)])]), 10),
  entry(
    new Tuple([new Discrete(3), new Dict({ position: new Box({ low: 0, high: 1 }), velocity: new Discrete(2) })]),
    6,
  ),
  entry(new Tuple([new Graph({ nodeSpace: box(1, 2, 1) }), new Discrete(2)]), null),
  entry(new Dict({ position: new Discrete(5), velocity: position }), 7),
  entry(new Dict({ position: new Discrete(6), velocity: position }), 8),
  entry(
    new Dict({
      a: new Box({ low: 0, high: 1, shape: [3, 3] }),
      b: new Dict({ b_1: box(100, 2), b_2: box(1, 2) }),
      c: new Discrete(4),
    }),
    17,
  ),
  entry(
    new Dict({
      a: new Dict({ a: new Graph({ nodeSpace: box(100, 2, 2) }), b: box(100, 2, 2) }),
      b: new Tuple([box(100, 2), box(100, 2)]),
    }),
    null,
  ),
  entry(new Graph({ nodeSpace: box(1, 2) }), null),
  entry(new Graph({ nodeSpace: box(100, 3, 4), edgeSpace: new Discrete(5) }), null),
  entry(new Graph({ nodeSpace: new Discrete(5), edgeSpace: box(100, 3, 4) }), null),
  entry(new Graph({ nodeSpace: new Discrete(3), edgeSpace: new Discrete(4) }), null),
  entry(
    new Graph({
      nodeSpace: new Dict({ node_feature_1: new Discrete(5), node_feature_2: new MultiBinary(5) }),
      edgeSpace: new Box({ low: 1, high: 4 }),
    }),
    null,
  ),
  entry(new Graph({ nodeSpace: new MultiBinary(4) }), null),
  entry(new Graph({ nodeSpace: new MultiDiscrete([3, 4, 2]), edgeSpace: new Discrete(3) }), null),
  entry(new Graph({ nodeSpace: new Tuple([box(1, 2), new Discrete(3)]) }), null),
  entry(
    new Graph({
      nodeSpace: new Discrete(4),
      edgeSpace: new Tuple([new Box({ low: 0, high: 1, shape: [2] }), new Discrete(3)]),
    }),
    null,
  ),
  entry(
    new Graph({
      nodeSpace: new Dict({ pos: box(10, 3), label: new Discrete(5) }),
      edgeSpace: new Dict({ weight: new Box({ low: 0, high: 1, shape: [] }), type: new Discrete(3) }),
    }),
    null,
  ),
  entry(
    new Graph({
      nodeSpace: new Tuple([new Dict({ a: new Discrete(3) }), new MultiBinary(2)]),
      edgeSpace: new Tuple([new Discrete(4), new Box({ low: 0, high: 1, shape: [2] })]),
    }),
    null,
  ),
  entry(new Graph({ nodeSpace: new Sequence(new Discrete(3)), edgeSpace: new Text({ maxLength: 6 }) }), null),
  entry(new Graph({ nodeSpace: new Graph({ nodeSpace: box(1, 2) }) }), null),
  entry(new Graph({ nodeSpace: new Discrete(3), edgeSpace: new OneOf([new Discrete(3), box(1, 1)]) }), null),
  entry(new Sequence(new Discrete(4)), null),
  entry(new Sequence(new Dict({ feature: new Box({ low: 0, high: 1, shape: [3] }) })), null),
  entry(new Sequence(new Graph({ nodeSpace: box(100, 2, 2), edgeSpace: new Discrete(4) })), null),
  entry(new Sequence(new Box({ low: 0, high: 1 }), { stack: true }), null),
  entry(
    new Sequence(new Dict({ a: new Box({ low: 0, high: 1, shape: [3] }), b: new Discrete(5) }), { stack: true }),
    null,
  ),
  entry(new Sequence(new Text({ maxLength: 4 }), { stack: true }), null),
  entry(new OneOf([new Discrete(3), new Box({ low: 0, high: 1 })]), 4),
  entry(new OneOf([new MultiBinary(2), new MultiDiscrete([2, 2])]), 5),
  entry(new OneOf([new Tuple([new Discrete(2), position]), new Dict({ a: new MultiBinary(2) })]), 5),
];

function entry(space: Space<unknown>, flat: number | null) {
  return { name: String(space), space, flat };
}
