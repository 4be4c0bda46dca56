import * as tf from "@tensorflow/tfjs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import { type CompileOptions, compile, compileStep } from "../../src/compute/compile.ts";
import { InputError, TraceError } from "../../src/compute/errors.ts";
import { floats, noise } from "./fixtures.ts";

const options: Partial<CompileOptions> = { engine: "onnx", offThread: false, fallback: "eager" };
/** Above zero: tfjs wasm takes 1e-38 for the least number there is. */
const brightness = (seed: number): NdArray => {
  const x = noise([1, 3, 3, 1], { seed });
  return { ...x, data: x.data.map((value) => Math.abs(value) + 0.1) };
};
const image = brightness(1);
/** An op that has no lowering. */
const dilated = (x: tf.Tensor): tf.Tensor => tf.dilation2d(x as tf.Tensor4D, tf.zeros([2, 2, 1]) as tf.Tensor3D, 1, "same"); // biome-ignore format: one line
const largest = (x: NdArray, i: number, j: number): number =>
  Math.max(...[0, 1].flatMap((a) => [0, 1].map((b) => (i + a < 3 && j + b < 3 ? x.data[(i + a) * 3 + j + b] : -9))));

describe('with fallback: "eager"', () => {
  const warnings: string[] = [];
  beforeEach(() => {
    vi.spyOn(process, "emitWarning").mockImplementation((warning) => {
      warnings.push(String(warning));
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    warnings.length = 0;
  });

  it("runs what cannot be compiled op by op, and says so once", async () => {
    const compiled = compile<{ x: NdArray }, tf.Tensor, Record<string, never>>(({ x }) => dilated(x), {
      name: "morphology",
      ...options,
    });
    for (const x of [image, brightness(2)]) {
      const { data } = await compiled.run({ x });
      data.forEach((value, i) => {
        expect(value).toBeCloseTo(largest(x, Math.floor(i / 3), i % 3), 6);
      });
    }
    await compiled.dispose();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/"morphology" runs op by op on wasm.*the op Dilation2D/);
  });

  it("takes a resident state along from the step that cannot be compiled", async () => {
    type S = { sum: NdArray };
    const open = compileStep<S, { x: NdArray }, { sum: tf.Tensor }, Record<string, never>>(
      ({ sum }, { x }) => {
        const next = tf.add(sum, x.shape[0] === 1 ? tf.sum(x) : tf.sum(dilated(tf.reshape(x, [1, 3, 3, 1]))));
        return { state: { sum: next }, outputs: { sum: next } };
      },
      { name: "sums", ...options },
    );
    const resident = await open({ sum: floats([], [100]) });
    await resident.step({ x: floats([1], [1]) }); // compiled
    const before = warnings.length;
    const x = { ...image, shape: [9] };
    const { sum } = await resident.step({ x });
    const expected = [...image.data.keys()].reduce((s, i) => s + largest(image, Math.floor(i / 3), i % 3), 101);
    expect(before).toBe(0);
    expect(sum.data[0]).toBeCloseTo(expected, 4);
    await resident.step({ x: floats([1], [2]) }); // still eager
    expect((await resident.read()).sum.data[0]).toBeCloseTo(expected + 2, 4);
    expect(warnings).toHaveLength(1);
    await resident.dispose();
  });

  it("throws errors that are not about compiling, and the function's own", async () => {
    const compiled = compile<{ x: NdArray }, unknown, Record<string, never>>(() => 3, { name: "f", ...options });
    await expect(compiled.run({ x: 3 as unknown as NdArray })).rejects.toThrow(InputError);
    expect(warnings).toHaveLength(0);
    await expect(compiled.run({ x: image })).rejects.toThrow(TraceError); // on neither engine is 3 a tensor
    await compiled.dispose();
  });
});
