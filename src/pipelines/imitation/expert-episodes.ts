import { join } from "node:path";
import type { Discrete } from "../../core/spaces/discrete.ts";
import type { Space } from "../../core/spaces/space.ts";
import { collect } from "../../data/collect.ts";
import type { CollectConfig } from "../../data/collect-config.ts";
import { type HeldOutEpisode, readHeldOut } from "../../evaluation/world-model/held-out.ts";
import type { ImitationContext } from "./imitation-context.ts";

/** Episodes of one kind of labels, some of them kept from learning. */
export interface SplitEpisodes {
  readonly training: readonly HeldOutEpisode[];
  readonly heldOut: readonly HeldOutEpisode[];
}

/** Neither runs nor evaluations of them collect from seeds above it. */
const EXPERT_SEEDS = 2 ** 33;
const TRAINING_SHARE = 0.8;

/** Lets the expert play, and keeps the last fifth of its episodes from learning; their actions are the real ones. */
export async function expertEpisodes(
  { seed, folder, progress, signal }: ImitationContext,
  {
    observationSpace,
    actionSpace,
    ...config
  }: Omit<CollectConfig, "seed"> & { observationSpace: Space<Uint8Array>; actionSpace: Discrete },
): Promise<SplitEpisodes> {
  const { episodes: count } = config;
  const stage = progress.stage({ name: "collect", total: count, unit: "episodes" });
  const dataset = await collect({
    ...config,
    seed: EXPERT_SEEDS + seed,
    directory: join(folder, "experts"),
    workers: 1,
    signal,
    onProgress: ({ done }) => stage.update(done),
  });
  const episodes = await readHeldOut(dataset, { observationSpace, actionSpace, limit: count, seed });
  stage.done({ summary: `${dataset.counts.steps.toLocaleString("en-US")} steps` });
  const kept = Math.min(count - 1, Math.max(1, Math.round(TRAINING_SHARE * count)));
  return { training: episodes.slice(0, kept), heldOut: episodes.slice(kept) };
}

/** T of all of them together. */
export function stepsOf(episodes: readonly HeldOutEpisode[]): number {
  return episodes.reduce((sum, { steps }) => sum + steps, 0);
}

/** One action a step, episode after episode. */
export function actionsOf(episodes: readonly HeldOutEpisode[]): number[] {
  return episodes.flatMap(({ actions }) => actions as readonly number[]);
}
