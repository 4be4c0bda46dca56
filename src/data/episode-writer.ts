import { join } from "node:path";
import { writeFileAtomic } from "../base/write-file.ts";
import type { EnvSpec } from "../core/env.ts";
import type { Space } from "../core/spaces/space.ts";
import { layoutOf } from "./array-layout.ts";
import { type Dataset, openDataset } from "./dataset.ts";
import {
  DATASET_FORMAT,
  DATASET_VERSION,
  type DatasetHeader,
  datasetFingerprint,
  readDatasetHeader,
  shardName,
  writeDatasetHeader,
} from "./dataset-header.ts";
import type { Episode } from "./episode.ts";
import { DatasetError } from "./errors.ts";
import { SHARD_VERSION, ShardBuilder, type ShardHeader } from "./shard.ts";

export interface EpisodeWriterOptions {
  readonly directory: string;
  readonly env: EnvSpec | { readonly id: string };
  readonly observationSpace: Space<unknown>;
  readonly actionSpace: Space<unknown>;
  /** Names of the policies that acted; an episode's `behaviour` counts in this list. */
  readonly behaviours: readonly string[];
  /** Episodes a file; default 32. */
  readonly shardEpisodes?: number;
}

/** Writes episodes that come from anywhere (a person's play, a search) as a dataset of their own. */
export class EpisodeWriter {
  readonly #directory: string;
  readonly #header: DatasetHeader;
  readonly #shardHeader: ShardHeader;
  #builder: ShardBuilder;
  #count = 0;
  readonly #sums = { steps: 0, terminated: 0, truncated: 0 };

  private constructor(directory: string, header: DatasetHeader, shardHeader: ShardHeader) {
    this.#directory = directory;
    this.#header = header;
    this.#shardHeader = shardHeader;
    this.#builder = new ShardBuilder(shardHeader);
  }

  static async create(options: EpisodeWriterOptions): Promise<EpisodeWriter> {
    const { directory, env, observationSpace, actionSpace, behaviours, shardEpisodes = 32 } = options;
    if (await readDatasetHeader(directory)) {
      throw new DatasetError(`Expected no dataset in ${directory}, got one. Choose another directory or delete it.`);
    }
    const header: DatasetHeader = {
      format: DATASET_FORMAT,
      version: DATASET_VERSION,
      env: { ...env },
      observationSpace: observationSpace.toJSON(),
      actionSpace: actionSpace.toJSON(),
      behaviours: behaviours.map((name) => ({ name, weight: 1 })),
      shardEpisodes,
      episodes: 0,
      complete: false,
    };
    const shardHeader = {
      version: SHARD_VERSION,
      dataset: datasetFingerprint(header),
      observation: layoutOf(observationSpace),
      action: layoutOf(actionSpace),
    } as const;
    return new EpisodeWriter(directory, header, shardHeader);
  }

  /** Adds an episode under the next number; its own `index` is not looked at. */
  async add(episode: Episode): Promise<void> {
    this.#builder.add({ ...episode, index: this.#count });
    this.#count++;
    this.#sums.steps += episode.steps;
    this.#sums.terminated += Number(episode.terminated);
    this.#sums.truncated += Number(episode.truncated);
    if (this.#builder.count === this.#header.shardEpisodes) await this.#flush();
  }

  /** Writes what is left and opens the dataset. */
  async close(): Promise<Dataset> {
    if (this.#builder.count > 0) await this.#flush();
    const counts = { episodes: this.#count, ...this.#sums };
    await writeDatasetHeader(this.#directory, { ...this.#header, episodes: this.#count, complete: true, counts });
    return openDataset(this.#directory);
  }

  async #flush(): Promise<void> {
    const shard = Math.ceil(this.#count / this.#header.shardEpisodes) - 1;
    await writeFileAtomic(join(this.#directory, shardName(shard)), this.#builder.bytes());
    this.#builder = new ShardBuilder(this.#shardHeader);
  }
}
