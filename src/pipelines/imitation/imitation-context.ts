import type { BehaviourCloningConfig } from "../../../agents/behaviour-cloning/clone-behaviour.ts";
import type { Progress } from "../../training/progress.ts";

/** What every part of an imitation works with. */
export interface ImitationContext {
  readonly seed: number;
  /** For what is gone in the end: episodes, snapshots, metrics. */
  readonly folder: string;
  readonly cloning: BehaviourCloningConfig;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Rows of every batch: episodes side by side, environments played at once. */
export const BATCH = 16;
