import type { InferenceSession, Tensor } from "onnxruntime-node";
import { Graph, type ValueInfo } from "../onnx/graph.ts";
import { writeModel } from "../onnx/protobuf.ts";
import type { OnnxRuntime } from "./onnx-runtime.ts";
import { sessionOptions } from "./provider.ts";

/*
 * Arrays in buffers of the WebGPU device, as onnxruntime-node 1.30 has them. It hands out tensors that stay in such a buffer,
 * but makes none from numbers, and its `getData()` on one ends the process. ONNX Runtime copies at the border of a session,
 * so what carries here is a session whose model does nothing: Identity of each array. And a buffer belongs to the session
 * that made it: given back after that session was released, it takes the process with it. So each session counts its buffers
 * and is released with the last.
 */

/** A session, and how many of the buffers that it made are in use. */
export class BufferMaker {
  readonly session: InferenceSession;
  #buffers = 0;
  #closed = false;

  constructor(session: InferenceSession) {
    this.session = session;
  }

  made(): void {
    this.#buffers++;
  }

  async givenBack(): Promise<void> {
    this.#buffers--;
    await this.#releaseUnused();
  }

  /** Releases the session, now or with its last buffer. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#releaseUnused();
  }

  async #releaseUnused(): Promise<void> {
    if (this.#closed && this.#buffers === 0) await this.session.release();
  }
}

/** The tensors of a thread that are in buffers of the device. */
export class DeviceArrays {
  readonly #runtime: OnnxRuntime;
  readonly #makers = new Map<Tensor, BufferMaker>();
  #device: Promise<InferenceSession> | undefined;

  constructor(runtime: OnnxRuntime) {
    this.#runtime = runtime;
  }

  /** ONNX Runtime drops the device with its last session, and takes half a second to find it again: one session stays. */
  async keepDevice(): Promise<void> {
    this.#device ??= this.#openFerry([{ shape: [1], dtype: "float32" }], "cpu");
    await this.#device;
  }

  /** Notes who made a tensor that is in a buffer; others are nobody's concern. */
  adopt(tensor: Tensor, maker: BufferMaker): void {
    if (tensor.location !== "gpu-buffer") return;
    maker.made();
    this.#makers.set(tensor, maker);
  }

  /** Frees the buffer of a tensor, if it is in one. */
  async giveBack(tensor: Tensor): Promise<void> {
    const maker = this.#makers.get(tensor);
    if (!maker) return;
    this.#makers.delete(tensor);
    tensor.dispose();
    await maker.givenBack();
  }

  /** The same arrays on the device, where they can stay there. */
  carryIn(tensors: readonly Tensor[], parts: readonly ValueInfo[]): Promise<Tensor[]> {
    return this.#carry(tensors, parts, "gpu-buffer");
  }

  /** The same arrays in memory. */
  carryOut(tensors: readonly Tensor[], parts: readonly ValueInfo[]): Promise<Tensor[]> {
    return this.#carry(tensors, parts, "cpu");
  }

  async #carry(tensors: readonly Tensor[], parts: readonly ValueInfo[], to: "gpu-buffer" | "cpu"): Promise<Tensor[]> {
    const places = [...parts.keys()].filter((i) => staysOnDevice(parts[i]));
    if (places.length === 0) return [...tensors];
    const session = await this.#openFerry(
      places.map((i) => parts[i]),
      to,
    );
    const maker = new BufferMaker(session);
    const carried = [...tensors];
    try {
      const results = await session.run(
        Object.fromEntries(places.map((place, i) => [session.inputNames[i], tensors[place]])),
      );
      for (const [i, place] of places.entries()) {
        carried[place] = results[session.outputNames[i]];
        this.adopt(carried[place], maker);
      }
    } finally {
      await maker.close();
    }
    return carried;
  }

  #openFerry(parts: readonly ValueInfo[], to: "gpu-buffer" | "cpu"): Promise<InferenceSession> {
    const graph = new Graph();
    for (const { shape, dtype } of parts) graph.output(graph.input({ shape, dtype }));
    return this.#runtime.InferenceSession.create(writeModel(graph, "ferry"), {
      ...sessionOptions("webgpu", 1),
      preferredOutputLocation: to,
    });
  }
}

/** Whether an array stays on the device: only types that WebGPU computes with do. */
export function staysOnDevice({ dtype, shape }: ValueInfo): boolean {
  return (dtype === "float32" || dtype === "int32") && !shape.includes(0);
}
