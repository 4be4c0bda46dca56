import { expectTypeOf, test } from "vitest";
import { type BatchedSpace, type BatchedValue, batchSpace } from "../../../src/core/spaces/batch-space.ts";
import { concatenate, readSlot } from "../../../src/core/spaces/batch-values.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Dict } from "../../../src/core/spaces/dict.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import type { MultiBinary } from "../../../src/core/spaces/multi-binary.ts";
import type { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import type { Space } from "../../../src/core/spaces/space.ts";
import { Text } from "../../../src/core/spaces/text.ts";
import { Tuple } from "../../../src/core/spaces/tuple.ts";

const image = new Box({ low: 0, high: 255, shape: [4, 4], dtype: "uint8" });

test("a batch knows its space", () => {
  expectTypeOf(batchSpace(image, 2)).toEqualTypeOf<Box<"uint8">>();
  expectTypeOf(batchSpace(new Discrete(2), 2)).toEqualTypeOf<MultiDiscrete>();
  expectTypeOf<BatchedSpace<MultiDiscrete>>().toEqualTypeOf<Box<"int32">>();
  expectTypeOf<BatchedSpace<MultiBinary>>().toEqualTypeOf<Box<"int8">>();
  const space = batchSpace(new Tuple([new Discrete(2), new Dict({ image })]), 2);
  expectTypeOf(space).toEqualTypeOf<Tuple<readonly [MultiDiscrete, Dict<{ readonly image: Box<"uint8"> }>]>>();
  expectTypeOf(batchSpace(new Text({ maxLength: 1 }), 2)).toEqualTypeOf<Tuple<readonly Text[]>>();
});

test("of a space known only as Space, no more is known", () => {
  const space: Space<number> = new Discrete(2);
  expectTypeOf(batchSpace(space, 2)).toEqualTypeOf<Space<unknown>>();
  expectTypeOf<BatchedValue<Space<number>>>().toEqualTypeOf<unknown>();
});

test("a batch knows its values", () => {
  expectTypeOf(concatenate(image, [new Uint8Array(16)])).toEqualTypeOf<Uint8Array>();
  expectTypeOf(concatenate(new Discrete(2), [0, 1])).toEqualTypeOf<Int32Array>();
  expectTypeOf(concatenate(new Text({ maxLength: 1 }), ["a"])).toEqualTypeOf<readonly string[]>();
  const dict = new Dict({ image, gear: new Discrete(5) });
  const batch = concatenate(dict, [{ image: new Uint8Array(16), gear: 1 }]);
  expectTypeOf(batch).toEqualTypeOf<{ readonly image: Uint8Array; readonly gear: Int32Array }>();
  expectTypeOf(readSlot(dict, batch, 0)).toEqualTypeOf<{ readonly image: Uint8Array; readonly gear: number }>();
  // @ts-expect-error a float is no image
  concatenate(image, [new Float32Array(16)]);
});
