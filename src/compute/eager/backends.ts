import { createRequire } from "node:module";
import { dirname } from "node:path";
import util from "node:util";
import * as tf from "@tensorflow/tfjs";
import { initialiseBackend } from "../active-backend.ts";
import { EngineError } from "../errors.ts";
import { whyNot } from "../runtime/onnx-runtime.ts";
import { mendCpuKernels, mendWasmKernels } from "./mended-kernels.ts";
import { supplyWasmKernels } from "./wasm-kernels.ts";

/** Engines that run a function op by op on a backend of tfjs. */
export type EagerEngine = "wasm" | "cpu" | "node";

/** A backend of tfjs that is ready, and the package it came from. */
export interface ReadyBackend {
  readonly name: string;
  readonly source: string;
}

const ready = new Map<EagerEngine, Promise<ReadyBackend>>();

/** Loads an engine's package, if it has one, and starts its backend; once in a process. */
export function prepareBackend(engine: EagerEngine): Promise<ReadyBackend> {
  let backend = ready.get(engine);
  if (!backend) {
    backend = START[engine]();
    ready.set(engine, backend);
  }
  return backend;
}

const START: Readonly<Record<EagerEngine, () => Promise<ReadyBackend>>> = {
  async cpu() {
    await startCpu();
    return { name: "cpu", source: "@tensorflow/tfjs" };
  },

  async wasm() {
    const source = "@tensorflow/tfjs-backend-wasm";
    try {
      const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
      setWasmPaths(`${dirname(createRequire(import.meta.url).resolve(source))}/`);
      await startCpu(); // the kernels that wasm lacks are computed there
      await initialiseBackend("wasm");
    } catch (error) {
      throw new EngineError(`Expected ${source} to start, got: ${whyNot(error)}. Use engine: "cpu".`);
    }
    mendWasmKernels();
    supplyWasmKernels();
    return { name: "wasm", source };
  },

  async node() {
    patchNodeUtil();
    const reasons: string[] = [];
    for (const source of ["@tensorflow/tfjs-node-gpu", "@tensorflow/tfjs-node"]) {
      try {
        await import(source);
        await initialiseBackend("tensorflow");
        return { name: "tensorflow", source };
      } catch (error) {
        reasons.push(`${source}: ${whyNot(error)}`);
      }
    }
    throw new EngineError(
      `Expected @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node to load, got: ${reasons.join("; ")}. ` +
        'Run "npm install @tensorflow/tfjs-node" where storage.googleapis.com can be reached, or use another engine.',
    );
  },
};

/** Starts the cpu backend without the banner that it prints at its first use. */
async function startCpu(): Promise<void> {
  await initialiseBackend("cpu");
  Object.assign(tf.engine().findBackend("cpu"), { firstUse: false });
  mendCpuKernels();
}

/** tfjs-node 4.22 calls util functions that Node 23 removed. */
function patchNodeUtil(): void {
  const functions = util as unknown as Record<string, unknown>;
  functions["isNullOrUndefined"] ??= (value: unknown) => value === null || value === undefined;
  functions["isArray"] ??= Array.isArray;
}
