import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { workerUrl } from "../../base/worker-url.ts";
import { VectorEnvError } from "./errors.ts";
import {
  ANSWERED,
  type Answer,
  BY_MESSAGE,
  CALL,
  CLOSE,
  type EnvDescription,
  type EnvWorkerData,
  fromPlainError,
  type Order,
  type WorkerMessage,
  wordsOf,
} from "./worker-protocol.ts";

/** Milliseconds that a worker has to close its environments before its thread is terminated. */
const GRACE = 2000;

interface WorkerEvents {
  /** It was the last to answer a call. */
  readonly onAnswered: () => void;
  /** Its thread ended unasked, or something in it threw outside of a call. */
  readonly onDeath: (what: Error | string) => void;
}

/** The vector's end of one worker: a thread with some of the environments. */
export class WorkerThread {
  readonly worker: number;
  readonly first: number;
  readonly count: number;
  readonly #thread: Worker;
  readonly #port: MessagePort;
  readonly #control: Int32Array;
  readonly #words: number;
  readonly #ended: Promise<void>;
  /** What its environments are, as soon as they are made. */
  readonly ready: Promise<readonly EnvDescription[]>;
  #closing: Promise<void> | undefined;
  #closeFailure: VectorEnvError | undefined;

  constructor(data: Omit<EnvWorkerData, "port">, { onAnswered, onDeath }: WorkerEvents) {
    const { port1, port2 } = new MessageChannel();
    this.worker = data.worker;
    this.first = data.first;
    this.count = data.count;
    this.#control = data.control;
    this.#words = wordsOf(data.worker);
    this.#port = port1;
    const workerData: EnvWorkerData = { ...data, port: port2 };
    this.#thread = new Worker(workerUrl(import.meta.url, "env-worker"), {
      workerData,
      transferList: [port2],
      name: `environments ${data.first} to ${data.first + data.count - 1}`,
    });
    this.#ended = new Promise((resolve) => this.#thread.once("exit", () => resolve()));
    this.ready = new Promise((resolve, reject) => {
      let starting = true;
      const die = (what: Error | string) => {
        if (starting) reject(this.failure("being made", what));
        else if (!this.#closing) onDeath(what);
      };
      this.#thread.on("message", (message: WorkerMessage) => {
        if (message.kind === "ready") {
          starting = false;
          resolve(message.envs);
        } else if (message.kind === "answered") onAnswered();
        else if (message.kind === "failed") {
          const { slot, error } = message;
          const failure = this.failure(starting ? "being made" : "close()", fromPlainError(error), { slot });
          if (starting) reject(failure);
          else this.#closeFailure = failure;
        }
      });
      this.#thread.on("error", die);
      this.#thread.on("exit", (code) => die(`its thread ended with exit code ${code}.`));
    });
  }

  /** Says what went wrong in this worker; without a slot it concerns all of them. */
  failure(
    doing: string,
    what: Error | string,
    { slot, closed }: { slot?: number; closed?: boolean } = {},
  ): VectorEnvError {
    const envs = slot === undefined ? Array.from({ length: this.count }, (_, i) => this.first + i) : [slot];
    const cause = typeof what === "string" ? undefined : what;
    return new VectorEnvError({
      envs,
      worker: this.worker,
      doing,
      what: cause?.message ?? String(what),
      closed,
      cause,
    });
  }

  /** Wakes the worker for a call; without an order it is a step with actions in shared memory. */
  give(order: Order | undefined): void {
    if (order) this.#port.postMessage(order);
    Atomics.store(this.#control, this.#words + BY_MESSAGE, order ? 1 : 0);
    this.#wake();
  }

  /** What it has answered by message; undefined: shared memory says it all. */
  take(): Answer | undefined {
    if (Atomics.load(this.#control, this.#words + ANSWERED) === 0) return undefined;
    return receiveMessageOnPort(this.#port)?.message as Answer;
  }

  /** Whether the process stays alive for it. */
  hold(held: boolean): void {
    if (held) this.#thread.ref();
    else this.#thread.unref();
  }

  /** Lets it close its environments, then ends it; what they threw is thrown. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.hold(true);
    Atomics.store(this.#control, this.#words + CLOSE, 1);
    this.#wake();
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GRACE);
    });
    await Promise.race([this.#ended, grace]);
    clearTimeout(timer);
    await this.#thread.terminate();
    this.#port.close();
    if (this.#closeFailure) throw this.#closeFailure;
  }

  #wake(): void {
    Atomics.add(this.#control, this.#words + CALL, 1);
    Atomics.notify(this.#control, this.#words + CALL);
  }
}
