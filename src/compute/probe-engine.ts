import * as tf from "@tensorflow/tfjs";
import type { NdArray } from "./array.ts";
import { type EngineName, engineVersion, programFor } from "./engines.ts";

/** The time of one product of two square matrices that are already where the engine computes. */
export interface MatrixProduct {
  /** Rows and columns. */
  readonly size: number;
  /** The best of up to six, after a first that is not counted. */
  readonly milliseconds: number;
  /** 10⁹ multiplications and additions a second. */
  readonly gflops: number;
}

const LARGE = 1024;
const SMALL = 512; // for the engines that would need seconds
const RUNS = 6;
const PATIENCE = 500; // milliseconds after which a slow engine is measured no more

/** Starts an engine and times it. Throws an EngineError where it does not work. */
export async function probeEngine(name: EngineName): Promise<{ version: string; product: MatrixProduct }> {
  const version = await engineVersion(name);
  const size = name === "wasm" || name === "cpu" ? SMALL : LARGE;
  const milliseconds = await timeProduct(name, size);
  return { version, product: { size, milliseconds, gflops: (2 * size ** 3) / milliseconds / 1e6 } };
}

/** The factors stay with the engine from call to call; only the mean comes back, so that a GPU has to finish. */
async function timeProduct(name: EngineName, size: number): Promise<number> {
  const filled = (value: (i: number) => number): NdArray => ({
    shape: [size, size],
    dtype: "float32",
    data: Float32Array.from({ length: size * size }, (_, i) => value(i)),
  });
  const program = await programFor(
    (state) => {
      const { a, b } = state as { a: tf.Tensor; b: tf.Tensor };
      const product = tf.matMul(a, b);
      return { state: { a: product, b }, outputs: tf.slice(product, [0, 0], [1, 1]) };
    },
    name,
    { name: "probe", constants: {}, threads: 2, offThread: false },
  );
  const resident = await program.start({ a: filled((i) => (i % 17) / 17), b: filled(() => 1 / size) });
  let best = Number.POSITIVE_INFINITY;
  const begun = performance.now();
  for (let run = 0; run < 2 || (run <= RUNS && performance.now() - begun < PATIENCE); run++) {
    const start = performance.now();
    await resident.step({});
    if (run > 0) best = Math.min(best, performance.now() - start);
  }
  await resident.dispose();
  await program.dispose();
  return best;
}
