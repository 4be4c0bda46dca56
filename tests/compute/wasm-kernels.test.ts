import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { floats, ints, noise, relativeError } from "./fixtures.ts";

type X = { x: NdArray; y: NdArray };
type Fn = (x: tf.Tensor, y: tf.Tensor) => tf.Tensor;

const cases: Record<string, { fn: Fn; x: NdArray; y: NdArray }> = {
  "convolution, valid": {
    fn: (x, y) => tf.conv2d(x as tf.Tensor4D, y as tf.Tensor4D, 2, "valid"),
    x: noise([2, 9, 8, 3]),
    y: noise([3, 4, 3, 5], { seed: 2 }),
  },
  "convolution, same": {
    fn: (x, y) => tf.conv2d(x as tf.Tensor4D, y as tf.Tensor4D, [1, 2], "same"),
    x: noise([2, 5, 6, 2]),
    y: noise([3, 3, 2, 4], { seed: 2 }),
  },
  "convolution, 1 × 1": {
    fn: (x, y) => tf.conv2d(x as tf.Tensor4D, y as tf.Tensor4D, 1, "same"),
    x: noise([2, 5, 6, 2]),
    y: noise([1, 1, 2, 4], { seed: 2 }),
  },
  "transposed convolution": {
    fn: (x, y) => tf.conv2dTranspose(x as tf.Tensor4D, y as tf.Tensor4D, [2, 9, 9, 3], 2, "valid"),
    x: noise([2, 4, 4, 5]),
    y: noise([3, 3, 3, 5], { seed: 2 }),
  },
  "depthwise convolution": {
    fn: (x, y) => tf.depthwiseConv2d(x as tf.Tensor4D, y as tf.Tensor4D, 1, "same"),
    x: noise([2, 5, 6, 2]),
    y: noise([3, 3, 2, 1], { seed: 2 }),
  },
  "max pooling, also below zero": {
    fn: (x, y) => tf.mul(tf.maxPool(x as tf.Tensor4D, 2, 1, "same"), y),
    x: noise([2, 4, 5, 3]),
    y: noise([3], { seed: 2 }),
  },
  "3-D convolution": {
    fn: (x, y) => tf.conv3d(x as tf.Tensor5D, y as tf.Tensor5D, [1, 2, 1], "same"),
    x: noise([2, 3, 4, 3, 2]),
    y: noise([2, 3, 2, 2, 3], { seed: 2 }),
  },
  gather: {
    fn: (x, y) => tf.mul(tf.gather(x, tf.tensor1d([2, 0, 2], "int32")), y),
    x: noise([3, 4]),
    y: noise([3, 4], { seed: 2 }),
  },
};

describe("kernels that wasm lacks agree with tfjs cpu in their gradients", () => {
  it.each(Object.entries(cases))("%s", async (_, { fn, x, y }) => {
    const results = [];
    for (const engine of ["cpu", "wasm"] as const) {
      const compiled = compile<X, { dx: tf.Tensor; dy: tf.Tensor }, Record<string, never>>(
        (inputs) => {
          const [dx, dy] = tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.square(fn(a, b))))([inputs.x, inputs.y]);
          return { dx, dy };
        },
        { name: "gradients", engine },
      );
      await compiled.run({ x, y });
      const before = tf.memory().numTensors;
      const stored = tf.engine().findBackend(engine).numDataIds();
      results.push((await compiled.run({ x, y })) as Record<"dx" | "dy", NdArray>);
      expect(tf.memory().numTensors).toBe(before);
      expect(tf.engine().findBackend(engine).numDataIds()).toBe(stored);
      await compiled.dispose();
    }
    for (const name of ["dx", "dy"] as const)
      expect(relativeError(results[1][name], results[0][name])).toBeLessThan(2e-3);
  });

  it("einsum", async () => {
    const compiled = compile<{ x: NdArray }, tf.Tensor, Record<string, never>>(({ x }) => tf.einsum("ij,ij->i", x, x), {
      name: "einsum",
      engine: "wasm",
    });
    const { data } = await compiled.run({ x: { shape: [2, 2], dtype: "float32", data: Float32Array.of(1, 2, 3, 4) } });
    expect([...data]).toEqual([5, 25]);
    await compiled.dispose();
  });

  it("one-hot rows of floats and bools", async () => {
    const compiled = compile<{ x: NdArray }, { floats: tf.Tensor; bools: tf.Tensor }, Record<string, never>>(
      ({ x }) => {
        const rows = tf.cast(x, "int32") as tf.Tensor1D;
        return { floats: tf.oneHot(rows, 3, 2.5, -1, "float32"), bools: tf.oneHot(rows, 3, 1, 0, "bool") };
      },
      { name: "one-hot", engine: "wasm" },
    );
    const { floats, bools } = await compiled.run({ x: ints([2], [2, 0]) });
    expect(floats.dtype).toBe("float32");
    expect([...bools.data]).toEqual([0, 0, 1, 1, 0, 0]);
    expect([...floats.data]).toEqual([-1, -1, 2.5, 2.5, -1, -1]);
    await compiled.dispose();
  });

  it("gathers of a batch", async () => {
    const compiled = compile<{ x: NdArray; at: NdArray }, tf.Tensor, Record<string, never>>(
      ({ x, at }) => tf.gather(x, at, 1, 1),
      { name: "gather", engine: "wasm" },
    );
    const x = noise([40, 3, 2]);
    const at = ints([40, 2], Array.from({ length: 80 }, (_, i) => (i * 7) % 3)); // biome-ignore format: one line
    const { data, shape } = await compiled.run({ x, at });
    expect(shape).toEqual([40, 2, 2]);
    expect([...data]).toEqual(
      Array.from({ length: 160 }, (_, i) => x.data[Math.floor(i / 4) * 6 + at.data[Math.floor(i / 2)] * 2 + (i % 2)]),
    );
    await compiled.dispose();
  });

  it("bools: made of numbers, chosen", async () => {
    const compiled = compile<{ x: NdArray }, { made: tf.Tensor; chosen: tf.Tensor }, Record<string, never>>(
      ({ x }) => ({ made: tf.cast(x, "bool"), chosen: tf.where(tf.greater(x, 1), tf.less(x, 300), tf.equal(x, 0)) }),
      { name: "bools", engine: "wasm" },
    );
    const { made, chosen } = await compiled.run({ x: floats([5], [0, 0.5, 256, 2, -3]) });
    expect([...made.data]).toEqual([0, 1, 1, 1, 1]);
    expect([...chosen.data]).toEqual([1, 0, 1, 1, 0]);
    await compiled.dispose();
  });

  it("running sums along the last axis, counted from behind", async () => {
    const compiled = compile<{ x: NdArray }, tf.Tensor, Record<string, never>>(({ x }) => tf.cumsum(x, -1), {
      name: "cumsum",
      engine: "wasm",
    });
    expect([...(await compiled.run({ x: floats([2, 3], [1, 2, 3, 4, 5, 6]) })).data]).toEqual([1, 3, 6, 4, 9, 15]);
    await compiled.dispose();
  });

  it("slices with steps that drop an axis", async () => {
    const compiled = compile<{ x: NdArray }, tf.Tensor, Record<string, never>>(
      ({ x }) => tf.stridedSlice(x, [1, 0], [2, 4], [1, 2], 0, 0, 0, 0, 1), // x[1, ::2]
      { name: "slice", engine: "wasm" },
    );
    const { data, shape } = await compiled.run({ x: floats([2, 4], [0, 1, 2, 3, 4, 5, 6, 7]) });
    expect(shape).toEqual([2]);
    expect([...data]).toEqual([4, 6]);
    await compiled.dispose();
  });
});
