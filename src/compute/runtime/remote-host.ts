import { once } from "node:events";
import { type Transferable, Worker } from "node:worker_threads";
import { workerUrl } from "../../base/worker-url.ts";
import { copyOf } from "../array.ts";
import { EngineError } from "../errors.ts";
import type { Data, HoldRequest, Host, HostMethod, SessionRequest } from "./host.ts";
import { newGate, shut, shutAndWait } from "./work-gate.ts";
import type { Request, Response } from "./worker.ts";

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * Sessions and states in a worker thread. Inputs are copied once (the caller's arrays stay usable) and the copies
 * transferred; results are transferred back. The worker keeps the process alive only while an answer is outstanding. When
 * it dies, everything outstanding and everything later fails with an EngineError. A process that exits waits for the call
 * that runs (work-gate.ts says why).
 */
export class RemoteHost implements Host {
  readonly #gate = newGate();
  readonly #worker = new Worker(workerUrl(import.meta.url, "worker"), { workerData: this.#gate });
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #dead: EngineError | undefined;

  constructor() {
    const atExit = (): void => shutAndWait(this.#gate);
    process.on("exit", atExit);
    this.#worker.unref();
    this.#worker.on("message", ({ call, result, error }: Response) => {
      const waiting = this.#waiting.get(call);
      this.#settle(call);
      if (error === undefined) waiting?.resolve(result);
      else waiting?.reject(new EngineError(error));
    });
    this.#worker.on("error", (error) => this.#die(`failed: ${error.message}`));
    this.#worker.on("exit", (code) => {
      process.off("exit", atExit);
      this.#die(`exited with code ${code}`);
    });
  }

  get dead(): EngineError | undefined {
    return this.#dead;
  }

  open(session: number, { model, ...rest }: SessionRequest): Promise<void> {
    return this.#call("open", [session, { model, ...rest }], [model.buffer as ArrayBuffer]);
  }

  close(session: number): Promise<void> {
    return this.#call("close", [session]);
  }

  run(session: number, inputs: readonly Data[]): Promise<Data[]> {
    const copies = inputs.map(copyOf);
    return this.#call("run", [session, copies], buffersOf(copies));
  }

  hold(state: number, arrays: readonly Data[], request: HoldRequest): Promise<void> {
    const copies = arrays.map(copyOf);
    return this.#call("hold", [state, copies, request], buffersOf(copies));
  }

  step(session: number, state: number, inputs: readonly Data[]): Promise<Data[]> {
    const copies = inputs.map(copyOf);
    return this.#call("step", [session, state, copies], buffersOf(copies));
  }

  peek(state: number): Promise<Data[]> {
    return this.#call("peek", [state]);
  }

  drop(state: number): Promise<void> {
    return this.#call("drop", [state]);
  }

  /** Stops the worker after the call that runs; those that wait fail. */
  async end(): Promise<void> {
    if (this.#dead) return;
    shut(this.#gate);
    this.#worker.ref();
    const ended = once(this.#worker, "exit");
    this.#worker.postMessage({ call: 0, method: "drop", arguments: [] } satisfies Request); // wakes it, to find the gate shut
    await ended;
  }

  #call<T>(method: HostMethod, values: readonly unknown[], transfer: Transferable[] = []): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#dead) return reject(this.#dead);
      const call = ++this.#calls;
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(call, { resolve: resolve as (result: unknown) => void, reject });
      const request: Request = { call, method, arguments: values };
      this.#worker.postMessage(request, transfer);
    });
  }

  #settle(call: number): void {
    this.#waiting.delete(call);
    if (this.#waiting.size === 0) this.#worker.unref();
  }

  #die(how: string): void {
    this.#dead ??= new EngineError(
      `Expected the compute worker to run, but it ${how}. States it held are lost; functions start anew on their next call.`,
    );
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of waiting) reject(this.#dead);
  }
}

const buffersOf = (arrays: readonly Data[]): ArrayBuffer[] => arrays.map((data) => data.buffer as ArrayBuffer);
