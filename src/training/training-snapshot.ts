import { access } from "node:fs/promises";
import { CheckpointError } from "../base/errors.ts";
import type { ArrayTree, NdArray, Parameters } from "../compute/array.ts";
import { loadCheckpoint, saveCheckpoint } from "../compute/checkpoint.ts";
import type { OptimizerState } from "./optimizer.ts";
import type { Carry, Trainable } from "./trainable.ts";

export interface BestWeights {
  readonly step: number;
  readonly figures: Readonly<Record<string, number>> & { readonly loss: number };
  readonly weights: Parameters;
}

/** All that training needs to go on exactly where it was. */
export interface Snapshot {
  readonly weights: Parameters;
  readonly optimizer: OptimizerState;
  readonly carry: Carry;
  readonly step: number;
  /** The batch source's place. */
  readonly source: unknown;
  readonly best?: BestWeights;
  /** Validations since the best one. */
  readonly stale: number;
}

const KIND = "training-snapshot";

export async function writeSnapshot(path: string, name: string, snapshot: Snapshot): Promise<void> {
  const { weights, optimizer, carry, best, step, source, stale } = snapshot;
  await saveCheckpoint(path, {
    kind: KIND,
    config: { name, step, source, stale, best: best && { step: best.step, figures: best.figures } },
    parameters: {
      ...prefixed("weights", weights),
      ...prefixed("adam.m", optimizer.adam.m),
      ...prefixed("adam.v", optimizer.adam.v),
      ...prefixed("muon", optimizer.muon),
      ...prefixed("carry", carry as Parameters),
      ...(best && prefixed("best", best.weights)),
    },
  });
}

/** The snapshot at `path`, or undefined where there is none. */
export async function readSnapshot<Batch extends ArrayTree, C extends Carry>(
  path: string,
  trainable: Trainable<Batch, C>,
): Promise<Snapshot | undefined> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return undefined;
  const { config, parameters } = await loadCheckpoint(path, { kind: KIND });
  const { name, step, source, stale, best } = config as {
    name: string;
    step: number;
    source: unknown;
    stale: number;
    best?: Omit<BestWeights, "weights">;
  };
  const weights = unprefixed("weights", parameters);
  checkShapes(path, trainable.parameters, weights, { expected: trainable.name, found: name });
  return {
    weights,
    optimizer: {
      adam: { m: unprefixed("adam.m", parameters), v: unprefixed("adam.v", parameters) },
      muon: unprefixed("muon", parameters),
    },
    carry: unprefixed("carry", parameters),
    step,
    source,
    stale,
    ...(best && { best: { ...best, weights: unprefixed("best", parameters) } }),
  };
}

function prefixed(prefix: string, arrays: Parameters): Record<string, NdArray> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));
}

function unprefixed(prefix: string, arrays: Parameters): Record<string, NdArray> {
  const own = Object.entries(arrays).filter(([name]) => name.startsWith(`${prefix}/`));
  return Object.fromEntries(own.map(([name, array]) => [name.slice(prefix.length + 1), array]));
}

function checkShapes(
  path: string,
  expected: Parameters,
  found: Parameters,
  names: { expected: string; found: string },
) {
  const same =
    names.expected === names.found &&
    Object.entries(expected).every(([name, { shape }]) => String(found[name]?.shape) === String(shape));
  if (!same)
    throw new CheckpointError(
      `Expected ${path} to hold the training of ${names.expected} with the configured sizes, ` +
        `got that of ${names.found} with others. Use another run folder, or remove the file to begin anew.`,
    );
}
