import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { describe } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import { expectSame, expectSlopes, valueOnly, withGradients } from "./against-cpu.ts";
import { apart, ints, noise } from "./fixtures.ts";
import { fuzz, length, shape } from "./fuzzing.ts";

type X = { readonly [name: string]: tf.Tensor };
const salts = fc.nat(10_000);

/** Whole numbers from 0 to limit − 1. */
const places = (dims: readonly number[], limit: number, salt: number): NdArray =>
  ints(
    dims,
    Array.from(noise(dims, { seed: salt + 1 }).data, (x) => Math.floor((Math.abs(x) * limit) % limit)),
  );

describe("reading at places", () => {
  fuzz(
    "gather along any axis, with any batch",
    { cases: 40, seed: 41 },
    fc.tuple(shape, fc.array(length, { maxLength: 2 }), salts),
    async ([dims, rows, salt]) => {
      const axis = salt % dims.length;
      const batch = Math.min(axis, Math.floor(salt / 7) % 3);
      const at = [...dims.slice(0, batch), ...rows];
      const x = noise(dims);
      const indices = places(at, dims[axis], salt);
      await expectSlopes(({ x, indices }: X) => tf.gather(x, tf.cast(indices, "int32"), axis, batch), { x, indices });
    },
  );

  fuzz(
    "embeddings of indices computed from the input",
    { cases: 10, seed: 42 },
    fc.tuple(length, length),
    async ([rows, width]) => {
      const [x, table] = [noise([rows, 5]), noise([5, width], { seed: 2 })];
      await expectSlopes(({ x, table }: X) => tf.mul(tf.gather(table, tf.argMax(x, 1)), tf.sum(x, 1, true)), { x, table }, { step: 1e-2 }); // biome-ignore format: one line
    },
  );

  fuzz("gatherND", { cases: 25, seed: 43 }, fc.tuple(shape, shape, salts), async ([dims, rows, salt]) => {
    const depth = 1 + (salt % dims.length);
    const outer = rows.slice(0, 2);
    const each = Array.from({ length: depth }, (_, axis) => places(outer, dims[axis], salt + axis).data);
    const flat = Array.from(each[0], (_, i) => each.map((list) => list[i])).flat();
    await expectSlopes(({ x, indices }: X) => tf.gatherND(x, tf.cast(indices, "int32")), {
      x: noise(dims),
      indices: ints([...outer, depth], flat),
    });
  });

  fuzz("topk, values and places", { cases: 25, seed: 44 }, fc.tuple(shape, salts), async ([dims, salt]) => {
    const k = 1 + (salt % dims.at(-1)!);
    const x = apart(dims, { seed: salt + 1 });
    await expectSlopes(({ x }: X) => tf.topk(x, k).values, { x }, { step: 2e-3 });
    await expectSame(
      valueOnly(({ x }: X) => tf.topk(x, k).indices),
      { x },
    );
    const whole = places(dims, 3, salt); // ties: the first comes first
    await expectSame(
      valueOnly(({ whole }: X) => tf.topk(whole, k).indices),
      { whole },
    );
    await expectSame(
      valueOnly(({ whole }: X) => tf.topk(whole, k).values),
      { whole },
    );
  });

  fuzz("sorted, and searched", { cases: 10, seed: 45 }, fc.tuple(length, length, length), async ([rows, n, k]) => {
    const sorted = ({ x }: X): tf.Tensor => tf.reverse(tf.topk(x, x.shape.at(-1)!).values, -1);
    const x = noise([rows, n]);
    const values = noise([rows, k], { seed: 5 });
    await expectSame(
      valueOnly(({ x, values }: X) => tf.searchSorted(sorted({ x }), values, "left")),
      { x, values },
    );
    await expectSame(
      valueOnly(({ x, values }: X) => tf.searchSorted(sorted({ x }), values, "right")),
      { x, values },
    );
  });

  fuzz("oneHot of any type", { cases: 15, seed: 46 }, fc.tuple(shape, salts), async ([dims, salt]) => {
    const indices = places(dims.slice(0, 3), 6, salt);
    const dtype = (["float32", "int32", "bool"] as const)[salt % 3];
    const [on, off] = dtype === "bool" ? [1, 0] : [salt % 5, -(salt % 2)];
    await expectSame(
      valueOnly(({ indices }: X) => tf.oneHot(tf.cast(indices, "int32"), 5, on, off, dtype)),
      { indices },
    );
  });
});

describe("writing at places", () => {
  fuzz(
    "scatterND, rows that meet",
    { cases: 25, seed: 47 },
    fc.tuple(shape, length, salts),
    async ([dims, rows, salt]) => {
      const depth = 1 + (salt % dims.length);
      const each = Array.from({ length: depth }, (_, axis) => places([rows], dims[axis], salt + axis).data);
      const indices = ints([rows, depth], Array.from(each[0], (_, i) => each.map((list) => list[i])).flat());
      const updates = noise([rows, ...dims.slice(depth)]);
      await expectSlopes(({ updates, indices }: X) => tf.scatterND(tf.cast(indices, "int32"), updates, dims), {
        updates,
        indices,
      });
    },
  );

  fuzz("tensorScatterUpdate", { cases: 20, seed: 48 }, fc.tuple(shape, salts), async ([dims, salt]) => {
    const rows = 1 + (salt % dims[0]); // each row once
    const indices = ints([rows, 1], Array.from({ length: rows }, (_, i) => (i * 7 + salt) % dims[0]).sort());
    if (new Set(indices.data).size < rows) return;
    await expectSlopes(({ x, updates, indices }: X) => tf.tensorScatterUpdate(x, tf.cast(indices, "int32"), updates), {
      x: noise(dims),
      updates: noise([rows, ...dims.slice(1)], { seed: 2 }),
      indices,
    });
  });

  fuzz("unsortedSegmentSum", { cases: 20, seed: 49 }, fc.tuple(shape, salts), async ([dims, salt]) => {
    const ids = places([dims[0]], 3, salt);
    await expectSame(
      withGradients(({ x, ids }: X) => tf.unsortedSegmentSum(x, tf.cast(ids, "int32") as tf.Tensor1D, 3)),
      { x: noise(dims), ids },
    );
  });
});

describe("slices", () => {
  fuzz(
    "strided, backwards, masked, of length zero",
    { cases: 50, seed: 50 },
    fc.tuple(shape, salts, fc.nat(15), fc.nat(15), fc.nat(15), fc.nat(8)),
    async ([dims, salt, beginMask, endMask, shrink, newAxis]) => {
      const draw = (i: number, n: number): number => (salt * (3 * i + 1) + 5 * i) % n;
      const spec = dims.map((n, i) => {
        const stride = [1, 2, -1, -2, 1][draw(i, 5)];
        const begin = draw(i + 1, n);
        const end = stride > 0 ? begin + draw(i + 2, n - begin + 1) : draw(i + 2, begin + 1);
        const one = (shrink & (1 << i)) > 0; // a single place, whose axis goes
        const from = draw(i, 2) && begin > 0 ? begin - n : begin; // counted from the end
        return one ? { begin: from, end: from + 1 || n, stride: 1, one } : { begin: from, end, stride, one };
      });
      const added = newAxis <= dims.length;
      if (added) spec.splice(newAxis, 0, { begin: 0, end: 0, stride: 1, one: false });
      const shrinkMask = spec.reduce((mask, { one }, i) => mask | (one ? 1 << i : 0), 0);
      const open = ~shrinkMask & (added ? ~(1 << newAxis) : ~0);
      const op = (x: tf.Tensor): tf.Tensor =>
        tf.stridedSlice(
          x,
          spec.map(({ begin }) => begin),
          spec.map(({ end }) => end),
          spec.map(({ stride }) => stride),
          beginMask & open,
          endMask & open,
          0,
          added ? 1 << newAxis : 0,
          shrinkMask,
        );
      await expectSlopes(({ x }: X) => op(tf.mul(x, 2)), { x: noise(dims) });
    },
  );

  fuzz(
    "of length zero, and concatenations with them",
    { cases: 15, seed: 51 },
    fc.tuple(shape, salts),
    async ([dims, salt]) => {
      const axis = salt % dims.length;
      const none = dims.map((n, i) => (i === axis ? 0 : n));
      await expectSame(valueOnly(({ x }: X) => tf.slice(x, dims.map(() => 0), none)), { x: noise(dims) }); // biome-ignore format: one line
      await expectSlopes(({ x }: X) => tf.concat([x, tf.slice(x, dims.map(() => 0), none), x], axis), { x: noise(dims) }); // biome-ignore format: one line
      await expectSame(valueOnly(({ x }: X) => tf.sum(tf.slice(x, dims.map(() => 0), none), axis)), { x: noise(dims) }); // biome-ignore format: one line
    },
  );

  fuzz("mirrored, tiled, reversed", { cases: 25, seed: 52 }, fc.tuple(shape, salts), async ([dims, salt]) => {
    const mode = salt % 2 ? "reflect" : "symmetric";
    const most = (n: number): number => (mode === "reflect" ? n - 1 : n);
    const paddings = dims.map((n, i) => [(salt + i) % (most(n) + 1), (salt >> i) % (most(n) + 1)] as [number, number]);
    const axes = dims.flatMap((_, axis) => ((salt >> axis) % 2 ? [axis] : []));
    const reps = dims.map((_, i) => 1 + ((salt >> i) % 3));
    await expectSlopes(({ x }: X) => tf.mirrorPad(x, paddings, mode), { x: noise(dims) });
    await expectSlopes(({ x }: X) => tf.tile(tf.reverse(x, axes), reps), { x: noise(dims) });
  });

  fuzz("split, unstacked, stacked", { cases: 20, seed: 53 }, fc.tuple(shape, salts), async ([dims, salt]) => {
    const axis = salt % dims.length;
    const first = salt % (dims[axis] + 1);
    await expectSlopes(
      ({ x }: X) => {
        const parts = tf.split(x, [first, dims[axis] - first], axis);
        const back = tf.concat([parts[1], tf.mul(parts[0], 2)], axis);
        const rows = tf.unstack(back, axis);
        return tf.stack([...rows].reverse(), salt % rows[0].shape.length || 0);
      },
      { x: noise(dims) },
    );
  });

  const count = fc.integer({ min: 13, max: 60 });
  fuzz(
    "split into more parts than one kernel binds",
    { cases: 8, seed: 59 },
    fc.tuple(count, salts),
    async ([parts, salt]) => {
      const sizes = Array.from({ length: parts }, (_, i) => 1 + ((salt + i) % 3));
      const x = noise([2, sizes.reduce((sum, size) => sum + size, 0)]);
      await expectSlopes(
        ({ x }: X) => {
          const split = tf.split(x, sizes, 1).map((part, i) => tf.mul(part, i + 1));
          return tf.concat(split.reverse(), 1);
        },
        { x },
      );
    },
  );
});
