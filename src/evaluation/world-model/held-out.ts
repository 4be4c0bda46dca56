import { ConfigError } from "../../base/errors.ts";
import { RandomStream } from "../../core/random.ts";
import type { Box } from "../../core/spaces/box.ts";
import { Discrete } from "../../core/spaces/discrete.ts";
import type { TypedArray } from "../../core/spaces/dtype.ts";
import type { Space } from "../../core/spaces/space.ts";
import type { Episode, EpisodeStore } from "../../data/episode.ts";

/** How a picture lies in memory: rows of pixels of channels. */
export interface PictureShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Episodes of the real environment that the model was not trained on, stored or in memory. */
export type HeldOut = EpisodeStore | readonly Episode[];

/** An episode as it is compared with: T actions and T + 1 pictures. */
export interface HeldOutEpisode {
  readonly steps: number;
  readonly pictures: readonly Uint8Array[]; // T + 1
  /** Values of the model's action space that lead from each picture to the next. */
  readonly actions: readonly unknown[]; // T
  readonly rewards: Float32Array; // (T)
  readonly terminated: boolean;
}

interface ReadOptions {
  readonly observationSpace: Space<Uint8Array>;
  /** Undefined where the recorded actions are not the model's: the episodes have none then. */
  readonly actionSpace: Space<unknown> | undefined;
  readonly limit: number;
  readonly seed: number;
}

/** Reads up to `limit` episodes, drawn with the seed where there are more, their actions as recorded. */
export async function readHeldOut(heldOut: HeldOut, options: ReadOptions): Promise<HeldOutEpisode[]> {
  const store = "count" in heldOut ? heldOut : undefined;
  const count = store ? store.count : (heldOut as readonly Episode[]).length;
  if (count === 0) throw new ConfigError("Expected at least one held-out episode, got none. Collect some first.");
  const order = new RandomStream(options.seed, "held-out").permutation(count);
  const chosen = [...order.slice(0, options.limit)].sort((a, b) => a - b);
  const episodes: HeldOutEpisode[] = [];
  for (const index of chosen) {
    const episode = store ? await store.episode(index) : (heldOut as readonly Episode[])[index];
    episodes.push(unpack(episode, options));
  }
  return episodes;
}

/** The pictures that a model sees. */
export function pictureShape(observationSpace: Space<Uint8Array>): PictureShape {
  const [height, width, channels] = (observationSpace as Box<"uint8">).shape;
  return { height, width, channels };
}

function unpack(
  { index, steps, observations, actions, rewards, terminated }: Episode,
  { observationSpace, actionSpace }: ReadOptions,
): HeldOutEpisode {
  const { height, width, channels } = pictureShape(observationSpace);
  const size = height * width * channels;
  if (!(observations instanceof Uint8Array) || observations.length !== (steps + 1) * size) {
    throw new ConfigError(
      `Expected held-out episode ${index} to hold ${steps + 1} observations in ${observationSpace}, ` +
        `got ${observations.length} numbers of ${observations.constructor.name}. Evaluate with episodes of the environment that the model was learned from.`,
    );
  }
  return {
    steps,
    pictures: Array.from({ length: steps + 1 }, (_, t) => observations.subarray(t * size, (t + 1) * size)),
    actions: actionSpace ? Array.from({ length: steps }, (_, t) => actionAt(actions, t, steps, actionSpace)) : [],
    rewards,
    terminated,
  };
}

function actionAt(actions: TypedArray, t: number, steps: number, space: Space<unknown>): unknown {
  if (space instanceof Discrete) return Number(actions[t]);
  const size = actions.length / steps;
  return actions.slice(t * size, (t + 1) * size);
}
