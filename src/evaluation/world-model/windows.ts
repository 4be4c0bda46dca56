import { ConfigError } from "../../base/errors.ts";
import { RandomStream } from "../../core/random.ts";

/** A moment from which dreams begin: the prompt ends with observation `at`, and action `at` is the first to be dreamt under. */
export interface Window {
  /** Its number among all windows, which names its random numbers. */
  readonly index: number;
  /** Which of the held-out episodes. */
  readonly episode: number;
  readonly at: number;
}

/** What windows are cut from episodes of these lengths. */
export interface WindowOptions {
  readonly lengths: readonly number[];
  /** Frames of the prompt. */
  readonly prompt: number;
  /** Steps that follow it. */
  readonly horizon: number;
  readonly count: number;
  readonly seed: number;
}

/** Cuts windows at seeded places, the episodes in turn; one that cannot hold prompt and horizon gives none. */
export function cutWindows({ lengths, prompt, horizon, count, seed }: WindowOptions): Window[] {
  const needed = prompt - 1 + horizon; // steps
  const random = new RandomStream(seed, "windows");
  const able = lengths.flatMap((steps, episode) => (steps >= needed ? [episode] : []));
  if (able.length === 0) {
    throw new ConfigError(
      `Expected a held-out episode of at least ${needed} steps (prompt ${prompt}, horizon ${horizon}), got none longer ` +
        `than ${Math.max(...lengths)}. Ask for a shorter horizon, or hold out longer episodes.`,
    );
  }
  const order = random.permutation(able.length);
  return Array.from({ length: count }, (_, index) => {
    const episode = able[order[index % able.length]];
    return { index, episode, at: prompt - 1 + random.integer(0, lengths[episode] - needed + 1) };
  });
}

/** Rows for a batch of one size, so that one graph serves all: the last batch repeats its first row. */
export interface Rows<T> {
  readonly rows: readonly T[];
  /** Only the first so many count. */
  readonly used: number;
}

/** Deals items out to batches of exactly `size`. */
export function batchesOf<T>(items: readonly T[], size: number): Rows<T>[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => {
    const own = items.slice(i * size, (i + 1) * size);
    return { rows: Array.from({ length: size }, (_, b) => own[b] ?? own[0]), used: own.length };
  });
}

/** Batches of episodes of like length, the longest first, so that little is padded. */
export function byLength(episodes: readonly { readonly steps: number }[], size: number): Rows<{ index: number }>[] {
  const order = episodes.map((_, index) => ({ index }));
  return batchesOf(
    order.sort((a, b) => episodes[b.index].steps - episodes[a.index].steps),
    size,
  );
}
