import { ConfigError, describe } from "../base/errors.ts";
import { type EagerEngine, prepareBackend } from "./eager/backends.ts";
import { EagerProgram } from "./eager/eager-program.ts";
import { FallbackProgram } from "./fallback-program.ts";
import type { AnyFunction, Program, ProgramOptions } from "./program.ts";
import { OnnxProgram } from "./runtime/onnx-program.ts";
import "./mended-gradients.ts";
import { loadOnnxRuntime } from "./runtime/onnx-runtime.ts";

/** The engines by name, the preferred ones first; `auto` takes the first of onnx, wasm and cpu that works. */
export const ENGINES = ["onnx", "node", "wasm", "cpu"] as const;
export type EngineName = (typeof ENGINES)[number];

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
  if (chosen === "onnx") {
    await loadOnnxRuntime();
    const compiled = new OnnxProgram(fn, options);
    return options.fallback ? new FallbackProgram(compiled, fn, options) : compiled;
  }
  const { name } = await prepareBackend(chosen);
  return new EagerProgram(fn, name, options);
}

let preferred: Promise<EngineName> | undefined;

/** What `auto` means on this machine. */
export function preferredEngine(): Promise<EngineName> {
  preferred ??= loadOnnxRuntime().then(
    () => "onnx" as const,
    () =>
      prepareBackend("wasm" satisfies EagerEngine)
        .then(() => "wasm" as const)
        .catch(() => "cpu" as const),
  );
  return preferred;
}
