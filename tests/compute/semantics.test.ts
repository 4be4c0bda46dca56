import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { type NdArray, scalar } from "../../src/compute/array.ts";
import { compile, compileStep } from "../../src/compute/compile.ts";
import { EngineError } from "../../src/compute/errors.ts";
import { stopGradient, straightThrough } from "../../src/compute/stop-gradient.ts";
import { floats } from "./fixtures.ts";

/* What src/compute/README.md promises and no other test holds it to. */

type X = { x: NdArray };
const options = { engine: "onnx", offThread: false } as const;

describe("a traced function", () => {
  it("runs once for each set of shapes, the ninth closing the first", async () => {
    const seen: number[] = [];
    const compiled = compile<X, tf.Tensor, Record<string, never>>(
      ({ x }) => {
        seen.push(x.shape[0]);
        return tf.neg(x);
      },
      { name: "f", ...options },
    );
    const call = (n: number): Promise<NdArray> => compiled.run({ x: floats([n], Array(n).fill(1)) });
    for (const n of [1, 2, 1, 2]) await call(n);
    expect(seen).toEqual([1, 2]);
    for (const n of [3, 4, 5, 6, 7, 8, 1]) await call(n); // eight graphs; now 2 is the least recently used
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    await call(9);
    await call(1);
    expect(seen).toHaveLength(9);
    await call(2);
    expect(seen.at(-1)).toBe(2);
    await compiled.dispose();
    await expect(call(1)).rejects.toThrow(EngineError);
  });

  it("freezes numbers of JavaScript, and reads inputs", async () => {
    let factor = 2;
    const compiled = compile<X & { by: NdArray }, tf.Tensor, Record<string, never>>(
      ({ x, by }) => tf.mul(tf.mul(x, factor), by),
      { name: "f", ...options },
    );
    const x = floats([2], [1, 10]);
    expect([...(await compiled.run({ x, by: scalar(1) })).data]).toEqual([2, 20]);
    factor = 3;
    expect([...(await compiled.run({ x, by: scalar(5) })).data]).toEqual([10, 100]);
    await compiled.dispose();
  });

  it("bakes its constants in", async () => {
    const w = floats([2], [3, 4]);
    const compiled = compile<X, tf.Tensor, { w: NdArray }>(({ x }, { w }) => tf.add(x, w), {
      name: "f",
      constants: { w },
      ...options,
    });
    const x = floats([2], [1, 1]);
    expect([...(await compiled.run({ x })).data]).toEqual([4, 5]);
    w.data[0] = 100;
    expect([...(await compiled.run({ x })).data]).toEqual([4, 5]);
    await compiled.dispose();
  });

  it("leaves its state as it was when a step cannot be traced", async () => {
    const open = compileStep<{ h: NdArray }, X, tf.Tensor, Record<string, never>>(
      ({ h }, { x }) => {
        if (x.shape[0] > 1) throw new Error("too long");
        return { state: { h: tf.add(h, x) }, outputs: tf.neg(h) };
      },
      { name: "f", ...options },
    );
    const resident = await open({ h: floats([1], [1]) });
    await resident.step({ x: floats([1], [2]) });
    await expect(resident.step({ x: floats([2], [2, 3]) })).rejects.toThrow("too long");
    expect([...(await resident.read()).h.data]).toEqual([3]);
    await resident.step({ x: floats([1], [4]) });
    expect([...(await resident.read()).h.data]).toEqual([7]);
    await resident.dispose();
  });
});

describe("slopes that stop or go straight through", () => {
  it.each(["onnx", "cpu", "wasm"] as const)("%s", async (engine) => {
    const compiled = compile<X, Record<string, tf.Tensor>, Record<string, never>>(
      ({ x }) => ({
        stopped: tf.grad((t) => tf.sum(tf.mul(stopGradient(t), t)))(x),
        through: tf.grad((t) => tf.sum(tf.mul(straightThrough(tf.round(t), t), 3)))(x),
        forward: straightThrough(tf.round(x), x),
      }),
      { name: "slopes", engine, offThread: false },
    );
    const { stopped, through, forward } = (await compiled.run({ x: floats([3], [0.4, 1.6, -2.2]) })) as Record<string, NdArray>; // biome-ignore format: one line
    for (const [i, value] of [0.4, 1.6, -2.2].entries()) expect(stopped.data[i]).toBeCloseTo(value, 6);
    expect([...through.data]).toEqual([3, 3, 3]);
    expect([...forward.data].map((value) => value + 0)).toEqual([0, 2, -2]);
    await compiled.dispose();
  });
});
