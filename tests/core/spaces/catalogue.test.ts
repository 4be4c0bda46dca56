import { isDeepStrictEqual } from "node:util";
import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/core/random.ts";
import { batchDifferingSpaces, batchSpace } from "../../../src/core/spaces/batch-space.ts";
import { concatenate, createEmptyArray, iterate, readSlot } from "../../../src/core/spaces/batch-values.ts";
import { Box } from "../../../src/core/spaces/box.ts";
import { flatdim, flatten, flattenSpace, unflatten } from "../../../src/core/spaces/flatten.ts";
import { fromJsonable, toJsonable } from "../../../src/core/spaces/jsonable.ts";
import { seedSpace } from "../../../src/core/spaces/seed-space.ts";
import {
  createSharedMemory,
  readFromSharedMemory,
  writeToSharedMemory,
} from "../../../src/core/spaces/shared-memory.ts";
import { isSpaceDtypeShapeEquiv } from "../../../src/core/spaces/space-equivalence.ts";
import { spaceFromJSON } from "../../../src/core/spaces/space-from-json.ts";
import { catalogue } from "./catalogue.ts";

describe.each(catalogue)("$name", ({ space, flat }) => {
  const generator = seedSpace(space, 5);
  const samples = Array.from({ length: 10 }, () => space.sample(generator));

  it("contains its samples, and answers for those of every other space", () => {
    for (const sample of samples) expect(space.contains(sample)).toBe(true);
    for (const other of catalogue) {
      const stranger = other.space.sample(new RandomStream(1));
      expect(typeof space.contains(stranger)).toBe("boolean");
      expect(space.schema.safeParse(stranger).success).toBe(space.contains(stranger));
    }
  });

  it("equals itself, also back from JSON, and no other of the catalogue", () => {
    expect(space.equals(spaceFromJSON(JSON.parse(JSON.stringify(space))))).toBe(true);
    expect(catalogue.filter((other) => space.equals(other.space))).toHaveLength(1);
  });

  it("repeats its samples with the seed, and differs with another", () => {
    const draw = (seed: number) => {
      const random = seedSpace(space, seed);
      return Array.from({ length: 10 }, () => space.sample(random));
    };
    for (let seed = 0; seed < 5; seed++) expect(draw(seed)).toEqual(draw(seed));
    expect(isDeepStrictEqual(draw(123), draw(456))).toBe(false);
  });

  it("is seeded again by the seeds that seeding tells, given or drawn", () => {
    for (const seed of [undefined, 123]) {
      const first = seedSpace(space, seed);
      const again = seedSpace(space, first.seed);
      expect(again.seed).toEqual(first.seed);
      for (let i = 0; i < 5; i++) expect(space.sample(again)).toEqual(space.sample(first));
    }
  });

  it("refuses seeds that are none", () => {
    expect(() => seedSpace(space, "abc" as unknown as number)).toThrow(/seed/);
    expect(() => seedSpace(space, -1)).toThrow(/seed/);
    expect(() => seedSpace(space, [1, 2, 3, 4, 5, 6])).toThrow(/seed/);
  });

  it("carries its values through JSON", () => {
    const json = JSON.parse(JSON.stringify(toJsonable(space, samples)));
    expect(fromJsonable(space, json)).toEqual(samples);
  });

  it("has Gymnasium's flat length, and a flat space that holds flat values", () => {
    const flatSpace = flattenSpace(space);
    if (flat === null) expect(() => flatdim(space)).toThrow(/flattens to a vector/);
    else {
      expect(flatdim(space)).toBe(flat);
      expect(flatSpace).toBeInstanceOf(Box);
      expect((flatSpace as Box).shape).toEqual([flat]);
    }
    for (const sample of samples) {
      const flattened = flatten(space, sample);
      expect(flatSpace.contains(flattened)).toBe(true);
      expect(unflatten(space, flattened)).toEqual(sample);
    }
  });

  it.each([1, 4])("is batched by %s", (n) => {
    const batched = batchSpace(space, n);
    expect(batched.equals(batchDifferingSpaces(Array(n).fill(space)))).toBe(true);

    const batch = batched.sample(seedSpace(batched, 123));
    expect(batched.contains(batch)).toBe(true);
    const singles = iterate(batched, batch);
    expect(singles).toHaveLength(n);
    for (const single of singles) expect(space.contains(single)).toBe(true);
    if (n > 1) expect(singles.every((single) => isDeepStrictEqual(single, singles[0]))).toBe(false);

    const room = createEmptyArray(space, n);
    expect(iterate(batched, room)).toHaveLength(n);
    const values = samples.slice(0, n);
    const joined = concatenate(space, values, room);
    expect(batched.contains(joined)).toBe(true);
    expect(iterate(batched, joined)).toEqual(values);
    expect(values.map((_, i) => readSlot(space, joined, i))).toEqual(values);
  });

  it("lies in shared memory, or says that it has no fixed size", () => {
    let memory: ReturnType<typeof createSharedMemory>;
    try {
      memory = createSharedMemory(space, 3);
    } catch (error) {
      expect(String(error)).toMatch(/fixed size/);
      expect(flat).toBeNull();
      return;
    }
    const values = samples.slice(0, 3);
    values.forEach((value, i) => {
      writeToSharedMemory(space, memory, i, value);
    });
    const batch = readFromSharedMemory(space, structuredClone(memory), 3); // as a message to a worker carries it
    expect(batchSpace(space, 3).contains(batch)).toBe(true);
    expect(iterate(batchSpace(space, 3), batch)).toEqual(values);
  });

  it("shares a batch's memory with the spaces of equivalent form", () => {
    expect(isSpaceDtypeShapeEquiv(space, space)).toBe(true);
    for (const { space: other } of catalogue) {
      if (!isSpaceDtypeShapeEquiv(space, other)) continue;
      expect(isSpaceDtypeShapeEquiv(other, space)).toBe(true);
      const stranger = other.sample(new RandomStream(2));
      const batch = concatenate(space, [samples[0], stranger]);
      expect(iterate(batchSpace(space, 2), batch)).toEqual([samples[0], stranger]);
    }
  });
});

// The pairs of Gymnasium 1.4.0, and those with Discrete(4, start=1) and MultiDiscrete([2 3]), which have other element types there
const ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const EQUIVALENT = [
  "Discrete(3) ~ Discrete(3, start=-1)",
  "Discrete(3) ~ Discrete(4, start=1)",
  "Discrete(3, start=-1) ~ Discrete(4, start=1)",
  "Box(-inf, 0.0, (2, 1), float32) ~ Box(0.0, inf, (2, 1), float32)",
  "MultiDiscrete([2 2]) ~ MultiDiscrete([2 2], start=[10 10])",
  "MultiDiscrete([2 2]) ~ MultiDiscrete([2 3])",
  "MultiDiscrete([[2 3] [3 2]]) ~ MultiDiscrete([[2 3] [3 2]], start=[[10 20] [30 40]])",
  "MultiDiscrete([2 2], start=[10 10]) ~ MultiDiscrete([2 3])",
  `Text(1, 6, charset=${ALPHANUMERIC}) ~ Text(3, 6, charset=${ALPHANUMERIC})`,
  "Dict('position': Discrete(5), 'velocity': Box(0.0, [1.0 5.0], (2,), float64)) ~ Dict('position': Discrete(6), 'velocity': Box(0.0, [1.0 5.0], (2,), float64))",
];

describe("isSpaceDtypeShapeEquiv", () => {
  it("finds the pairs that Gymnasium finds", () => {
    const pairs = catalogue.flatMap(({ space, name }, i) =>
      catalogue
        .slice(i + 1)
        .flatMap((other) => (isSpaceDtypeShapeEquiv(space, other.space) ? [`${name} ~ ${other.name}`] : [])),
    );
    expect(pairs).toEqual(EQUIVALENT);
  });
});
