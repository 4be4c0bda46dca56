import { parentPort, type Transferable } from "node:worker_threads";
import type { HostMethod } from "./host.ts";
import { OnnxHost } from "./onnx-host.ts";

/* The other end of remote-host.ts: a thread that owns sessions and states, and answers calls in the order they came. */

export interface Request {
  readonly call: number;
  readonly method: HostMethod;
  readonly arguments: readonly unknown[];
}

export interface Response {
  readonly call: number;
  readonly result?: unknown;
  readonly error?: string;
}

const host = new OnnxHost();

parentPort?.on("message", async ({ call, method, arguments: values }: Request) => {
  try {
    const carry = host[method] as (...values: readonly unknown[]) => Promise<unknown>;
    const result = await carry.call(host, ...values);
    const buffers = Array.isArray(result) ? result.map((data: Float32Array) => data.buffer as ArrayBuffer) : [];
    answer({ call, result }, [...new Set(buffers)]);
  } catch (error) {
    answer({ call, error: error instanceof Error ? error.message : String(error) }, []);
  }
});

function answer(response: Response, transfer: Transferable[]): void {
  parentPort?.postMessage(response, transfer);
}
