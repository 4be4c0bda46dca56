import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { batchSpace } from "../../../src/core/spaces/batch-space.ts";
import { concatenate } from "../../../src/core/spaces/batch-values.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Dict } from "../../../src/core/spaces/dict.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { MultiBinary } from "../../../src/core/spaces/multi-binary.ts";
import { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import type { Space } from "../../../src/core/spaces/space.ts";
import { Text } from "../../../src/core/spaces/text.ts";
import { Tuple } from "../../../src/core/spaces/tuple.ts";
import { batchLayout, copyColumns } from "../../../src/core/vector/batch-layout.ts";

const box = new Box({ low: -1, high: 1, shape: [2, 2], dtype: "float64" });
const pixels = new Box({ low: 0, high: 255, shape: [6, 6, 3], dtype: "uint8" });
const SPACES: readonly Space<unknown>[] = [
  box,
  pixels,
  new Box({ low: 0, high: 1, shape: [] }),
  new Discrete(4, { start: -7 }),
  new MultiDiscrete([2, 5]),
  new MultiBinary([2, 3]),
  new Tuple([new Discrete(3), new Tuple([box, new Dict({ b: pixels, a: new Discrete(2) })])]),
  new Text({ maxLength: 4 }),
  new Dict({ word: new Text({ maxLength: 4 }), number: new Discrete(9) }),
] as readonly Space<unknown>[];

describe.each(SPACES.map((space) => [String(space), space] as const))("the layout of a batch of %s", (_, space) => {
  const random = new RandomStream(1);
  const values = [0, 1, 2].map(() => space.sample(random));

  it("is that of the batched space, in shared memory where values have one size", () => {
    const layout = batchLayout(space);
    for (const shared of [false, true]) {
      const columns = layout.create(3, { shared });
      values.forEach((value, slot) => {
        layout.write(columns, slot, value);
      });
      const batch = layout.toBatch(columns);
      expect(batch).toEqual(concatenate(space, values));
      expect(batchSpace(space, 3).contains(batch)).toBe(true);
      expect(values.map((_, slot) => layout.read(columns, slot))).toEqual(values);
      for (const column of columns) {
        if (ArrayBuffer.isView(column)) expect(column.buffer instanceof SharedArrayBuffer).toBe(shared);
        else expect(layout.fixed).toBe(false);
      }
      const copies = copyColumns(columns);
      expect(copies).toEqual(columns.map((column) => (ArrayBuffer.isView(column) ? column.slice() : column)));
      expect(copies.every((copy, i) => copy !== columns[i])).toBe(true);
      for (const copy of copies) if (ArrayBuffer.isView(copy)) expect(copy.buffer).toBeInstanceOf(ArrayBuffer);
      expect(layout.columnsOf(batch, 3)).toEqual(columns);
    }
  });

  it("refuses what is no batch of so many", () => {
    const layout = batchLayout(space);
    const batch = concatenate(space, values);
    expect(() => layout.columnsOf(batch, 2)).toThrow(ConfigError);
    for (const other of [undefined, 3, "text", new BigInt64Array(3)]) {
      expect(() => layout.columnsOf(other, 3)).toThrow(ConfigError);
    }
    if (layout.fixed) expect(() => layout.write(layout.create(3), 0, undefined)).toThrow(ConfigError);
  });
});
