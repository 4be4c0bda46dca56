import type { InferenceSession, Tensor } from "onnxruntime-node";
import { copyOf, STORAGE, sizeOf } from "../array.ts";
import { EngineError } from "../errors.ts";
import type { PortInfo } from "../trace/trace.ts";
import type { Data, Host, SessionRequest } from "./host.ts";
import { loadOnnxRuntime, type OnnxRuntime } from "./onnx-runtime.ts";

interface OpenSession extends SessionRequest {
  readonly session: InferenceSession;
}

/** Two sets of tensors: a step reads one and writes the other, then those that were written change places. */
interface HeldState {
  readonly ports: readonly PortInfo[];
  readonly current: Tensor[];
  readonly next: Tensor[]; // made when first needed: parts that never change have none
}

/** Sessions and states of ONNX Runtime on the thread that makes this object. */
export class OnnxHost implements Host {
  readonly dead = undefined;
  readonly #sessions = new Map<number, OpenSession>();
  readonly #states = new Map<number, HeldState>();
  #runtime: OnnxRuntime | undefined;
  #last: Promise<unknown> = Promise.resolve();

  open(key: number, request: SessionRequest): Promise<void> {
    return this.#inOrder(async () => {
      this.#runtime ??= await loadOnnxRuntime();
      const session = await this.#runtime.InferenceSession.create(request.model, {
        intraOpNumThreads: request.threads,
        interOpNumThreads: 1,
        executionMode: "sequential",
        graphOptimizationLevel: "all",
        logSeverityLevel: 3, // errors: ONNX Runtime warns about constants that it folded away
        ...(request.profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: request.profile }),
      });
      this.#sessions.set(key, { ...request, model: new Uint8Array(0), session });
    });
  }

  close(key: number): Promise<void> {
    return this.#inOrder(async () => {
      const open = this.#sessions.get(key);
      this.#sessions.delete(key);
      if (open?.profile !== undefined) open.session.endProfiling(); // writes the file
      await open?.session.release();
    });
  }

  run(key: number, arrays: readonly Data[]): Promise<Data[]> {
    return this.#inOrder(async () => {
      const { session, inputs } = this.#session(key);
      const feeds: Record<string, Tensor> = {};
      for (const [i, data] of arrays.entries()) feeds[`i${i}`] = this.#tensor(inputs[i], data);
      const results = await session.run(feeds);
      return session.outputNames.map((name) => results[name].data as Data);
    });
  }

  hold(key: number, arrays: readonly Data[], ports: readonly PortInfo[]): Promise<void> {
    return this.#inOrder(async () => {
      this.#runtime ??= await loadOnnxRuntime();
      const current = arrays.map((data, i) => this.#tensor(ports[i], copyOf(data))); // steps will write into it
      this.#states.set(key, { ports, current, next: [] });
    });
  }

  step(key: number, stateKey: number, arrays: readonly Data[]): Promise<Data[]> {
    return this.#inOrder(async () => {
      const { session, inputs, carried } = this.#session(key);
      const { ports, current, next } = this.#state(stateKey);
      const feeds: Record<string, Tensor> = {};
      for (const [i, tensor] of current.entries()) feeds[`i${i}`] = tensor;
      for (const [i, data] of arrays.entries()) {
        const place = current.length + i;
        feeds[`i${place}`] = this.#tensor(inputs[place], data);
      }
      const fetches: Record<string, Tensor | null> = {};
      for (const [i, name] of session.outputNames.entries()) {
        const part = carried[i];
        if (part !== undefined) next[part] ??= this.#blank(ports[part]);
        fetches[name] = part === undefined ? null : next[part]; // null: ONNX Runtime allocates
      }
      const results = await session.run(feeds, fetches);
      for (const part of carried) [current[part], next[part]] = [next[part], current[part]];
      return session.outputNames.slice(carried.length).map((name) => results[name].data as Data);
    });
  }

  peek(key: number): Promise<Data[]> {
    return this.#inOrder(async () => this.#state(key).current.map((tensor) => copyOf(tensor.data as Data)));
  }

  drop(key: number): Promise<void> {
    return this.#inOrder(async () => {
      this.#states.delete(key);
    });
  }

  #session(key: number): OpenSession {
    const session = this.#sessions.get(key);
    if (!session)
      throw new EngineError("Expected an open session, got one that was disposed of. Compile the function again.");
    return session;
  }

  #state(key: number): HeldState {
    const state = this.#states.get(key);
    if (!state) throw new EngineError("Expected a resident state, got one that was disposed of. Start it again.");
    return state;
  }

  #tensor(port: PortInfo, data: Data): Tensor {
    return new this.#runtime!.Tensor(port.dtype as "float32", data as Float32Array, port.shape);
  }

  #blank(port: PortInfo): Tensor {
    return this.#tensor(port, new STORAGE[port.dtype as keyof typeof STORAGE](sizeOf(port.shape)));
  }

  #inOrder<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined); // a failure is its caller's, not the next one's
    return result;
  }
}
