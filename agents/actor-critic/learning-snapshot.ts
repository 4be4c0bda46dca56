import { access } from "node:fs/promises";
import { deserialize, serialize } from "node:v8";
import { CheckpointError, describe } from "../../src/base/errors.ts";
import type { NdArray, Parameters } from "../../src/compute/array.ts";
import { loadCheckpoint, saveCheckpoint } from "../../src/compute/checkpoint.ts";
import type { EnvState } from "../../src/core/env.ts";
import type { FlowState } from "../vector-flow.ts";
import type { TallyState } from "./episode-tally.ts";
import type { Rollout } from "./rollout.ts";
import type { LearnerState } from "./update.ts";

/** Where training stands beside the weights: between two steps of a rollout. */
export interface LearningPlace {
  /** Rollouts that were learned from. */
  readonly rollouts: number;
  /** Optimizer steps. */
  readonly updates: number;
  readonly statistics: EnvState;
  readonly tally: TallyState;
  /** The rollout that is being lived and the environment in the midst of it; absent where that cannot be saved. */
  readonly midst?: {
    readonly t: number;
    readonly rollout: Rollout;
    readonly flow: FlowState;
    readonly environment: EnvState;
  };
}

export interface LearningSnapshot {
  readonly state: LearnerState;
  readonly place: LearningPlace;
}

const KIND = "actor-critic-training";

/** `identity`: all that must be the same for training to go on; JSON-able. */
export async function writeLearning(
  path: string,
  identity: unknown,
  { state, place }: LearningSnapshot,
): Promise<void> {
  const bytes = new Uint8Array(serialize(place)); // an environment's state has a form of its own
  await saveCheckpoint(path, {
    kind: KIND,
    config: identity,
    parameters: {
      ...prefixed("weights", state.weights),
      ...prefixed("adam.m", state.adam.m),
      ...prefixed("adam.v", state.adam.v),
      place: { shape: [bytes.length], dtype: "uint8", data: bytes },
    },
  });
}

/** The snapshot at `path`, or undefined where there is none. */
export async function readLearning(path: string, identity: unknown): Promise<LearningSnapshot | undefined> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return undefined;
  const { config, parameters } = await loadCheckpoint(path, { kind: KIND });
  if (JSON.stringify(config) !== JSON.stringify(identity)) {
    throw new CheckpointError(
      `Expected ${path} to hold a training with ${describeDifference(identity, config)}. ` +
        "Go on with what it was begun with, or remove the file to begin anew.",
    );
  }
  return {
    state: {
      weights: unprefixed("weights", parameters),
      adam: { m: unprefixed("adam.m", parameters), v: unprefixed("adam.v", parameters) },
    },
    place: deserialize(parameters["place"].data as Uint8Array) as LearningPlace,
  };
}

function describeDifference(expected: unknown, found: unknown): string {
  const [wanted, got] = [expected, found] as Record<string, unknown>[];
  const differs = Object.keys(wanted).find((key) => JSON.stringify(wanted[key]) !== JSON.stringify(got[key])) ?? "";
  return `${differs} ${describe(wanted[differs])}, got ${describe(got[differs])}`;
}

function prefixed(prefix: string, arrays: Parameters): Record<string, NdArray> {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));
}

function unprefixed(prefix: string, arrays: Parameters): Record<string, NdArray> {
  const own = Object.entries(arrays).filter(([name]) => name.startsWith(`${prefix}/`));
  return Object.fromEntries(own.map(([name, array]) => [name.slice(prefix.length + 1), array]));
}
