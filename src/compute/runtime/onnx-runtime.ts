import { EngineError } from "../errors.ts";

export type OnnxRuntime = typeof import("onnxruntime-node");

let loading: Promise<OnnxRuntime> | undefined;

/** ONNX Runtime, loaded on first use: the package is an optional dependency. */
export function loadOnnxRuntime(): Promise<OnnxRuntime> {
  loading ??= import("onnxruntime-node").then(
    (module) => {
      const runtime = "default" in module ? (module.default as OnnxRuntime) : module; // a CommonJS package
      runtime.env.logLevel = "fatal"; // what fails is thrown as well; a provider that does not load need not print
      return runtime;
    },
    (error: unknown) => {
      throw new EngineError(
        `Expected onnxruntime-node to load, got: ${whyNot(error)}. Run "npm install onnxruntime-node", or use engine: "wasm".`,
      );
    },
  );
  return loading;
}

/** Why a package did not load, in one line. */
export function whyNot(error: unknown): string {
  if ((error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND") return "it is not installed";
  return (error instanceof Error ? error.message : String(error)).split("\n")[0];
}
