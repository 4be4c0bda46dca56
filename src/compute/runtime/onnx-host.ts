import type { InferenceSession, Tensor } from "onnxruntime-node";
import { copyOf, STORAGE, sizeOf } from "../array.ts";
import { EngineError } from "../errors.ts";
import type { ValueInfo } from "../onnx/graph.ts";
import { flushDenormals } from "./denormals.ts";
import { BufferMaker, DeviceArrays, staysOnDevice } from "./device-arrays.ts";
import type { Data, HoldRequest, Host, SessionRequest } from "./host.ts";
import { loadOnnxRuntime, type OnnxRuntime } from "./onnx-runtime.ts";
import { sessionOptions } from "./provider.ts";

interface OpenSession extends SessionRequest {
  readonly session: InferenceSession;
  readonly maker: BufferMaker;
}

/**
 * In memory, two sets of tensors: a step reads one and writes the other, then those that were written change places. On a
 * WebGPU device every step makes new tensors, in buffers that the device's own pool hands out, and gives the old ones back.
 */
interface HeldState extends HoldRequest {
  readonly current: Tensor[];
  readonly next: Tensor[]; // made when first needed: parts that never change have none
}

/** Sessions and states of ONNX Runtime on the thread that makes this object. */
export class OnnxHost implements Host {
  readonly dead = undefined;
  readonly #ownThread: boolean;
  readonly #sessions = new Map<number, OpenSession>();
  readonly #states = new Map<number, HeldState>();
  #runtime: OnnxRuntime | undefined;
  #device: DeviceArrays | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** `ownThread`: nobody else's code runs on it, so that it may take denormals for zero. */
  constructor({ ownThread }: { readonly ownThread: boolean }) {
    this.#ownThread = ownThread;
  }

  open(key: number, request: SessionRequest): Promise<void> {
    return this.#inOrder(async () => {
      const { InferenceSession } = await this.#load();
      const { model, provider, threads, outputs, carried, profile } = request;
      if (provider === "webgpu") await this.#device!.keepDevice();
      const session = await InferenceSession.create(model, {
        ...sessionOptions(provider, threads),
        ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
        ...(provider === "webgpu" ? { preferredOutputLocation: locationsOf(outputs, carried.length) } : {}),
      });
      this.#sessions.set(key, { ...request, model: new Uint8Array(0), session, maker: new BufferMaker(session) });
    });
  }

  close(key: number): Promise<void> {
    return this.#inOrder(async () => {
      const open = this.#sessions.get(key);
      this.#sessions.delete(key);
      if (open?.profile !== undefined) open.session.endProfiling(); // writes the file
      await open?.maker.close();
    });
  }

  run(key: number, arrays: readonly Data[]): Promise<Data[]> {
    return this.#inOrder(async () => {
      const { session, inputs, outputs } = this.#session(key);
      const feeds: Record<string, Tensor> = {};
      for (const [i, data] of arrays.entries()) feeds[inputs[i].name] = this.#tensor(inputs[i], data);
      const results = await session.run(feeds);
      return outputs.map(({ name }) => results[name].data as Data);
    });
  }

  hold(key: number, arrays: readonly Data[], { parts, provider }: HoldRequest): Promise<void> {
    return this.#inOrder(async () => {
      await this.#load();
      let current = arrays.map((data, i) => this.#tensor(parts[i], copyOf(data))); // steps will write into it
      if (provider === "webgpu") {
        await this.#device!.keepDevice();
        current = await this.#device!.carryIn(current, parts);
      }
      await this.#release(key);
      this.#states.set(key, { parts, provider, current, next: [] });
    });
  }

  step(key: number, stateKey: number, arrays: readonly Data[]): Promise<Data[]> {
    return this.#inOrder(async () => {
      const { session, maker, inputs, outputs, carried } = this.#session(key);
      const { parts, provider, current, next } = this.#state(stateKey);
      const feeds: Record<string, Tensor> = {};
      for (const [i, tensor] of current.entries()) feeds[inputs[i].name] = tensor;
      for (const [i, data] of arrays.entries()) {
        const place = current.length + i;
        feeds[inputs[place].name] = this.#tensor(inputs[place], data);
      }
      const fetches: Record<string, Tensor | null> = {};
      for (const [i, { name }] of outputs.entries()) {
        const part = provider === "webgpu" ? undefined : carried[i];
        if (part !== undefined) next[part] ??= this.#blank(parts[part]);
        fetches[name] = part === undefined ? null : next[part]; // null: ONNX Runtime allocates
      }
      const results = await session.run(feeds, fetches);
      for (const [i, part] of carried.entries()) {
        const before = current[part];
        if (provider === "webgpu") {
          current[part] = results[outputs[i].name];
          this.#device?.adopt(current[part], maker);
          await this.#device?.giveBack(before);
        } else {
          current[part] = next[part]; // written in place; what came back is a copy of it
          next[part] = before;
        }
      }
      return outputs.slice(carried.length).map(({ name }) => results[name].data as Data);
    });
  }

  peek(key: number): Promise<Data[]> {
    return this.#inOrder(async () => {
      const { parts, provider, current } = this.#state(key);
      const tensors = provider === "webgpu" ? await this.#device!.carryOut(current, parts) : current;
      return tensors.map((tensor, i) => (tensor === current[i] ? copyOf(tensor.data as Data) : (tensor.data as Data)));
    });
  }

  drop(key: number): Promise<void> {
    return this.#inOrder(async () => this.#release(key));
  }

  async #load(): Promise<OnnxRuntime> {
    if (this.#runtime) return this.#runtime;
    const runtime = await loadOnnxRuntime();
    if (this.#ownThread) await flushDenormals(runtime);
    this.#device = new DeviceArrays(runtime);
    this.#runtime = runtime;
    return runtime;
  }

  async #release(key: number): Promise<void> {
    for (const tensor of this.#states.get(key)?.current ?? []) await this.#device?.giveBack(tensor);
    this.#states.delete(key);
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

  #tensor({ dtype, shape }: ValueInfo, data: Data): Tensor {
    return new this.#runtime!.Tensor(dtype as "float32", data as Float32Array, shape);
  }

  #blank(part: ValueInfo): Tensor {
    return this.#tensor(part, new STORAGE[part.dtype as keyof typeof STORAGE](sizeOf(part.shape)));
  }

  #inOrder<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined); // a failure is its caller's, not the next one's
    return result;
  }
}

/** What a WebGPU session gives back where: the state stays on the device, results come to memory. */
function locationsOf(outputs: SessionRequest["outputs"], carried: number): Record<string, "gpu-buffer" | "cpu"> {
  return Object.fromEntries(
    outputs.map((port, i) => [port.name, i < carried && staysOnDevice(port) ? "gpu-buffer" : "cpu"]),
  );
}
