import * as tf from "@tensorflow/tfjs";
import type { NdArray } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { noise } from "../compute/fixtures.ts";
import { fastest } from "./timing.ts";

/** Milliseconds of a product of two square matrices: the unit in which other times are best understood. */
export async function product(size: number): Promise<number> {
  const multiply = compile<{ a: NdArray; b: NdArray }, tf.Tensor, Record<string, never>>(
    ({ a, b }) => tf.sum(tf.matMul(a, b)), // one number back: no copies in the figure
    { name: "product", offThread: false },
  );
  const inputs = { a: noise([size, size]), b: noise([size, size], { seed: 2 }) };
  try {
    return await fastest(() => multiply.run(inputs), { warmup: 2, runs: 20 });
  } finally {
    await multiply.dispose();
  }
}
