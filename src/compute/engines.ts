import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { ConfigError, describe } from "../base/errors.ts";
import { prepareBackend } from "./eager/backends.ts";
import { EagerProgram } from "./eager/eager-program.ts";
import { FallbackProgram } from "./fallback-program.ts";
import type { AnyFunction, Program, ProgramOptions } from "./program.ts";
import { OnnxProgram } from "./runtime/onnx-program.ts";
import "./mended-gradients.ts";
import { loadOnnxRuntime } from "./runtime/onnx-runtime.ts";
import type { Provider } from "./runtime/provider.ts";
import { requireProvider } from "./runtime/providers-here.ts";

/**
 * The engines by name: ONNX Runtime on an NVIDIA GPU, on any GPU, and on the CPU; tfjs op by op on TensorFlow's C library,
 * on WebAssembly, and in plain JavaScript.
 */
export const ENGINES = ["cuda", "webgpu", "onnx", "node", "wasm", "cpu"] as const;
export type EngineName = (typeof ENGINES)[number];

const PROVIDERS = { cuda: "cuda", webgpu: "webgpu", onnx: "cpu" } as const satisfies Partial<
  Record<EngineName, Provider>
>;

/** Whether an engine runs compiled graphs. */
export function isCompiled(engine: EngineName): engine is keyof typeof PROVIDERS {
  return engine in PROVIDERS;
}

/** What was asked for: the option, else REVERIE_ENGINE, else auto. */
export function requestedEngine(option: string | undefined): EngineName | "auto" {
  const name = option === undefined || option === "auto" ? process.env["REVERIE_ENGINE"] || "auto" : option;
  if (name !== "auto" && !ENGINES.includes(name as EngineName)) {
    const source = name === option ? "engine" : "REVERIE_ENGINE";
    throw new ConfigError(
      `Expected ${source} to be one of auto, ${ENGINES.join(", ")}, got ${describe(name)}. Choose one of them.`,
    );
  }
  return name as EngineName | "auto";
}

/** The function on the engine asked for. Throws an EngineError where that does not work here. */
export async function programFor(
  fn: AnyFunction,
  engine: EngineName | "auto",
  options: ProgramOptions,
): Promise<Program> {
  const chosen = engine === "auto" ? await preferredEngine() : engine;
  if (isCompiled(chosen)) {
    const provider = PROVIDERS[chosen];
    await requireProvider(provider);
    const compiled = new OnnxProgram(fn, { ...options, provider });
    return options.fallback ? new FallbackProgram(compiled, fn, options) : compiled;
  }
  const { name } = await prepareBackend(chosen);
  return new EagerProgram(fn, name, options);
}

/**
 * What `auto` tries, in this order. Not WebGPU: whether its adapter is a GPU or a program that plays one (lavapipe,
 * SwiftShader: slower than the CPU engine by far) cannot be told without measuring, and small steps, such as dreams one by
 * one, are faster on a CPU than on most GPUs. `reverie doctor` measures, and says when it would be faster.
 */
const AUTO = ["cuda", "onnx", "node", "wasm", "cpu"] as const satisfies readonly EngineName[];

let preferred: Promise<EngineName> | undefined;

/** What `auto` means on this machine. */
export function preferredEngine(): Promise<EngineName> {
  preferred ??= firstThatWorks();
  return preferred;
}

async function firstThatWorks(): Promise<EngineName> {
  for (const engine of AUTO) {
    const works = await (isCompiled(engine) ? requireProvider(PROVIDERS[engine]) : prepareBackend(engine)).then(
      () => true,
      () => false,
    );
    if (works) return engine;
  }
  return "cpu";
}

/** What runs compiled functions in this process, for people: one line, and what to think of it where that is slow. */
export interface EngineNotice {
  readonly text: string;
  readonly warning?: string;
}

/** Says which engine the option (or REVERIE_ENGINE, or this machine) chooses. Throws an EngineError where that does not work. */
export async function engineNotice({
  engine,
  threads = defaultThreads(),
}: {
  engine?: string;
  threads?: number;
} = {}): Promise<EngineNotice> {
  const asked = requestedEngine(engine);
  const name = asked === "auto" ? await preferredEngine() : asked;
  const version = await engineVersion(name);
  const text = `engine: ${version}${name === "onnx" ? ` on ${threads} thread${threads === 1 ? "" : "s"}` : ""}`;
  if (name !== "wasm" && name !== "cpu") return { text };
  return {
    text,
    warning: `Training op by op on ${name} is some fifty times slower than ONNX Runtime: run "reverie doctor".`,
  };
}

/** What an engine is and its version: "ONNX Runtime 1.30.0 (WebGPU)". Loads it. */
export async function engineVersion(engine: EngineName): Promise<string> {
  if (isCompiled(engine)) {
    await requireProvider(PROVIDERS[engine]);
    const { env } = await loadOnnxRuntime();
    const device = { cuda: " (CUDA)", webgpu: " (WebGPU)", onnx: "" }[engine];
    return `ONNX Runtime ${env.versions.node ?? env.versions.common}${device}`;
  }
  const { source } = await prepareBackend(engine);
  const { version } = createRequire(import.meta.url)(`${source}/package.json`) as { version: string };
  return `${source} ${version}`;
}

/** Threads inside an operator unless told otherwise. */
export function defaultThreads(): number {
  return Math.min(2, availableParallelism());
}
