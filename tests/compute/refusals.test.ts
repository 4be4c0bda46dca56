import * as tf from "@tensorflow/tfjs";
import { afterEach, describe, expect, it } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import type { ArrayTree, NdArray } from "../../src/compute/array.ts";
import { type CompileOptions, compile, compileStep } from "../../src/compute/compile.ts";
import { InputError, TraceError } from "../../src/compute/errors.ts";
import { floats, ints, noise } from "./fixtures.ts";

type Fn = (inputs: { x: tf.Tensor }) => unknown;
type X = { x: NdArray };
const x = noise([2, 3]);
const run = (fn: Fn, inputs: ArrayTree = { x }, options: Partial<CompileOptions> = {}): Promise<unknown> =>
  compile<X, unknown, Record<string, never>>(fn, { name: "dreamer", engine: "onnx", offThread: false, ...options }).run(
    inputs as X,
  );

describe("a function that cannot be compiled", () => {
  const dilated: Fn = ({ x }) => {
    const image = tf.reshape(x, [1, 2, 3, 1]) as tf.Tensor4D;
    return tf.dilation2d(image, tf.ones([2, 2, 1]) as tf.Tensor3D, 1, "same");
  };

  it("names the op, the function, the caller's line and the way out", async () => {
    const line = Number(/refusals\.test\.ts:(\d+)/.exec(new Error().stack ?? "")?.[1]) - 4;
    await expect(run(dilated)).rejects.toThrow(TraceError);
    await expect(run(dilated)).rejects.toThrow(/"dreamer" uses the op Dilation2D, .*engine: "wasm".*fallback: "eager"/);
    await expect(run(dilated)).rejects.toThrow(`(at tests/compute/refusals.test.ts:${line})`);
  });

  it.each([
    ["randomNormal", ({ x }) => tf.add(x, tf.randomNormal([2, 3]))],
    ["randomUniform", ({ x }) => tf.add(x, tf.randomUniform([2, 3]))],
    ["randomUniform", ({ x }) => tf.dropout(x, 0.5)],
    ["truncatedNormal", ({ x }) => tf.add(x, tf.truncatedNormal([2, 3]))],
    ["randomGamma", ({ x }) => tf.add(x, tf.randomGamma([2, 3], 1))],
    ["randomStandardNormal", ({ x }) => tf.add(x, tf.randomStandardNormal([2, 3]))],
    ["randomUniformInt", ({ x }) => tf.add(x, tf.randomUniformInt([2, 3], 0, 9))],
    [
      "rand",
      ({ x }) =>
        tf.add(
          x,
          tf.rand([2, 3], () => 4),
        ),
    ],
    ["multinomial", ({ x }) => tf.multinomial(x as tf.Tensor2D, 3, 7)],
  ] as [string, Fn][])("refuses noise from tf.%s", async (op, fn) => {
    await expect(run(fn)).rejects.toThrow(
      new RegExp(`"dreamer" draws noise with tf\\.${op}.*Pass the noise as an input`),
    );
  });

  it.each([
    ["dataSync", ({ x }) => (x.dataSync()[0] > 0 ? x : tf.neg(x))],
    ["arraySync", ({ x }) => tf.tensor(x.arraySync())],
    ["print", ({ x }) => [x, x.print()]],
    ["bufferSync", ({ x }) => x.bufferSync().toTensor()],
    ["a condition", ({ x }) => (tf.any(tf.greater(x, 0)).dataSync()[0] ? x : tf.neg(x))],
  ] as [string, Fn][])("refuses %s", async (_, fn) => {
    await expect(run(fn)).rejects.toThrow(/reads the value of a tensor.*tf\.where/);
  });

  it.each([
    ["data", (x: tf.Tensor) => x.data()],
    ["array", (x: tf.Tensor) => x.array()],
  ])("refuses to read later with %s", async (_, read) => {
    const refused: Promise<unknown>[] = [];
    const asks: Fn = ({ x }) => {
      refused.push(read(x).then(() => "read", (error: Error) => error)); // biome-ignore format: one line
      return tf.neg(x);
    };
    await run(asks); // the function itself is fine: nobody waits for what it asked
    expect(await refused[0]).toBeInstanceOf(TraceError);
    expect(String(await refused[0])).toMatch(/reads the value of a tensor.*tf\.where/);
  });

  it("lets constants be read: they are numbers while tracing too", async () => {
    const constant = await run(({ x }) => tf.mul(x, tf.tensor1d([3, 4]).dataSync()[1]));
    expect((constant as NdArray).data[0]).toBeCloseTo(4 * x.data[0], 5);
  });

  it("refuses a tensor from outside, and leaves it as it was", async () => {
    await tf.setBackend("cpu");
    const outside = tf.tensor1d([1, 2, 3]);
    await expect(run(({ x }) => tf.add(x, outside))).rejects.toThrow(
      /made outside of it \(at .*\)\. Pass it as an input or a constant/,
    );
    expect([...outside.dataSync()]).toEqual([1, 2, 3]);
    outside.dispose();
  });

  it("refuses results that are no tensors", async () => {
    await expect(run(({ x }) => ({ x, loss: 3 }))).rejects.toThrow(/returns 3 at "loss"/);
  });

  it("refuses a state that changes its form", async () => {
    type S = { h: NdArray };
    const start = (next: (h: tf.Tensor) => Record<string, tf.Tensor>) =>
      compileStep<S, Record<string, never>, unknown, Record<string, never>>(
        ({ h }) => ({ state: next(h) as { h: tf.Tensor }, outputs: {} }),
        { name: "dreamer", engine: "onnx", offThread: false },
      )({ h: noise([2]) });
    await expect((await start((h) => ({ h: tf.concat([h, h]) }))).step({})).rejects.toThrow(
      /float32\[2\] at "h" into float32\[4\]/,
    );
    await expect((await start(() => ({}))).step({})).rejects.toThrow(/"h" into nothing/);
    await expect((await start((h) => ({ h, more: h }))).step({})).rejects.toThrow(/adds "more" to the state/);
  });

  it("puts tfjs' backend and its tensors back", async () => {
    await tf.setBackend("cpu");
    const before = tf.memory().numTensors;
    await expect(
      run(({ x }) => {
        tf.square(x);
        throw new Error("on purpose");
      }),
    ).rejects.toThrow("on purpose");
    expect(tf.getBackend()).toBe("cpu");
    expect(tf.memory().numTensors).toBe(before);
    expect([...tf.add(1, [1, 2]).dataSync()]).toEqual([2, 3]);
  });
});

describe("inputs that do not fit", () => {
  const add: Fn = ({ x }) => tf.add(x, 1);

  it.each([
    ["numbers that are no array", { x: 3 }, /an array .* at "x" .* inputs of "dreamer", got 3/],
    ["a tensor", { x: tf.scalar(1) }, /got a Tensor/],
    ["too few numbers", { x: { ...x, shape: [2, 4] } }, /8 numbers in "x" of shape \[2,4\].*got 6/],
    ["the wrong typed array", { x: { ...x, dtype: "int32" } }, /"x" \(int32\) in a Int32Array.*got Float32Array/],
    ["an unknown element type", { x: { ...x, dtype: "float64" } }, /one of float32.*got float64/],
  ])("refuses %s", async (_, inputs, message) => {
    const refused = run(add, inputs as unknown as ArrayTree);
    await expect(refused).rejects.toThrow(InputError);
    await expect(refused).rejects.toThrow(message);
  });

  it.each(["onnx", "cpu"] as const)(
    "refuses on %s what differs from the first call in more than lengths",
    async (engine) => {
      const compiled = compile<ArrayTree, unknown, Record<string, never>>(
        (inputs) => tf.add((inputs as { x: tf.Tensor }).x, 1),
        { name: "dreamer", engine, offThread: false },
      );
      await compiled.run({ x, y: x });
      await compiled.run({ y: x, x: noise([5, 3]) }); // another length and another order are fine
      await expect(compiled.run({ x })).rejects.toThrow(/an array named "y"/);
      await expect(compiled.run({ x, y: x, z: x })).rejects.toThrow(/no array named "z"/);
      await expect(compiled.run({ x: ints([2, 3], [1, 2, 3, 4, 5, 6]), y: x })).rejects.toThrow(
        /"x" as float32.*got int32/,
      );
      await expect(compiled.run({ x: floats([2], [1, 2]), y: x })).rejects.toThrow(/"x" with 2 axes/);
      await compiled.dispose();
    },
  );

  it.each(["onnx", "cpu"] as const)("refuses on %s a state of other shapes", async (engine) => {
    const open = compileStep<{ h: NdArray }, Record<string, never>, unknown, Record<string, never>>(
      ({ h }) => ({ state: { h: tf.add(h, 1) }, outputs: {} }),
      { name: "dreamer", engine, offThread: false },
    );
    const resident = await open({ h: noise([2]) });
    await expect(resident.write({ h: noise([3]) })).rejects.toThrow(
      /"h" in the state of "dreamer" to have shape \[2\], got \[3\]/,
    );
    await resident.dispose();
  });
});

describe("options that do not fit", () => {
  afterEach(() => {
    delete process.env["REVERIE_ENGINE"];
  });

  it("lists the engines there are", () => {
    const make = (engine?: string): unknown => compile((x) => x as tf.Tensor, { name: "f", engine: engine as "cpu" });
    expect(() => make("tpu")).toThrow(ConfigError);
    expect(() => make("tpu")).toThrow(/engine to be one of auto, cuda, webgpu, onnx, node, wasm, cpu, got "tpu"/);
    process.env["REVERIE_ENGINE"] = "abacus";
    expect(() => make()).toThrow(/REVERIE_ENGINE to be one of .*got "abacus"/);
    expect(() => make("cpu")).not.toThrow(); // the option comes first
  });

  it("takes the engine from the environment", async () => {
    const onlyEager: Fn = ({ x }) =>
      tf.dilation2d(tf.reshape(x, [1, 2, 3, 1]) as tf.Tensor4D, tf.ones([2, 2, 1]) as tf.Tensor3D, 1, "same");
    process.env["REVERIE_ENGINE"] = "cpu";
    expect(await run(onlyEager, { x }, { engine: "auto" })).toMatchObject({ shape: [1, 2, 3, 1] });
    await expect(run(onlyEager, { x }, { engine: "onnx" })).rejects.toThrow(TraceError);
  });

  it("refuses half a thread", () => {
    expect(() => compile((x) => x as tf.Tensor, { name: "f", threads: 0.5 })).toThrow(ConfigError);
  });

  it("says how to get an engine that is not installed, or runs on it", async () => {
    const outcome = await run(({ x }) => tf.add(x, 1), { x }, { engine: "node" }).then(
      () => "ran",
      (error: Error) => error.message,
    );
    expect(outcome).toMatch(/^ran$|tfjs-node.*npm install/s);
  });
});
