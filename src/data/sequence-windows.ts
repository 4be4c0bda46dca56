import { ConfigError } from "../base/errors.ts";
import { DTYPES, type TypedArray } from "../core/spaces/dtype.ts";
import { type ArrayLayout, layoutSize } from "./array-layout.ts";
import type { Episode } from "./episode.ts";

/** Steps `start` … `start + length − 1` of one episode. */
export interface SequenceWindow {
  readonly episode: number;
  readonly start: number;
  readonly length: number;
}

/**
 * One quantity over all episodes: `step` tracks have T values an episode, `observation` tracks T+1. What a world model
 * makes of the frames (means of latents, say) is a track like any other.
 */
export interface Track {
  readonly per: "step" | "observation";
  readonly layout: ArrayLayout;
  /** Its values in that episode, in order. */
  data(episode: number): TypedArray;
}

/** A dense array of a batch; fits wherever compute wants an NdArray. */
export interface BatchArray {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "int32" | "uint8";
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** A batch of B windows of L steps. What lies behind a window's end is zero. */
export interface SequenceBatch<Name extends string = string> {
  /** Step tracks as (B, L, …), observation tracks as (B, L+1, …). */
  readonly tracks: Readonly<Record<Name, BatchArray>>;
  /** (B, L): 1 where there is a step, 0 behind the window's end. */
  readonly mask: BatchArray;
  readonly windows: readonly SequenceWindow[];
}

export interface SequenceWindowOptions {
  /** T of each episode. */
  readonly lengths: ArrayLike<number>;
  /** Steps a window; the last of an episode may be shorter. */
  readonly size: number;
  /** Steps from one window's start to the next's; default `size`: every step is in exactly one window. */
  readonly stride?: number;
  /** Which episodes; default all. */
  readonly episodes?: ArrayLike<number>;
  /** Where an episode's second window starts, 1 … stride, so that epochs cut differently; default `stride`. */
  readonly phase?: (episode: number) => number;
}

/** Cuts episodes into windows; none crosses an end, and together they hold every step. */
export function sequenceWindows(options: SequenceWindowOptions): SequenceWindow[] {
  const { lengths, size, stride = size, phase } = options;
  if (!Number.isInteger(size) || size < 1) throw new ConfigError(`Expected size to be an integer ≥ 1, got ${size}.`);
  if (!Number.isInteger(stride) || stride < 1 || stride > size) {
    throw new ConfigError(`Expected stride to be an integer from 1 to size ${size}, got ${stride}.`);
  }
  const windows: SequenceWindow[] = [];
  for (const episode of Array.from(options.episodes ?? lengths, (given, i) => (options.episodes ? given : i))) {
    const steps = lengths[episode];
    if (steps === undefined) throw new ConfigError(`Expected an episode below ${lengths.length}, got ${episode}.`);
    let end = 0; // first step that is in no window yet
    for (let start = 0, next = phase?.(episode) ?? stride; end < steps; start = next, next += stride) {
      end = Math.min(steps, start === 0 ? Math.max(next, 1) + (size - stride) : start + size);
      if (end > start) windows.push({ episode, start, length: end - start });
    }
  }
  return windows;
}

/** Gathers windows of up to `size` steps into one batch, padded with zeros. */
export function packWindows<Name extends string>(
  windows: readonly SequenceWindow[],
  size: number,
  tracks: Readonly<Record<Name, Track>>,
): SequenceBatch<Name> {
  const mask = new Float32Array(windows.length * size);
  windows.forEach((window, row) => {
    mask.fill(1, row * size, row * size + window.length);
  });
  const packed = {} as Record<Name, BatchArray>;
  for (const name of Object.keys(tracks) as Name[]) packed[name] = packTrack(windows, size, tracks[name]);
  return { tracks: packed, mask: { shape: [windows.length, size], dtype: "float32", data: mask }, windows };
}

function packTrack(windows: readonly SequenceWindow[], size: number, track: Track): BatchArray {
  const extra = track.per === "observation" ? 1 : 0; // o_t … o_{t+L}: one more than there are steps
  const valueSize = layoutSize(track.layout);
  const rowSize = (size + extra) * valueSize;
  const dtype = batchDType(track.layout);
  const data = new DTYPES[dtype].array(windows.length * rowSize) as BatchArray["data"];
  windows.forEach(({ episode, start, length }, row) => {
    const values = track.data(episode);
    data.set(values.subarray(start * valueSize, (start + length + extra) * valueSize), row * rowSize);
  });
  return { shape: [windows.length, size + extra, ...track.layout.shape], dtype, data };
}

function batchDType({ dtype }: ArrayLayout): BatchArray["dtype"] {
  if (dtype === "uint8") return "uint8";
  return DTYPES[dtype].integer ? "int32" : "float32";
}

/** Tracks of what an episode itself holds; `terminations` are 1 at the step that terminated, else 0. */
export function episodeTracks(options: {
  readonly observation: ArrayLayout;
  readonly action: ArrayLayout;
  readonly episodes: readonly Episode[];
}): Record<"observations" | "actions" | "rewards" | "terminations", Track> {
  const { episodes } = options;
  const scalar: ArrayLayout = { dtype: "float32", shape: [] };
  return {
    observations: { per: "observation", layout: options.observation, data: (i) => episodes[i].observations },
    actions: { per: "step", layout: options.action, data: (i) => episodes[i].actions },
    rewards: { per: "step", layout: scalar, data: (i) => episodes[i].rewards },
    terminations: {
      per: "step",
      layout: scalar,
      data: (i) => {
        const flags = new Float32Array(episodes[i].steps);
        if (episodes[i].terminated) flags[flags.length - 1] = 1;
        return flags;
      },
    },
  };
}
