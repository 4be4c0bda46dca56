import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ConfigError, describe } from "../base/errors.ts";
import { CollectConfig, type ParsedCollectConfig } from "./collect-config.ts";
import { type CollectRunner, startInline, startThread } from "./collect-runner.ts";
import type { CollectionDescription } from "./collector.ts";
import { type Dataset, openDataset, openShard } from "./dataset.ts";
import {
  DATASET_FORMAT,
  DATASET_VERSION,
  DatasetHeader,
  datasetFingerprint,
  readDatasetHeader,
  shardName,
  writeDatasetHeader,
} from "./dataset-header.ts";
import { DatasetError } from "./errors.ts";

export interface CollectProgress {
  /** Episodes that are there, those of an earlier run included. */
  readonly done: number;
  readonly total: number;
  /** Steps taken in this run. */
  readonly steps: number;
}

export interface CollectOptions extends CollectConfig {
  readonly directory: string;
  /** Worker threads; 0 collects in this thread. The result is the same, to the byte. Default 1. */
  readonly workers?: number;
  readonly onProgress?: (progress: CollectProgress) => void;
  /** Stops within a second and rejects with the signal's reason; the shards that are whole are kept. */
  readonly signal?: AbortSignal;
}

/**
 * Plays episodes and stores them as a dataset. What is there already is kept: an interrupted collection goes on where
 * it stopped and ends with the same bytes, and asking for more episodes adds to those that are there.
 */
export async function collect(options: CollectOptions): Promise<Dataset> {
  const { directory, workers = 1, onProgress, signal, ...rest } = options;
  const config = parse(rest);
  if (!Number.isInteger(workers) || workers < 0) {
    throw new ConfigError(`Expected workers to be an integer ≥ 0, got ${describe(workers)}.`);
  }
  signal?.throwIfAborted();
  const first = await start(config, workers, 0, signal);
  const runners: CollectRunner[] = [first];
  let finished = false;
  let onAbort: (() => void) | undefined;
  try {
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener("abort", onAbort);
    });
    aborted.catch(() => undefined); // it is raced below; alone it is no failure
    signal?.throwIfAborted();
    const header = await prepare(directory, headerOf(config, first.description));
    if (header.complete) {
      finished = true;
      onProgress?.({ done: header.episodes, total: header.episodes, steps: 0 });
      return await openDataset(directory);
    }
    const fingerprint = datasetFingerprint(header);
    const { pending, kept } = await survey(directory, header, fingerprint);
    const progress = { done: kept, total: header.episodes, steps: 0 };
    onProgress?.({ ...progress });
    const onEpisode = (steps: number) => {
      progress.done++;
      progress.steps += steps;
      onProgress?.({ ...progress });
    };
    const work = async (runner: CollectRunner) => {
      for (let shard = pending.shift(); shard !== undefined; shard = pending.shift()) {
        await runner.collectShard({ directory, fingerprint, shard }, onEpisode);
      }
    };
    const others = Array.from({ length: Math.min(workers, pending.length) - 1 }, async (_, i) => {
      const runner = await start(config, workers, i + 1, signal);
      runners.push(runner);
      if (finished) await runner.stop({ force: true });
      else await work(runner);
    });
    for (const other of others) other.catch(() => undefined); // awaited below, unless an earlier one fails
    await Promise.race([aborted, Promise.all([work(first), ...others])]);
    await finish(directory, header, fingerprint);
    finished = true;
    return await openDataset(directory);
  } finally {
    if (onAbort) signal?.removeEventListener("abort", onAbort);
    const force = !finished;
    finished = true;
    await Promise.all(runners.map((runner) => runner.stop({ force })));
    if (force) await removeTemporaries(directory);
  }
}

function parse(config: CollectConfig): ParsedCollectConfig {
  const parsed = CollectConfig.safeParse(config);
  if (parsed.success) return parsed.data;
  throw new ConfigError(`Expected settings of a collection, got:\n${z.prettifyError(parsed.error)}`);
}

async function start(config: ParsedCollectConfig, workers: number, index: number, signal?: AbortSignal) {
  return workers === 0
    ? startInline(config, signal)
    : startThread(config, `collector ${index + 1} of ${workers}`, signal);
}

function headerOf(config: ParsedCollectConfig, description: CollectionDescription): DatasetHeader {
  const header = {
    format: DATASET_FORMAT,
    version: DATASET_VERSION,
    env: { ...description.env },
    observationSpace: description.observationSpace,
    actionSpace: description.actionSpace,
    behaviours: config.behaviour.map(({ options, weight, ...source }, i) => {
      return { name: description.behaviours[i], export: source.export, options, weight };
    }),
    seed: config.seed,
    maximumSteps: config.maximumSteps,
    shardEpisodes: config.shardEpisodes,
    episodes: config.episodes,
    complete: false,
  };
  return DatasetHeader.parse(JSON.parse(JSON.stringify(header))); // as it will be read back
}

/** Writes the header, or finds the one of the same collection that is there. */
async function prepare(directory: string, wanted: DatasetHeader): Promise<DatasetHeader> {
  const found = await readDatasetHeader(directory);
  if (found) {
    const differing = (Object.keys({ ...wanted, ...found }) as (keyof DatasetHeader)[]).filter(
      (key) =>
        !["episodes", "complete", "counts"].includes(key) && JSON.stringify(found[key]) !== JSON.stringify(wanted[key]),
    );
    if (differing.length > 0) {
      const shown = differing.map((key) => `${key}: ${JSON.stringify(found[key])?.slice(0, 200)}`).join("; ");
      throw new DatasetError(
        `Expected ${directory} to be empty or to hold this same collection, got one with another ${shown}. ` +
          "Choose another directory, or delete this one.",
      );
    }
    if (found.episodes > wanted.episodes) {
      throw new DatasetError(
        `Expected at most ${wanted.episodes} episodes in ${directory}, got ${found.episodes}. ` +
          "Ask for as many or more, or choose another directory.",
      );
    }
    if (found.complete && found.episodes === wanted.episodes) return found;
  }
  await writeDatasetHeader(directory, wanted);
  return wanted;
}

/** Which shards are still to be made, and how many episodes are there. */
async function survey(directory: string, header: DatasetHeader, fingerprint: string) {
  const pending: number[] = [];
  let kept = 0;
  for (let shard = 0; shard * header.shardEpisodes < header.episodes; shard++) {
    const expected = Math.min(header.shardEpisodes, header.episodes - shard * header.shardEpisodes);
    const count = await openShard(join(directory, shardName(shard)), fingerprint).then(
      (reader) => reader.infos.length,
      (error: unknown) => {
        if (error instanceof DatasetError) return 0; // missing, cut short or of another collection: made anew
        throw error;
      },
    );
    if (count === expected) kept += count;
    else pending.push(shard);
  }
  return { pending, kept };
}

async function finish(directory: string, header: DatasetHeader, fingerprint: string): Promise<void> {
  const counts = { episodes: 0, steps: 0, terminated: 0, truncated: 0 };
  for (let shard = 0; shard * header.shardEpisodes < header.episodes; shard++) {
    for (const info of (await openShard(join(directory, shardName(shard)), fingerprint)).infos) {
      counts.episodes++;
      counts.steps += info.steps;
      counts.terminated += Number(info.terminated);
      counts.truncated += Number(info.truncated);
    }
  }
  await writeDatasetHeader(directory, { ...header, complete: true, counts });
}

/** What interrupted writes have left behind. */
async function removeTemporaries(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names) if (name.endsWith(".tmp")) await rm(join(directory, name), { force: true });
}
