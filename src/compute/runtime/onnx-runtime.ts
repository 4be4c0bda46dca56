import { EngineError } from "../errors.ts";

export type OnnxRuntime = typeof import("onnxruntime-node");

let loading: Promise<OnnxRuntime> | undefined;

/** ONNX Runtime, loaded on first use: the package is an optional dependency. */
export function loadOnnxRuntime(): Promise<OnnxRuntime> {
  loading ??= import("onnxruntime-node").then(
    (module) => ("default" in module ? (module.default as OnnxRuntime) : module), // a CommonJS package
    (error: unknown) => {
      throw new EngineError(
        `Expected onnxruntime-node to load, got: ${firstLine(error)}. Run "npm install onnxruntime-node", or use engine: "wasm".`,
      );
    },
  );
  return loading;
}

/** The first line of an error's message. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0];
}
