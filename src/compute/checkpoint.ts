import { readFile } from "node:fs/promises";
import { CheckpointError, describe } from "../base/errors.ts";
import { writeFileAtomic } from "../base/write-file.ts";
import type { Parameters } from "./array.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** Weights with all that is needed to use them. */
export interface Checkpoint {
  /** What it is a checkpoint of, as `vae`. */
  readonly kind: string;
  /** JSON-able. */
  readonly config: unknown;
  readonly parameters: Parameters;
}

const FORMAT = "reverie-gym";
const FORMAT_VERSION = 1;

/** Writes a checkpoint whole or not at all: a safetensors file whose metadata describes it. */
export async function saveCheckpoint(path: string, { kind, config, parameters }: Checkpoint): Promise<void> {
  const metadata = {
    format: FORMAT,
    formatVersion: String(FORMAT_VERSION),
    kind,
    config: JSON.stringify(config ?? null),
  };
  await writeFileAtomic(path, encodeSafetensors({ metadata, tensors: parameters }));
}

/** Reads a checkpoint, of this kind if one is given. */
export async function loadCheckpoint(path: string, { kind }: { readonly kind?: string } = {}): Promise<Checkpoint> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const got = error.code === "ENOENT" ? "no such file" : error.message;
    throw new CheckpointError(`Expected a checkpoint at ${path}, got ${got}. Check the path, or train first.`);
  });
  const { metadata, tensors } = decodeSafetensors(bytes, path);
  if (metadata["format"] !== FORMAT) {
    throw new CheckpointError(
      `Expected ${path} to be a checkpoint of ${FORMAT}, got a safetensors file of format ${describe(metadata["format"] ?? "unknown")}. Give the path of a file that ${FORMAT} wrote.`,
    );
  }
  const version = Number(metadata["formatVersion"]);
  if (version !== FORMAT_VERSION) {
    throw new CheckpointError(
      `Expected ${path} in format version ${FORMAT_VERSION}, got ${describe(metadata["formatVersion"])}. Use the version of ${FORMAT} that wrote it, or train again.`,
    );
  }
  if (kind !== undefined && metadata["kind"] !== kind) {
    throw new CheckpointError(
      `Expected ${path} to hold a ${kind}, got a ${describe(metadata["kind"])}. Give the path of a ${kind}.`,
    );
  }
  return { kind: metadata["kind"], config: parseConfig(path, metadata["config"]), parameters: tensors };
}

function parseConfig(path: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new CheckpointError(
      `Expected JSON as the configuration in ${path}, got ${describe(json)}. Copy or train it again.`,
    );
  }
}
