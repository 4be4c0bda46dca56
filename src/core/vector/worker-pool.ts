import { ConfigError } from "../../base/errors.ts";
import { PendingCallError, VectorEnvClosedError, type VectorEnvError } from "./errors.ts";
import {
  type Answer,
  BUSY,
  type EnvDescription,
  type EnvWorkerData,
  fromPlainError,
  type Order,
  WORDS,
} from "./worker-protocol.ts";
import { WorkerThread } from "./worker-thread.ts";

/** What all workers of a pool are started with. */
export type PoolData = Pick<EnvWorkerData, "slots" | "id" | "options" | "modules" | "wrappers" | "autoreset">;

/** Some worker threads among which a vector's environments are dealt out, and which are given one call at a time. */
export class WorkerPool {
  readonly threads: readonly WorkerThread[];
  readonly #control: Int32Array;
  #pending: { doing: string; resolve: () => void; reject: (failure: Error) => void } | undefined;
  #failure: VectorEnvError | undefined;
  #failureTold = false;
  #closing: Promise<void> | undefined;

  constructor(workers: number, data: PoolData) {
    const control = new Int32Array(new SharedArrayBuffer(4 * WORDS * (workers + 1)));
    this.#control = control;
    this.threads = Array.from({ length: workers }, (_, worker) => {
      const first = Math.floor((worker * data.slots) / workers);
      const count = Math.floor(((worker + 1) * data.slots) / workers) - first;
      try {
        return new WorkerThread(
          { ...data, worker, first, count, control },
          { onAnswered: () => this.#pending?.resolve(), onDeath: (what) => this.#die(worker, what) },
        );
      } catch (error) {
        throw travelError("being made", error); // the first of them: what it is started with is the same for all
      }
    });
  }

  /** What the environments are, by slot, once they are made. */
  async ready(): Promise<EnvDescription[]> {
    return (await Promise.all(this.threads.map((thread) => thread.ready))).flat();
  }

  /** Throws where the workers are busy; where they are closed gives a promise that rejects, once they really are. */
  enter(what: string): Promise<never> | undefined {
    if (this.#closing) return this.#refuse(what, this.#closing);
    if (this.#pending) throw new PendingCallError(what, this.#pending.doing);
    return undefined;
  }

  /** A failure that came between two calls is told here. */
  async #refuse(what: string, closing: Promise<void>): Promise<never> {
    await closing.catch(() => undefined);
    const [failure, told] = [this.#failure, this.#failureTold];
    this.#failureTold = true;
    throw failure && !told ? failure : new VectorEnvClosedError(what, failure);
  }

  /**
   * Gives all workers one order and waits for their answers, one a worker; undefined where shared memory says it all.
   * Without an order: a step with actions in shared memory.
   */
  async ask(doing: string, order: Order | undefined): Promise<(Answer | undefined)[]> {
    try {
      await new Promise<void>((resolve, reject) => {
        this.#pending = { doing, resolve, reject };
        Atomics.store(this.#control, BUSY, this.threads.length);
        for (const thread of this.threads) {
          thread.hold(true);
          thread.give(order);
        }
      });
    } catch (error) {
      if (error === this.#failure) return await this.#fail(this.#failure!);
      throw travelError(doing, error);
    } finally {
      this.#pending = undefined;
      for (const thread of this.threads) thread.hold(false);
    }
    return this.#answers(doing, order);
  }

  /** Lets a call that is running end, closes every environment, and ends the threads. */
  async close(): Promise<void> {
    if (this.#closing)
      await this.#closing.catch(() => undefined); // the first close has told
    else await this.#end();
  }

  #answers(doing: string, order: Order | undefined): Promise<never> | (Answer | undefined)[] {
    const answers = this.threads.map((thread) => thread.take());
    const index = answers.findIndex((answer) => answer?.kind === "failed");
    if (index < 0) return answers;
    const { slot, error } = answers[index] as Extract<Answer, { kind: "failed" }>;
    const closed = order === undefined || order.kind === "step" || order.kind === "reset";
    const failure = this.threads[index].failure(doing, fromPlainError(error), { slot, closed });
    if (!closed) throw failure;
    this.#failure = failure;
    return this.#fail(failure);
  }

  /** Closes the others, then throws. */
  async #fail(failure: VectorEnvError): Promise<never> {
    this.#failureTold = true;
    await this.#end().catch(() => undefined); // that closing failed as well says nothing new
    throw failure;
  }

  #die(worker: number, what: Error | string): void {
    if (this.#failure) return;
    const failure = this.threads[worker].failure(this.#pending?.doing ?? "waiting for a call", what);
    this.#failure = failure;
    if (this.#pending) this.#pending.reject(failure);
    else this.#end().catch(() => undefined); // the next call tells
  }

  #end(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.threads.map((thread) => thread.close())).then((outcomes) => {
      this.#pending?.reject(new VectorEnvClosedError(`the end of ${this.#pending.doing}`, this.#failure));
      for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
    });
    return this.#closing;
  }
}

/** What has no form in which it could go to another thread is the caller's mistake. */
function travelError(doing: string, error: unknown): unknown {
  if (!(error instanceof DOMException)) return error;
  return new ConfigError(`Expected ${doing} with values that can go between threads, got: ${error.message}`);
}
