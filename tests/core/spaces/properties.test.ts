import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchSpace } from "../../../src/core/spaces/batch-space.ts";
import { concatenate, iterate } from "../../../src/core/spaces/batch-values.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { Dict } from "../../../src/core/spaces/dict.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import type { SpaceDType } from "../../../src/core/spaces/dtype.ts";
import { flatten, flattenSpace, unflatten } from "../../../src/core/spaces/flatten.ts";
import { Graph } from "../../../src/core/spaces/graph.ts";
import { fromJsonable, toJsonable } from "../../../src/core/spaces/jsonable.ts";
import { MultiBinary } from "../../../src/core/spaces/multi-binary.ts";
import { MultiDiscrete } from "../../../src/core/spaces/multi-discrete.ts";
import { OneOf } from "../../../src/core/spaces/one-of.ts";
import { seedSpace } from "../../../src/core/spaces/seed-space.ts";
import { Sequence } from "../../../src/core/spaces/sequence.ts";
import type { Space } from "../../../src/core/spaces/space.ts";
import { isSpaceDtypeShapeEquiv } from "../../../src/core/spaces/space-equivalence.ts";
import { spaceFromJSON } from "../../../src/core/spaces/space-from-json.ts";
import { Text } from "../../../src/core/spaces/text.ts";
import { Tuple } from "../../../src/core/spaces/tuple.ts";

const small = fc.integer({ min: 1, max: 3 });
const shape = fc.array(small, { maxLength: 3 });
const dtype = fc.constantFrom<SpaceDType>("float32", "float64", "int8", "int16", "int32", "uint8", "uint16", "uint32");
const bounds = fc.constantFrom([0, 1], [0, 100], [1, 1], [0, Infinity]);

/** Any space, up to three deep. */
const { space } = fc.letrec<{ space: Space<unknown> }>((tie) => {
  const part = tie("space");
  const parts = fc.array(part, { minLength: 1, maxLength: 3 });
  return {
    space: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc
        .tuple(bounds, shape, dtype)
        .filter(([[, high], , type]) => Number.isFinite(high) || !type.startsWith("uint"))
        .map(([[low, high], size, type]) => new Box({ low, high, shape: size, dtype: type })),
      fc.tuple(small, fc.integer({ min: -5, max: 5 })).map(([n, start]) => new Discrete(n, { start })),
      fc.array(small, { minLength: 1, maxLength: 3 }).map((nvec) => new MultiDiscrete(nvec)),
      fc.array(small, { minLength: 1, maxLength: 2 }).map((size) => new MultiBinary(size)),
      fc.tuple(small, small).map(([a, b]) => new Text({ minLength: a - 1, maxLength: a + b, charset: "yx🙂" })),
      parts.map((all) => new Tuple(all)),
      parts.map((all) => new OneOf(all)),
      fc.dictionary(fc.string({ maxLength: 2 }), part, { minKeys: 1, maxKeys: 3 }).map((all) => new Dict(all)),
      fc.tuple(part, fc.boolean()).map(([feature, stack]) => new Sequence(feature, { stack })),
      fc
        .tuple(part, fc.option(part))
        .map(([nodeSpace, edgeSpace]) => new Graph<Space<unknown>, Space<unknown> | null>({ nodeSpace, edgeSpace })),
    ),
  };
});

const RUNS = { numRuns: 150, seed: 7 };

describe("of every space", () => {
  const draw = (each: Space<unknown>, seed: number, n: number) => {
    const generator = seedSpace(each, seed);
    return Array.from({ length: n }, () => each.sample(generator));
  };
  const seed = fc.nat();

  it("the values are in it, and the schema agrees", () => {
    fc.assert(
      fc.property(space, seed, (each, from) => {
        for (const value of draw(each, from, 3)) {
          expect(each.contains(value)).toBe(true);
          expect(each.schema.safeParse(value).success).toBe(true);
        }
      }),
      RUNS,
    );
  });

  it("JSON gives an equal space, and its values back", () => {
    fc.assert(
      fc.property(space, seed, (each, from) => {
        const back = spaceFromJSON(JSON.parse(JSON.stringify(each)));
        expect(back.equals(each)).toBe(true);
        expect(isSpaceDtypeShapeEquiv(back, each)).toBe(true);
        const values = draw(each, from, 3);
        expect(fromJsonable(back, JSON.parse(JSON.stringify(toJsonable(each, values))))).toEqual(values);
      }),
      RUNS,
    );
  });

  it("flat values lie in the flat space, and come back", () => {
    fc.assert(
      fc.property(space, seed, (each, from) => {
        const [value] = draw(each, from, 1);
        const flat = flatten(each, value);
        expect(flattenSpace(each).contains(flat)).toBe(true);
        expect(unflatten(each, flat)).toEqual(value);
      }),
      RUNS,
    );
  });

  it("a batch lies in the batched space, and comes apart", () => {
    fc.assert(
      fc.property(space, seed, fc.integer({ min: 1, max: 4 }), (each, from, n) => {
        const values = draw(each, from, n);
        const batch = concatenate(each, values);
        expect(batchSpace(each, n).contains(batch)).toBe(true);
        expect(iterate(batchSpace(each, n), batch)).toEqual(values);
        const [sample] = draw(batchSpace(each, n), from, 1);
        for (const single of iterate(batchSpace(each, n), sample)) expect(each.contains(single)).toBe(true);
      }),
      RUNS,
    );
  });
});
