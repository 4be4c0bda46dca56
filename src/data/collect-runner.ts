import { Worker } from "node:worker_threads";
import { workerUrl } from "../base/worker-url.ts";
import type { ParsedCollectConfig } from "./collect-config.ts";
import type { CollectWorkerData, CollectWorkerMessage } from "./collect-worker.ts";
import type { CollectionDescription, Collector, ShardOrder } from "./collector.ts";
import { CollectError } from "./errors.ts";

/** A collector wherever it lives: in a thread of its own or in this one. */
export interface CollectRunner {
  readonly description: CollectionDescription;
  collectShard(order: ShardOrder, onEpisode: (steps: number) => void): Promise<void>;
  /** Ends it, at once where `force`; twice is harmless. */
  stop(options: { force: boolean }): Promise<void>;
}

/** Milliseconds that an interrupted collector has to end by itself before its thread is terminated. */
const GRACE = 400;

/** Starts a collector in a worker thread. `name` is for error messages; `signal` ends it while it starts. */
export async function startThread(
  config: ParsedCollectConfig,
  name: string,
  signal?: AbortSignal,
): Promise<CollectRunner> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const workerData: CollectWorkerData = { config, stop };
  const worker = new Worker(workerUrl(import.meta.url, "collect-worker"), { workerData, name });
  const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  let failure: Error | undefined; // once a thread has failed it stays so
  let doing = "starting";
  let listener: { onMessage: (message: CollectWorkerMessage) => void; reject: (error: Error) => void } | undefined;

  const fail = (cause: Error | undefined, what: string) => {
    failure ??= new CollectError(`Expected ${name} to go on with ${doing}, got: ${what}`, { cause });
    listener?.reject(failure);
  };
  worker.on("message", (message: CollectWorkerMessage) => {
    if (message.kind === "error") fail(message.error, message.error.message);
    else listener?.onMessage(message);
  });
  worker.on("error", (error: Error) => fail(error, error.message));
  worker.on("exit", (code) => fail(undefined, `its thread ended with exit code ${code}.`));

  const ask = async <T>(take: (message: CollectWorkerMessage, resolve: (value: T) => void) => void): Promise<T> => {
    try {
      return await new Promise<T>((resolve, reject) => {
        if (failure) reject(failure);
        listener = { reject, onMessage: (message) => take(message, resolve) };
      });
    } finally {
      listener = undefined;
    }
  };
  const end = async ({ force }: { force: boolean }) => {
    if (force) Atomics.store(stop, 0, 1);
    worker.postMessage("close");
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GRACE);
    });
    await Promise.race(force ? [ended, grace] : [ended]);
    clearTimeout(timer);
    await worker.terminate();
  };

  const onAbort = () => void worker.terminate();
  signal?.addEventListener("abort", onAbort);
  try {
    const description = await ask<CollectionDescription>((message, resolve) => {
      if (message.kind === "ready") resolve(message.description);
    });
    return {
      description,
      collectShard(order, onEpisode) {
        doing = describeOrder(config, order);
        worker.postMessage(order);
        return ask<void>((message, resolve) => {
          if (message.kind === "episode") onEpisode(message.steps);
          else if (message.kind === "shard") resolve();
        });
      },
      stop: end,
    };
  } catch (error) {
    await worker.terminate();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Starts a collector in this thread; it lets timers and signals through a few times a second. */
export async function startInline(config: ParsedCollectConfig, signal?: AbortSignal): Promise<CollectRunner> {
  // The built module, as in a thread, so that it shares its registry with the modules it imports.
  const module = (await import(workerUrl(import.meta.url, "collector").href)) as { Collector: typeof Collector };
  let collector: Collector;
  try {
    collector = await module.Collector.create(config);
  } catch (cause) {
    throw new CollectError(`Expected the collector to go on with starting, got: ${(cause as Error).message}`, {
      cause,
    });
  }
  let last = performance.now();
  let stopped = false;
  const onStep = () => {
    if (performance.now() - last < 100) return;
    return new Promise<void>((resolve, reject) => {
      setImmediate(() => {
        last = performance.now();
        if (signal?.aborted) reject(signal.reason);
        else resolve();
      });
    });
  };
  return {
    description: collector.describe(),
    async collectShard(order, onEpisode) {
      try {
        await collector.collectShard(order, { onStep, onEpisode });
      } catch (cause) {
        signal?.throwIfAborted();
        const what = (cause as Error).message;
        throw new CollectError(`Expected the collector to go on with ${describeOrder(config, order)}, got: ${what}`, {
          cause,
        });
      }
    },
    async stop() {
      if (stopped) return;
      stopped = true;
      await collector.close();
    },
  };
}

function describeOrder({ env, episodes, shardEpisodes }: ParsedCollectConfig, { shard }: ShardOrder): string {
  const last = Math.min(episodes, (shard + 1) * shardEpisodes) - 1;
  return `episodes ${shard * shardEpisodes} to ${last} of ${env.id}`;
}
