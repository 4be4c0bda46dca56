import { expectTypeOf, test } from "vitest";
import { Box } from "../../../src/core/spaces/box.ts";
import { Dict } from "../../../src/core/spaces/dict.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { Graph } from "../../../src/core/spaces/graph.ts";
import type { MultiBinary } from "../../../src/core/spaces/multi-binary.ts";
import type { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import { OneOf } from "../../../src/core/spaces/one-of.ts";
import { Sequence } from "../../../src/core/spaces/sequence.ts";
import type { Space, SpaceValue } from "../../../src/core/spaces/space.ts";
import { Text } from "../../../src/core/spaces/text.ts";
import { Tuple } from "../../../src/core/spaces/tuple.ts";

test("a space knows the type of its values", () => {
  const image = new Box({ low: 0, high: 255, shape: [64, 64, 3], dtype: "uint8" });
  const vector = new Box({ low: -1, high: 1, shape: [3] });
  expectTypeOf<SpaceValue<typeof image>>().toEqualTypeOf<Uint8Array>();
  expectTypeOf<SpaceValue<typeof vector>>().toEqualTypeOf<Float32Array>();
  expectTypeOf<SpaceValue<Discrete>>().toEqualTypeOf<number>();
  expectTypeOf<SpaceValue<MultiDiscrete>>().toEqualTypeOf<Int32Array>();
  expectTypeOf<SpaceValue<MultiBinary>>().toEqualTypeOf<Int8Array>();
  expectTypeOf<SpaceValue<Text>>().toEqualTypeOf<string>();
});

test("composed spaces compose their values", () => {
  const tuple = new Tuple([new Discrete(2), new Box({ low: 0, high: 1, shape: [2] })]);
  expectTypeOf<SpaceValue<typeof tuple>>().toEqualTypeOf<readonly [number, Float32Array]>();
  const dict = new Dict({ image: new Box({ low: 0, high: 255, shape: [4], dtype: "uint8" }), gear: new Discrete(5) });
  expectTypeOf<SpaceValue<typeof dict>>().toEqualTypeOf<{ readonly image: Uint8Array; readonly gear: number }>();
});

test("a OneOf tells the type of a value by the index", () => {
  const space = new OneOf([new Discrete(2), new Text({ maxLength: 1 })]);
  type Value = SpaceValue<typeof space>;
  expectTypeOf<Value>().toEqualTypeOf<
    { readonly index: 0; readonly value: number } | { readonly index: 1; readonly value: string }
  >();
  const chosen = {} as Value;
  if (chosen.index === 1) expectTypeOf(chosen.value).toEqualTypeOf<string>();
  expectTypeOf<SpaceValue<OneOf<readonly Discrete[]>>>().toEqualTypeOf<{
    readonly index: number;
    readonly value: number;
  }>();
});

test("a Sequence is a list, or a batch", () => {
  const list = new Sequence(new Discrete(2));
  const stacked = new Sequence(new Box({ low: 0, high: 1, shape: [2] }), { stack: true });
  expectTypeOf<SpaceValue<typeof list>>().toEqualTypeOf<readonly number[]>();
  expectTypeOf<SpaceValue<typeof stacked>>().toEqualTypeOf<Float32Array>();
});

test("a Graph has batches of nodes and edges", () => {
  const nodes = new Graph({ nodeSpace: new Discrete(2) });
  expectTypeOf<SpaceValue<typeof nodes>["nodes"]>().toEqualTypeOf<Int32Array>();
  expectTypeOf<SpaceValue<typeof nodes>["edges"]>().toEqualTypeOf<null>();
  const graph = new Graph({ nodeSpace: new Discrete(2), edgeSpace: new Box({ low: 0, high: 1 }) });
  expectTypeOf<SpaceValue<typeof graph>["edges"]>().toEqualTypeOf<Float32Array | null>();
  expectTypeOf<SpaceValue<typeof graph>["edgeLinks"]>().toEqualTypeOf<Int32Array | null>();
});

test("the schema parses to the value", () => {
  const space = new Dict({ gear: new Discrete(5), name: new Text({ maxLength: 3 }) });
  expectTypeOf(space.schema.parse({})).toEqualTypeOf<{ readonly gear: number; readonly name: string }>();
});

test("contains narrows", () => {
  const space: Space<number> = new Discrete(2);
  const value: unknown = 1;
  if (space.contains(value)) expectTypeOf(value).toEqualTypeOf<number>();
});

test("misspelt element types do not compile", () => {
  // @ts-expect-error float16 is not an element type
  new Box({ low: 0, high: 1, dtype: "float16" });
});
