import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";
import type { NdArray } from "./array.ts";
import { prepareBackend } from "./eager/backends.ts";
import { ENGINES, type EngineName, programFor } from "./engines.ts";
import { loadOnnxRuntime } from "./runtime/onnx-runtime.ts";

/** What an engine can do on this machine. */
export interface EngineReport {
  readonly name: EngineName;
  readonly works: boolean;
  /** Package and version it runs on. */
  readonly version?: string;
  /** Why it does not work. */
  readonly reason?: string;
  /** What would change that. */
  readonly remedy?: string;
  /** One product of two 512 × 512 matrices: the best of up to five after a first. */
  readonly gemmMilliseconds?: number;
}

const SIZE = 512;
const RUNS = 5;
const PATIENCE = 500; // milliseconds after which a slow engine is measured no more

/** Tries every engine; a failure is a report, never an error. */
export async function probeEngines(): Promise<EngineReport[]> {
  const reports: EngineReport[] = [];
  for (const name of ENGINES) {
    try {
      reports.push({ name, works: true, version: await versionOf(name), gemmMilliseconds: await timeProduct(name) });
    } catch (error) {
      reports.push({ name, works: false, ...explain(error) });
    }
  }
  return reports;
}

async function versionOf(name: EngineName): Promise<string> {
  if (name === "onnx") {
    const { env } = await loadOnnxRuntime();
    return `onnxruntime-node ${env.versions.node ?? env.versions.common}`;
  }
  const { source } = await prepareBackend(name);
  const { version } = createRequire(import.meta.url)(`${source}/package.json`) as { version: string };
  return `${source} ${version}`;
}

async function timeProduct(name: EngineName): Promise<number> {
  const square = (offset: number): NdArray => ({
    shape: [SIZE, SIZE],
    dtype: "float32",
    data: Float32Array.from({ length: SIZE * SIZE }, (_, i) => ((i + offset) % 17) / 17),
  });
  const program = await programFor(
    (inputs) => {
      const { a, b } = inputs as { a: tf.Tensor; b: tf.Tensor };
      return tf.matMul(a, b);
    },
    name,
    { name: "probe", constants: {}, threads: 2, offThread: false },
  );
  const inputs = { a: square(0), b: square(5) };
  let best = Number.POSITIVE_INFINITY;
  const begun = performance.now();
  for (let run = 0; run < 2 || (run <= RUNS && performance.now() - begun < PATIENCE); run++) {
    const start = performance.now();
    await program.run(inputs);
    if (run > 0) best = Math.min(best, performance.now() - start);
  }
  await program.dispose();
  return best;
}

/** Splits "Expected …, got …. Do …." into what happened and what to do. */
function explain(error: unknown): Pick<EngineReport, "reason" | "remedy"> {
  const message = error instanceof Error ? error.message : String(error);
  const end = message.lastIndexOf(". ", message.length - 2);
  if (end < 0) return { reason: message };
  return { reason: message.slice(0, end + 1), remedy: message.slice(end + 2) };
}
