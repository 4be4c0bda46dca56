import type { InferenceSession } from "onnxruntime-node";
import { FLUSH, flushesDenormals } from "./denormals.ts";

/** What of ONNX Runtime computes: its own kernels on the CPU, or a GPU through CUDA or through WebGPU (Vulkan, Metal, D3D12). */
export type Provider = "cpu" | "cuda" | "webgpu";

/*
 * How long an idle thread of a session looks out for work before it sleeps. ONNX Runtime's own choice is long: the threads of
 * a session that has just run then take the cores from the one that runs now. On two cores a train step took 16.9 ms with its
 * default when another session ran in between, 14.0 ms with 20 to 200 µs, and 13.9 ms with session.force_spinning_stop; with
 * other work on the machine 71, 26 and 49 ms (medians). Alone train steps are as fast with
 * 200 µs as with the default and 10 to 20 % slower without any spinning; dreams one by one lose 20 % with 20 µs, none with 200.
 */
const SPIN_MICROSECONDS = 200;

/** The options of a session on a provider. What a GPU cannot compute, ONNX Runtime computes on the CPU in between. */
export function sessionOptions(provider: Provider, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: provider === "cpu" ? ["cpu"] : [provider, "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    enableMemPattern: false, // one block planned for a whole run doubles the memory of a train step (VAE, batch 100: 2.1 GB), and is no faster
    logSeverityLevel: 3, // errors: ONNX Runtime warns about constants that it folded away
    extra: {
      session: {
        intra_op: { spin_duration_us: String(SPIN_MICROSECONDS) },
        [FLUSH]: flushesDenormals() ? "1" : "0", // its own threads like the one that calls it
      },
    },
  };
}
