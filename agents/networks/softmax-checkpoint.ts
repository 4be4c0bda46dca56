import { CheckpointError } from "../../src/base/errors.ts";
import { loadCheckpoint, saveCheckpoint } from "../../src/compute/checkpoint.ts";
import type { SoftmaxActor } from "./softmax-actor.ts";

/** What a checkpoint keeps of a policy. */
export type SavedSoftmax = Pick<SoftmaxActor, "weights" | "normalizer" | "actions"> & {
  readonly config: Readonly<Record<string, unknown>>;
};

export async function saveSoftmax(path: string, kind: string, policy: SavedSoftmax): Promise<void> {
  const { config, actions, weights, normalizer } = policy;
  await saveCheckpoint(path, {
    kind,
    config: { ...config, actions },
    parameters: { ...weights, "observation.mean": normalizer.mean, "observation.scale": normalizer.scale },
  });
}

export async function loadSoftmax(path: string, kind: string): Promise<SavedSoftmax> {
  const checkpoint = await loadCheckpoint(path, { kind });
  const { actions, ...config } = checkpoint.config as { actions: readonly number[] };
  const { "observation.mean": mean, "observation.scale": scale, ...weights } = checkpoint.parameters;
  if (!mean || !scale || !Array.isArray(actions))
    throw new CheckpointError(
      `Expected ${path} to say how observations are normalised and what the outputs stand for, got neither or one. ` +
        "Train the policy again.",
    );
  return { config, actions, weights, normalizer: { mean, scale } };
}
