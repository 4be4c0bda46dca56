import type { TypedArray } from "../core/spaces/dtype.ts";
import type { ArrayLayout } from "./array-layout.ts";

/** What is known of an episode without reading its arrays. */
export interface EpisodeInfo {
  /** Its number in the dataset, from 0. */
  readonly index: number;
  /** The seed its environment was reset with. */
  readonly seed: number;
  /** Which of the dataset's behaviours acted. */
  readonly behaviour: number;
  /** T: actions taken. */
  readonly steps: number;
  /** Sum of rewards, undiscounted. */
  readonly return: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

/**
 * One episode of T steps: action t was taken on observation t and gave reward t and observation t+1, so that there is
 * one observation more than there are actions. Only the last step can have ended the episode.
 */
export interface Episode extends EpisodeInfo {
  /** (T+1, …observation shape) */
  readonly observations: TypedArray;
  /** (T, …action shape) */
  readonly actions: TypedArray;
  /** (T) */
  readonly rewards: Float32Array;
}

/** Episodes to be read by number, wherever they are kept. */
export interface EpisodeStore {
  readonly observation: ArrayLayout;
  readonly action: ArrayLayout;
  /** Number of episodes. */
  readonly count: number;
  /** T of each episode. */
  readonly lengths: Uint32Array;
  info(index: number): EpisodeInfo;
  episode(index: number): Promise<Episode>;
}
