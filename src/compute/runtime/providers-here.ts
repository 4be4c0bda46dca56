import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { EngineError } from "../errors.ts";
import { nothing } from "./denormals.ts";
import { nextKey } from "./host.ts";
import { hostFor } from "./hosts.ts";
import { loadOnnxRuntime, whyNot } from "./onnx-runtime.ts";
import type { Provider } from "./provider.ts";

/** Throws an EngineError where a provider cannot compute on this machine; asked once in a process. */
export function requireProvider(provider: Provider): Promise<void> {
  const known = asked.get(provider);
  if (known) return known;
  const answer = ask(provider);
  asked.set(provider, answer);
  return answer;
}

const asked = new Map<Provider, Promise<void>>();

async function ask(provider: Provider): Promise<void> {
  await loadOnnxRuntime();
  if (provider === "cuda") requireCudaFiles();
  // In the worker, so that it opens the first session of the process: denormals.ts says why.
  const host = hostFor({ offThread: true, provider });
  const key = nextKey();
  try {
    await host.open(key, { model: nothing(), inputs: [], outputs: [], carried: [], provider, threads: 1 });
  } catch (error) {
    if (provider === "cpu") throw error; // not a device that is missing
    throw new EngineError(`Expected ${STARTED[provider]}, got: ${plain(whyNot(error))}. ${REMEDY[provider]}`);
  }
  await host.close(key);
}

const STARTED = {
  cuda: "ONNX Runtime's CUDA provider to start",
  webgpu: "ONNX Runtime's WebGPU provider to find a GPU",
};

const REMEDY = {
  cuda: "Install an NVIDIA driver, CUDA 12 and cuDNN 9 where the loader finds them.",
  webgpu:
    process.platform === "linux"
      ? "Install a Vulkan driver: your GPU's own, or mesa-vulkan-drivers 24 or later."
      : "Update the graphics driver.",
};

/** Without the place in ONNX Runtime's sources and the condition that failed there. */
const plain = (message: string): string => message.replace(/^\S+:\d+ .* was false\. /, "").replace(/\.$/, "");

/** The provider is a file of its own, which the package fetches only when it is told to; looked for first, as ONNX Runtime prints what it misses. */
function requireCudaFiles(): void {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new EngineError(
      `Expected Linux on x64 for CUDA, got ${process.platform} on ${process.arch}. Use engine: "webgpu" for its GPU.`,
    );
  }
  const folder = join(
    dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json")),
    "bin/napi-v6/linux/x64",
  );
  if (existsSync(join(folder, "libonnxruntime_providers_cuda.so"))) return;
  throw new EngineError(
    "Expected the CUDA provider of onnxruntime-node, got a package without it. With an NVIDIA GPU, CUDA 12 and cuDNN 9, run " +
      '"npm_config_onnxruntime_node_install=cuda12 npm rebuild onnxruntime-node" where api.nuget.org can be reached.',
  );
}
