import { parentPort, type Transferable, workerData } from "node:worker_threads";
import type { HostMethod } from "./host.ts";
import { OnnxHost } from "./onnx-host.ts";
import { enter, type GateCells, leave } from "./work-gate.ts";

/* The other end of remote-host.ts: a thread that owns sessions and states, and answers calls one by one, in the order they came. */

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

const gate = workerData as GateCells;
const host = new OnnxHost({ ownThread: true });
let last: Promise<void> = Promise.resolve();

parentPort?.on("message", (request: Request) => {
  last = last.then(() => serve(request));
});

async function serve({ call, method, arguments: values }: Request): Promise<void> {
  if (!enter(gate)) {
    parentPort?.close(); // with nobody to listen to, the thread ends
    return;
  }
  try {
    const carry = host[method] as (...values: readonly unknown[]) => Promise<unknown>;
    const result = await carry.call(host, ...values);
    const buffers = Array.isArray(result) ? result.map((data: Float32Array) => data.buffer as ArrayBuffer) : [];
    answer({ call, result }, [...new Set(buffers)]);
  } catch (error) {
    answer({ call, error: error instanceof Error ? error.message : String(error) }, []);
  } finally {
    leave(gate);
  }
}

function answer(response: Response, transfer: Transferable[]): void {
  parentPort?.postMessage(response, transfer);
}
