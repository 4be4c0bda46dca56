import { join } from "node:path";
import { ConfigError } from "../base/errors.ts";
import type { Space } from "../core/spaces/space.ts";
import { spaceFromJSON } from "../core/spaces/space-from-json.ts";
import type { ArrayLayout } from "./array-layout.ts";
import { layoutOf } from "./array-layout.ts";
import {
  type DatasetCounts,
  type DatasetHeader,
  datasetFingerprint,
  readDatasetHeader,
  shardName,
} from "./dataset-header.ts";
import type { Episode, EpisodeInfo, EpisodeStore } from "./episode.ts";
import { DatasetError } from "./errors.ts";
import { ShardReader } from "./shard-reader.ts";

/** Episodes on disk: everything but their arrays is in memory, an episode is read when it is asked for. */
export class Dataset implements EpisodeStore {
  readonly directory: string;
  readonly header: DatasetHeader;
  readonly observationSpace: Space<unknown>;
  readonly actionSpace: Space<unknown>;
  readonly observation: ArrayLayout;
  readonly action: ArrayLayout;
  readonly lengths: Uint32Array;
  readonly #places: readonly { readonly shard: ShardReader; readonly position: number }[];

  constructor(directory: string, header: DatasetHeader, shards: readonly ShardReader[]) {
    this.directory = directory;
    this.header = header;
    this.observationSpace = spaceFromJSON(header.observationSpace);
    this.actionSpace = spaceFromJSON(header.actionSpace);
    this.observation = layoutOf(this.observationSpace);
    this.action = layoutOf(this.actionSpace);
    this.#places = shards.flatMap((shard) => shard.infos.map((_, position) => ({ shard, position })));
    this.lengths = Uint32Array.from({ length: this.count }, (_, i) => this.info(i).steps);
  }

  get count(): number {
    return this.#places.length;
  }

  get counts(): DatasetCounts {
    const counts = { episodes: this.count, steps: 0, terminated: 0, truncated: 0 };
    for (let i = 0; i < this.count; i++) {
      const info = this.info(i);
      counts.steps += info.steps;
      counts.terminated += Number(info.terminated);
      counts.truncated += Number(info.truncated);
    }
    return counts;
  }

  info(index: number): EpisodeInfo {
    const { shard, position } = this.#place(index);
    return shard.infos[position];
  }

  async episode(index: number): Promise<Episode> {
    const { shard, position } = this.#place(index);
    return shard.episode(position);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Episode> {
    for (let i = 0; i < this.count; i++) yield this.episode(i);
  }

  #place(index: number): { readonly shard: ShardReader; readonly position: number } {
    const place = this.#places[index];
    if (!place) throw new ConfigError(`Expected an episode from 0 to ${this.count - 1}, got ${index}.`);
    return place;
  }
}

/** Opens a dataset that `collect` or an EpisodeWriter has finished. */
export async function openDataset(directory: string): Promise<Dataset> {
  const header = await readDatasetHeader(directory);
  if (!header) {
    throw new DatasetError(`Expected a dataset in ${directory}, got no dataset.json. Collect episodes there first.`);
  }
  if (!header.complete) {
    throw new DatasetError(
      `Expected a finished dataset in ${directory}, got one whose ${header.episodes} episodes are not all there. ` +
        "Run the same collection again: it goes on where it stopped.",
    );
  }
  const fingerprint = datasetFingerprint(header);
  const shards: ShardReader[] = [];
  for (let k = 0; k * header.shardEpisodes < header.episodes; k++) {
    shards.push(await openShard(join(directory, shardName(k)), fingerprint));
  }
  const dataset = new Dataset(directory, header, shards);
  if (dataset.count !== header.episodes) {
    throw new DatasetError(
      `Expected ${header.episodes} episodes in ${directory}, got ${dataset.count}. Collect again.`,
    );
  }
  return dataset;
}

/** Opens one shard of the dataset with this fingerprint. */
export async function openShard(path: string, fingerprint: string): Promise<ShardReader> {
  let shard: ShardReader;
  try {
    shard = await ShardReader.open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new DatasetError(`Expected the file ${path}, got none. Run the same collection again to make it.`, {
      cause: error,
    });
  }
  if (shard.header.dataset !== fingerprint) {
    throw new DatasetError(
      `Expected ${path} to belong to dataset ${fingerprint}, got one of dataset ${shard.header.dataset}. ` +
        "Delete the file and collect again: the other shards are kept.",
    );
  }
  return shard;
}
