import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../base/write-file.ts";
import { DatasetError } from "./errors.ts";

export const DATASET_FORMAT = "reverie-dataset";
export const DATASET_VERSION = 1;

const SpaceRecord = z.looseObject({ type: z.string() });

/** One of the behaviours that acted in a dataset. */
export const BehaviourRecord = z.strictObject({
  /** The policy's name, e.g. `held-random`. */
  name: z.string(),
  export: z.string().optional(),
  options: z.record(z.string(), z.unknown()).optional(),
  weight: z.number().positive().default(1),
});
export type BehaviourRecord = z.output<typeof BehaviourRecord>;

/** Sums over a dataset's episodes. */
export const DatasetCounts = z.strictObject({
  episodes: z.int().min(0),
  steps: z.int().min(0),
  terminated: z.int().min(0),
  truncated: z.int().min(0),
});
export type DatasetCounts = z.infer<typeof DatasetCounts>;

/** `dataset.json`: what the episodes are, and whether all of them are there. */
export const DatasetHeader = z.strictObject({
  format: z.literal(DATASET_FORMAT),
  version: z.literal(DATASET_VERSION),
  env: z.looseObject({ id: z.string() }),
  observationSpace: SpaceRecord,
  actionSpace: SpaceRecord,
  behaviours: z.array(BehaviourRecord),
  seed: z.int().min(0).optional(),
  maximumSteps: z.int().positive().optional(),
  shardEpisodes: z.int().positive(),
  /** Episodes that were asked for. */
  episodes: z.int().min(0),
  complete: z.boolean(),
  counts: DatasetCounts.optional(),
});
export type DatasetHeader = z.output<typeof DatasetHeader>;

/** What every episode depends on: two headers with the same fingerprint belong to the same endless row of episodes. */
export function datasetFingerprint(header: DatasetHeader): string {
  const { episodes: _, complete: __, counts: ___, ...settings } = header;
  return createHash("sha256").update(canonical(settings)).digest("hex").slice(0, 16);
}

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** `shard-00007.episodes` */
export function shardName(shard: number): string {
  return `shard-${String(shard).padStart(5, "0")}.episodes`;
}

/** Writes `dataset.json`. */
export async function writeDatasetHeader(directory: string, header: DatasetHeader): Promise<void> {
  await writeFileAtomic(join(directory, "dataset.json"), `${JSON.stringify(DatasetHeader.parse(header))}\n`);
}

/** Reads `dataset.json`; undefined where there is none. */
export async function readDatasetHeader(directory: string): Promise<DatasetHeader | undefined> {
  const path = join(directory, "dataset.json");
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new DatasetError(`Expected JSON in ${path}, got ${JSON.stringify(text.slice(0, 40))}. Collect again.`, {
      cause,
    });
  }
  const header = DatasetHeader.safeParse(json);
  if (header.success) return header.data;
  throw new DatasetError(
    `Expected ${path} to describe a ${DATASET_FORMAT} of version ${DATASET_VERSION}, got:\n` +
      `${z.prettifyError(header.error)}\nOpen another directory, or collect again.`,
  );
}
