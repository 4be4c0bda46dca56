import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import {
  codebookSize,
  codebookUse,
  fsq,
  fsqCodes,
  fsqDigits,
  fsqIndices,
  fsqIndicesOfDigits,
} from "../../src/nn/fsq.ts";
import { floats, ints, noise } from "../compute/fixtures.ts";

type Tensors = Readonly<Record<string, tf.Tensor>>;
const LEVELS = [8, 5, 5, 5];

async function run(
  fn: (inputs: Tensors) => Record<string, tf.Tensor>,
  inputs: Record<string, NdArray>,
  engine: "cpu" | "onnx",
): Promise<Record<string, NdArray>> {
  const compiled = compile<Record<string, NdArray>, Record<string, tf.Tensor>, Record<string, never>>(fn, {
    name: "fsq",
    engine,
    offThread: false,
    threads: 1,
  });
  const result = (await compiled.run(inputs)) as Record<string, NdArray>;
  await compiled.dispose();
  return result;
}

describe.each(["onnx", "cpu"] as const)("finite scalar quantization on %s", (engine) => {
  it.each([[LEVELS], [[4, 4, 4, 4, 4]], [[2, 3]]])(
    "levels %j: every index has a code and comes back",
    async (levels) => {
      const size = codebookSize(levels);
      const all = ints(
        [size],
        Array.from({ length: size }, (_, i) => i),
      );
      const { codes, back, digits, again } = await run(
        ({ all }) => {
          const codes = fsqCodes(all, levels);
          const digits = fsqDigits(all, levels);
          return { codes, back: fsqIndices(codes, levels), digits, again: fsqIndicesOfDigits(digits, levels) };
        },
        { all },
        engine,
      );
      expect(back.dtype).toBe("int32");
      expect([...back.data]).toEqual([...all.data]);
      expect([digits.dtype, again.dtype]).toEqual(["int32", "int32"]);
      expect([...again.data]).toEqual([...all.data]);
      for (const [i, digit] of digits.data.entries()) {
        const levelsOfDigit = levels[i % levels.length];
        expect(codes.data[i]).toBeCloseTo((2 * digit) / (levelsOfDigit - 1) - 1, 6);
      }
      const rows = Array.from({ length: size }, (_, i) =>
        [...codes.data.slice(i * levels.length, (i + 1) * levels.length)].join(),
      );
      expect(new Set(rows).size).toBe(size);
      expect(Math.min(...codes.data)).toBe(-1);
      expect(Math.max(...codes.data)).toBe(1);
    },
  );

  it("codes are those of a mixed radix whose first level counts fastest", async () => {
    const { codes } = await run(({ i }) => ({ codes: fsqCodes(i, [3, 5]) }), { i: ints([2], [1, 3]) }, engine);
    expect([...codes.data]).toEqual([0, -1, -1, -0.5]); // digits (1, 0) and (0, 1)
  });

  it("rounds tanh(z) to the nearest level and passes its slope straight through", async () => {
    const z = noise([7, 4], { scale: 2, seed: 3 });
    const weights = noise([7, 4], { seed: 4 });
    const { codes, slope } = await run(
      ({ z, weights }) => ({
        codes: fsq(z, LEVELS).codes,
        slope: tf.grad((x) => tf.sum(tf.mul(fsq(x, LEVELS).codes, weights)))(z),
      }),
      { z, weights },
      engine,
    );
    for (const [i, value] of z.data.entries()) {
      const level = LEVELS[i % 4] - 1;
      const bounded = Math.tanh(value);
      expect(codes.data[i]).toBeCloseTo((2 * Math.round(((bounded + 1) / 2) * level)) / level - 1, 6);
      expect(slope.data[i]).toBeCloseTo(weights.data[i] * (1 - bounded ** 2), 5);
    }
  });
});

describe("the use of a codebook", () => {
  it("counts codes, and how many are in use", () => {
    const { counts, used, perplexity } = codebookUse([0, 0, 2, 2], 4);
    expect([...counts]).toEqual([2, 0, 2, 0]);
    expect(used).toBe(0.5);
    expect(perplexity).toBeCloseTo(2, 10);
  });

  it("is the whole codebook where all codes are as frequent, and one code where all are the same", () => {
    expect(codebookUse([3, 1, 0, 2], 4)).toMatchObject({ used: 1, perplexity: expect.closeTo(4, 10) });
    expect(codebookUse(floats([3], [1, 1, 1]).data, 4)).toMatchObject({
      used: 0.25,
      perplexity: expect.closeTo(1, 10),
    });
  });
});
