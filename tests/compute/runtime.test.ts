import * as tf from "@tensorflow/tfjs";
import { afterAll, describe, expect, it } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import { compile, compileStep } from "../../src/compute/compile.ts";
import { EngineError } from "../../src/compute/errors.ts";
import { hostFor } from "../../src/compute/runtime/hosts.ts";
import { RemoteHost } from "../../src/compute/runtime/remote-host.ts";
import { floats, noise } from "./fixtures.ts";

type X = { x: NdArray };
type S = { total: NdArray };

const double = (offThread: boolean) =>
  compile<X, tf.Tensor, Record<string, never>>(({ x }) => tf.mul(x, 2), { name: "double", engine: "onnx", offThread });

const counter = (engine: "onnx" | "cpu" | "wasm", offThread: boolean) =>
  compileStep<S, X, { before: tf.Tensor }, Record<string, never>>(
    ({ total }, { x }) => ({ state: { total: tf.add(total, tf.sum(x)) }, outputs: { before: total } }),
    { name: "counter", engine, offThread },
  )({ total: floats([], [0]) });

const where = [
  ["on this thread", false],
  ["in a worker", true],
] as const;

describe.each(where)("functions %s", (_, offThread) => {
  it("leave their inputs usable and give arrays of their own", async () => {
    const compiled = double(offThread);
    const x = floats([3], [1, 2, 3]);
    const first = await compiled.run({ x });
    const second = await compiled.run({ x });
    expect(x.data).toEqual(Float32Array.of(1, 2, 3));
    expect(first).toEqual(floats([3], [2, 4, 6]));
    first.data[0] = 99;
    expect(second.data[0]).toBe(2);
    await compiled.dispose();
  });

  it("take views into larger buffers", async () => {
    const compiled = double(offThread);
    const buffer = Float32Array.of(9, 1, 2, 9);
    expect((await compiled.run({ x: { shape: [2], dtype: "float32", data: buffer.subarray(1, 3) } })).data).toEqual(
      Float32Array.of(2, 4),
    );
    expect(buffer).toEqual(Float32Array.of(9, 1, 2, 9));
    await compiled.dispose();
  });

  it("take Node buffers without touching the pool they come from", async () => {
    const compiled = compile<X, tf.Tensor, Record<string, never>>(({ x }) => x, {
      name: "bytes",
      engine: "onnx",
      offThread,
    });
    const data = Buffer.from([1, 2, 3]);
    expect((await compiled.run({ x: { shape: [3], dtype: "uint8", data } })).data).toEqual(Int32Array.of(1, 2, 3));
    expect([...data]).toEqual([1, 2, 3]);
    await compiled.dispose();
  });

  it("serve many shapes, more than are kept", async () => {
    const compiled = double(offThread);
    for (const round of [1, 2]) {
      const sizes = Array.from({ length: 12 }, (_, i) => i + 1);
      const results = await Promise.all(sizes.map((size) => compiled.run({ x: noise([size], { seed: round }) })));
      for (const [i, { shape }] of results.entries()) expect(shape).toEqual([i + 1]);
    }
    await compiled.dispose();
  });

  it("see bytes as int32 and give back what they are told", async () => {
    const compiled = compile<{ x: NdArray }, Record<string, tf.Tensor>, { scale: NdArray }>(
      ({ x }, { scale }) => ({ same: x, scaled: tf.mul(tf.cast(x, "float32"), scale), large: tf.greater(x, 100) }),
      { name: "bytes", engine: "onnx", offThread, constants: { scale: floats([], [0.5]) } },
    );
    const result = await compiled.run({ x: { shape: [2], dtype: "uint8", data: Uint8Array.of(200, 3) } });
    expect(result).toEqual({
      same: { shape: [2], dtype: "int32", data: Int32Array.of(200, 3) },
      scaled: floats([2], [100, 1.5]),
      large: { shape: [2], dtype: "bool", data: Uint8Array.of(1, 0) },
    });
    await compiled.dispose();
  });

  it("refuse to run after dispose", async () => {
    const compiled = double(offThread);
    await compiled.run({ x: noise([2]) });
    await compiled.dispose();
    await compiled.dispose();
    await expect(compiled.run({ x: noise([2]) })).rejects.toThrow(/after dispose\(\)/);
  });
});

describe.each([
  ["onnx on this thread", "onnx", false],
  ["onnx in a worker", "onnx", true],
  ["cpu", "cpu", false],
  ["wasm", "wasm", false],
] as const)("states on %s", (_, engine, offThread) => {
  it("stay between calls, can be read, replaced, and are in order", async () => {
    const start = floats([], [0]);
    const resident = await counter(engine, offThread);
    const results = await Promise.all([1, 2, 3, 4].map((n) => resident.step({ x: floats([n], new Array(n).fill(1)) })));
    expect(results.map(({ before }) => before.data[0])).toEqual([0, 1, 3, 6]);
    expect(await resident.read()).toEqual({ total: floats([], [10]) });
    const replacement = floats([], [100]);
    await resident.write({ total: replacement });
    await resident.step({ x: floats([1], [5]) });
    await resident.step({ x: floats([1], [5]) });
    expect(replacement.data[0]).toBe(100); // its own copy
    const held = await resident.read();
    await resident.step({ x: floats([1], [5]) });
    expect(held.total.data[0]).toBe(110); // a copy, too
    expect(start.data[0]).toBe(0);
    await resident.dispose();
    await expect(resident.step({ x: floats([1], [5]) })).rejects.toThrow(/disposed of/);
    await expect(resident.read()).rejects.toThrow(EngineError);
  });
});

describe.each(["onnx", "cpu"] as const)("parts of a state that do not change (%s)", (engine) => {
  it("stay, beside those that do", async () => {
    type Parts = { fixed: NdArray; moving: NdArray; bytes: NdArray };
    const bytes = { shape: [1], dtype: "uint8" as const, data: Uint8Array.of(200) };
    const resident = await compileStep<Parts, Record<string, never>, { sum: tf.Tensor }, Record<string, never>>(
      ({ fixed, moving, bytes }) => ({
        state: { fixed, moving: tf.add(moving, fixed), bytes },
        outputs: { sum: tf.add(moving, tf.cast(bytes, "float32")) },
      }),
      { name: "parts", engine, offThread: false },
    )({ fixed: floats([1], [2]), moving: floats([1], [0]), bytes });
    const sums = [];
    for (let i = 0; i < 3; i++) sums.push((await resident.step({})).sum.data[0]);
    expect(sums).toEqual([200, 202, 204]);
    expect(await resident.read()).toEqual({ fixed: floats([1], [2]), moving: floats([1], [6]), bytes });
    await resident.dispose();
  });
});

describe("a state of bytes", () => {
  it.each(["onnx", "cpu"] as const)("comes back as bytes on %s", async (engine) => {
    type Bytes = { frame: NdArray };
    const resident = await compileStep<Bytes, Record<string, never>, Record<string, never>, Record<string, never>>(
      ({ frame }) => ({ state: { frame: tf.add(frame, tf.scalar(1, "int32")) }, outputs: {} }),
      { name: "bytes", engine, offThread: false },
    )({ frame: { shape: [2], dtype: "uint8", data: Uint8Array.of(7, 8) } });
    await resident.step({});
    expect(await resident.read()).toEqual({ frame: { shape: [2], dtype: "uint8", data: Uint8Array.of(8, 9) } });
    await resident.dispose();
  });
});

describe("a worker that dies", () => {
  it("fails what is outstanding, loses states, and is replaced for the next call", async () => {
    const compiled = double(true);
    const resident = await counter("onnx", true);
    await compiled.run({ x: noise([2]) });
    await resident.step({ x: noise([2]) });
    const host = hostFor({ offThread: true, provider: "cpu" }) as RemoteHost;
    const ending = host.end();
    const outstanding = resident.step({ x: noise([2]) });
    await expect(outstanding).rejects.toThrow(/worker to run, but it exited/);
    await ending;
    await expect(resident.step({ x: noise([2]) })).rejects.toThrow(EngineError);
    await expect(resident.read()).rejects.toThrow(/States it held are lost/);
    expect((await compiled.run({ x: floats([2], [1, 2]) })).data).toEqual(Float32Array.of(2, 4));
    await resident.write({ total: floats([], [5]) }); // a saved state brings it back
    expect((await resident.step({ x: floats([1], [1]) })).before.data[0]).toBe(5);
    await resident.dispose();
    await compiled.dispose();
  });

  it("is told apart from a call that fails", async () => {
    const host = new RemoteHost();
    await expect(host.run(1, [])).rejects.toThrow(/session.*disposed of/);
    await expect(
      host.open(2, {
        model: Uint8Array.of(1, 2, 3),
        inputs: [],
        outputs: [],
        carried: [],
        provider: "cpu",
        threads: 1,
      }),
    ).rejects.toThrow(EngineError);
    expect(host.dead).toBeUndefined();
    await host.end();
    await expect(host.run(1, [])).rejects.toThrow(/exited/);
  });
});

describe("memory", () => {
  it("is given back by dispose", async () => {
    const size = 1 << 20; // 4 MB, three times: two buffers of state, one of constants
    const cycle = async (): Promise<void> => {
      const resident = await compileStep<S, Record<string, never>, Record<string, never>, { c: NdArray }>(
        ({ total }, _, { c }) => ({ state: { total: tf.add(total, c) }, outputs: {} }),
        { name: "large", engine: "onnx", offThread: false, constants: { c: noise([size]) } },
      )({ total: noise([size], { seed: 2 }) });
      await resident.step({});
      await resident.dispose();
    };
    for (let i = 0; i < 5; i++) await cycle();
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 25; i++) await cycle();
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(150); // 25 leaks would be 300 MB
  });
});

describe.each(["cpu", "wasm", "onnx"] as const)("tensors on %s", (engine) => {
  it("do not leak, and the active backend stays", async () => {
    await tf.setBackend("cpu");
    const cycle = async (): Promise<void> => {
      const compiled = compile<X, Record<string, tf.Tensor>, { c: NdArray }>(
        ({ x }, { c }) => ({
          y: tf.mul(tf.square(x), c),
          c,
          x,
          gradient: tf.grad((t) => tf.sum(tf.gather(t, [0, 0])))(x),
        }),
        { name: "leak", engine, constants: { c: floats([], [2]) }, offThread: false },
      );
      await compiled.run({ x: noise([3]) });
      await compiled.run({ x: noise([4]) });
      await compiled.dispose();
      const resident = await counter(engine, false);
      await resident.step({ x: noise([2]) });
      await resident.step({ x: noise([2]) });
      await resident.read();
      await resident.write({ total: floats([], [1]) });
      await resident.dispose();
    };
    await cycle();
    const { numTensors, numDataBuffers } = tf.memory();
    const stored = tf
      .engine()
      .findBackend(engine === "wasm" ? "wasm" : "cpu")
      .numDataIds();
    await cycle();
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(tf.memory().numDataBuffers).toBe(numDataBuffers);
    expect(
      tf
        .engine()
        .findBackend(engine === "wasm" ? "wasm" : "cpu")
        .numDataIds(),
    ).toBe(stored);
    expect(tf.getBackend()).toBe("cpu");
  });
});

afterAll(async () => {
  await (hostFor({ offThread: true, provider: "cpu" }) as RemoteHost).end();
});
