import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { flushesDenormals } from "../../src/compute/runtime/denormals.ts";

const SIZE = 1 << 20; // enough for both threads of a session

/** How many of a million products, each 1e-40, come out as zero. */
async function zeros(offThread: boolean): Promise<number> {
  const product = compile<{ x: NdArray }, tf.Tensor, Record<string, never>>(({ x }) => tf.mul(x, x), {
    name: "tiny",
    engine: "onnx",
    offThread,
  });
  const x = new Float32Array(SIZE).fill(1e-20);
  const { data } = await product.run({ x: { shape: [SIZE], dtype: "float32", data: x } });
  await product.dispose();
  return Array.from(data).filter((value) => value === 0).length;
}

describe.skipIf(process.arch !== "x64")("numbers too small for a full mantissa", () => {
  it("are kept on the caller's thread, by every thread of the session, also where it computes first", async () => {
    expect(await zeros(false)).toBe(0);
  });

  it("are zero in the worker, by every thread of the session", async () => {
    expect(await zeros(true)).toBe(SIZE);
    expect(await zeros(false)).toBe(0);
  });

  it("are kept by JavaScript on the caller's thread", () => {
    expect(flushesDenormals()).toBe(false);
    expect(Number.MIN_VALUE > 0).toBe(true);
  });
});
