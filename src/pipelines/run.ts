import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { CheckpointError, ConfigError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/write-file.ts";

/** What a run folder belongs to; its config.json. */
export interface RunIdentity {
  readonly env: string;
  readonly pipeline: string;
  readonly preset: string;
  readonly seed: number;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Where every pipeline leaves the learned world, within the run's folder. */
export const WORLD_FILE = "models/world.safetensors";

/** Seeds of the episodes that count: nothing is collected, trained or chosen on them. */
export const TEST_SEED = 500_000;

/** A stage that is done, or under way: its seconds count over all runs that worked on it. */
export interface StageRecord {
  readonly name: string;
  readonly seconds: number;
  readonly done: boolean;
  readonly [figure: string]: unknown;
}

/** A folder in which a pipeline leaves the result of each stage, so that the same command goes on where it stopped. */
export class Run {
  readonly directory: string;
  readonly identity: RunIdentity;
  #stages: StageRecord[];

  private constructor(directory: string, identity: RunIdentity, stages: StageRecord[]) {
    this.directory = directory;
    this.identity = identity;
    this.#stages = stages;
  }

  /** Opens the folder for this work, or makes it, once `check` has let it pass; a ConfigError where it holds other work. */
  static async open(directory: string, identity: RunIdentity, check?: () => Promise<void>): Promise<Run> {
    const found = await readJson<RunIdentity>(join(directory, "config.json"));
    const wanted = JSON.parse(JSON.stringify(identity)) as RunIdentity;
    const difference = found && firstDifference(found, wanted);
    if (difference)
      throw new ConfigError(
        `Expected ${directory} to hold a run with ${difference.key} ${JSON.stringify(difference.wanted)}, got one with ` +
          `${JSON.stringify(difference.found)}. Choose another folder with --run, or remove this one.`,
      );
    await check?.();
    if (!found) await writeJson(join(directory, "config.json"), wanted);
    return new Run(directory, wanted, (await readJson<StageRecord[]>(join(directory, "stages.json"))) ?? []);
  }

  /** Opens a folder as it is. */
  static async existing(directory: string): Promise<Run> {
    const identity = await readJson<RunIdentity>(join(directory, "config.json"));
    if (!identity)
      throw new CheckpointError(
        `Expected a run in ${directory}, got no config.json. Train one with: reverie train <env>`,
      );
    return new Run(directory, identity, (await readJson<StageRecord[]>(join(directory, "stages.json"))) ?? []);
  }

  get stages(): readonly StageRecord[] {
    return this.#stages;
  }

  path(...parts: string[]): string {
    return join(this.directory, ...parts);
  }

  /** Does a stage's work unless it is done; what it returns stands in its record. */
  async stage(name: string, work: () => Promise<Readonly<Record<string, unknown>>>): Promise<StageRecord> {
    const before = this.#stages.find((stage) => stage.name === name);
    if (before?.done) return before;
    const begin = performance.now();
    const seconds = () => Math.round(10 * ((before?.seconds ?? 0) + (performance.now() - begin) / 1000)) / 10;
    try {
      const figures = await work();
      return await this.#record({ name, seconds: seconds(), done: true, ...figures });
    } catch (error) {
      await this.#record({ name, seconds: seconds(), done: false });
      throw error;
    }
  }

  async #record(record: StageRecord): Promise<StageRecord> {
    this.#stages = [...this.#stages.filter((stage) => stage.name !== record.name), record];
    await writeJson(this.path("stages.json"), this.#stages);
    return record;
  }
}

function firstDifference(found: RunIdentity, wanted: RunIdentity) {
  for (const key of ["env", "pipeline", "seed"] as const)
    if (found[key] !== wanted[key]) return { key, found: found[key], wanted: wanted[key] };
  return differenceWithin(found.config, wanted.config);
}

/** The first key, as `memory.steps`, whose values differ. */
function differenceWithin(
  found: unknown,
  wanted: unknown,
  path: readonly string[] = [],
): { key: string; found: unknown; wanted: unknown } | undefined {
  if (isDeepStrictEqual(found, wanted)) return undefined;
  if (!isSection(found) || !isSection(wanted)) return { key: path.join("."), found, wanted };
  for (const key of new Set([...Object.keys(found), ...Object.keys(wanted)])) {
    const difference = differenceWithin(found[key], wanted[key], [...path, key]);
    if (difference) return difference;
  }
  return undefined;
}

function isSection(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function readJson<T>(path: string): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new CheckpointError(`Expected to read ${path}, got ${(error as Error).message}. Choose another run folder.`, {
      cause: error,
    });
  }
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new CheckpointError(
      `Expected JSON in ${path}, got a file that is damaged. Remove the run folder and begin anew.`,
    );
  }
}

function writeJson(path: string, value: unknown): Promise<void> {
  return writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}
