/** The thread of one collector: makes it, then collects one shard for each message. */
import { parentPort, workerData } from "node:worker_threads";
import type { ParsedCollectConfig } from "./collect-config.ts";
import { type CollectionDescription, Collector, type ShardOrder } from "./collector.ts";

/** What a collector's thread is started with. */
export interface CollectWorkerData {
  readonly config: ParsedCollectConfig;
  /** One number in shared memory; anything but 0 asks to stop. */
  readonly stop: Int32Array;
}

/** What a collector's thread says. */
export type CollectWorkerMessage =
  | { readonly kind: "ready"; readonly description: CollectionDescription }
  | { readonly kind: "episode"; readonly steps: number }
  | { readonly kind: "shard" }
  | { readonly kind: "error"; readonly error: Error };

const port = parentPort;
if (!port) throw new Error("Expected collect-worker to be started as a worker thread.");
const { config, stop } = workerData as CollectWorkerData;
const say = (message: CollectWorkerMessage) => port.postMessage(message);

const onStep = () => {
  if (Atomics.load(stop, 0) !== 0) throw new Error("stopped");
};

try {
  const collector = await Collector.create(config);
  port.on("message", async (order: ShardOrder | "close") => {
    try {
      if (order === "close") {
        await collector.close();
        port.close();
        return;
      }
      await collector.collectShard(order, { onStep, onEpisode: (steps) => say({ kind: "episode", steps }) });
      say({ kind: "shard" });
    } catch (error) {
      say({ kind: "error", error: asError(error) });
    }
  });
  say({ kind: "ready", description: collector.describe() });
} catch (error) {
  say({ kind: "error", error: asError(error) });
}

/** An error that survives the way between threads. */
function asError(thrown: unknown): Error {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const plain = new Error(error.message);
  plain.stack = error.stack;
  return plain;
}
