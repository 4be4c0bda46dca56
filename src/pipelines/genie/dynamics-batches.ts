import type { NdArray } from "../../compute/array.ts";
import { RandomStream } from "../../core/random.ts";
import { SequenceSampler } from "../../data/sequence-sampler.ts";
import { packWindows, type SequenceBatch, type SequenceWindow, type Track } from "../../data/sequence-windows.ts";
import { codebookSize } from "../../nn/fsq.ts";
import type { BatchSource } from "../../training/trainable.ts";
import type { TokenizedEpisodes } from "./encode-stage.ts";

/** See `DynamicsBatch`, of which these are the arrays. */
export type DynamicsArrays = Record<
  "tokens" | "corrupted" | "hidden" | "action" | "before" | "reward" | "done" | "mask" | "importance",
  NdArray
>;

type TrackName = "tokens" | "led" | "latent" | "reward" | "done";

export interface DynamicsBatchOptions {
  readonly episodes: TokenizedEpisodes;
  /** Which of them. */
  readonly chosen: ArrayLike<number>;
  /** Steps a window. */
  readonly window: number;
  readonly batchSize: number;
  /** Of each of a token's D digits. */
  readonly levels: readonly number[];
  /** |A|. */
  readonly latentCount: number;
  readonly leastHidden: number;
  readonly corruption: number;
  readonly latentShare: number;
  /** The share of windows that are taken from the first and the last steps of episodes; the others are of any steps. */
  readonly edges: number;
  readonly seed: number;
  /** Names the random numbers. */
  readonly name: string;
}

/** Endless batches for the dynamics: windows of tokens, with what is hidden, spoilt and told of each drawn from the seed. */
export class DynamicsBatches implements BatchSource<DynamicsArrays> {
  readonly #options: DynamicsBatchOptions;
  readonly #tracks: Record<TrackName, Track>;
  readonly #sampler: SequenceSampler<TrackName>;
  /** Steps of all chosen episodes. */
  readonly #steps: number;
  #drawn = 0;

  constructor(options: DynamicsBatchOptions) {
    const { episodes, chosen, window, batchSize, seed } = options;
    this.#options = options;
    this.#tracks = tracksOf(episodes);
    this.#steps = Array.from(chosen).reduce((sum, e) => sum + episodes.lengths[e], 0);
    this.#sampler = new SequenceSampler({
      tracks: this.#tracks,
      lengths: episodes.lengths,
      episodes: chosen,
      size: window,
      batchSize,
      seed,
    });
  }

  next(): DynamicsArrays {
    const { seed, name, edges, window } = this.#options;
    const random = new RandomStream(seed, `${name}/${this.#drawn++}`);
    const windows = this.#sampler
      .nextWindows()
      .map((drawn) => (edges > 0 && random.uniform() < edges ? this.#atAnEdge(random) : drawn));
    return this.#dress(packWindows(windows, window, this.#tracks), random);
  }

  state(): unknown {
    return { sampler: this.#sampler.state(), drawn: this.#drawn };
  }

  restore(state: unknown): void {
    const saved = state as { sampler: ReturnType<SequenceSampler<TrackName>["state"]>; drawn: number };
    this.#sampler.restore(saved.sampler);
    this.#drawn = saved.drawn;
  }

  /** A window near an episode's first step, or its last steps: what happens once an episode is else hardly ever seen. */
  #atAnEdge(random: RandomStream): SequenceWindow {
    const { chosen, episodes, window } = this.#options;
    const episode = chosen[random.integer(0, chosen.length)];
    const steps = episodes.lengths[episode];
    const first = random.uniform() < 0.5 ? random.integer(0, window) : Math.max(0, steps - window);
    const start = Math.min(first, Math.max(0, steps - 1));
    return { episode, start, length: Math.min(window, steps - start) };
  }

  /** How much a step counts where its share in the batches should be its share in the episodes, (B, T). */
  #importance(windows: readonly SequenceWindow[]): Float32Array {
    const { chosen, episodes, window, edges } = this.#options;
    const importance = new Float32Array(windows.length * window).fill(1);
    if (edges === 0) return importance;
    const more = ((edges / 2) * this.#steps) / (chosen.length * window); // per window that holds the step for sure
    for (const [b, { episode, start, length }] of windows.entries()) {
      for (let t = 0; t < length; t++) {
        const step = start + t;
        const begins = Math.max(0, Math.min(step + 1, 2 * window - 1 - step)) / window; // chance to be in a first window
        const ends = Number(step >= episodes.lengths[episode] - window);
        importance[b * window + t] = 1 / (1 - edges + more * (begins + ends));
      }
    }
    return importance;
  }

  #dress({ tracks, mask, windows }: SequenceBatch<TrackName>, random: RandomStream): DynamicsArrays {
    const { levels, latentCount, leastHidden, corruption, latentShare, episodes } = this.#options;
    const [rows, frames, places] = tracks.tokens.shape as [number, number, number];
    const steps = frames - 1;
    const { actionSize: real } = episodes;
    const width = real + latentCount;
    const action = new Float32Array(rows * steps * width);
    const before = new Float32Array(rows * width);
    const digits = places * levels.length;
    const vocabulary = codebookSize(levels);
    const hidden = new Float32Array(rows * steps * digits);
    const corrupted = Int32Array.from(tracks.tokens.data);
    for (let b = 0; b < rows; b++) {
      const latent = random.uniform() < latentShare;
      for (let t = 0; t < frames; t++) {
        const [target, at] = t === 0 ? [before, b * width] : [action, (b * steps + t - 1) * width];
        const code = tracks.latent.data[b * frames + t];
        if (latent && code >= 0) target[at + real + code] = 1;
        if (!latent) target.set(tracks.led.data.subarray((b * frames + t) * real, (b * frames + t + 1) * real), at);
      }
      const share = random.uniform(leastHidden, 1);
      for (let i = b * steps * digits; i < (b + 1) * steps * digits; i++) hidden[i] = Number(random.uniform() < share);
      const spoilt = random.uniform(0, corruption);
      for (let i = b * frames * places; i < (b + 1) * frames * places; i++)
        if (random.uniform() < spoilt) corrupted[i] = random.integer(0, vocabulary);
    }
    const floats = (data: Float32Array, ...shape: number[]): NdArray => ({ shape, dtype: "float32", data });
    return {
      tokens: tracks.tokens as NdArray,
      corrupted: { shape: tracks.tokens.shape, dtype: "int32", data: corrupted },
      hidden: floats(hidden, rows, steps, digits),
      action: floats(action, rows, steps, width),
      before: floats(before, rows, width),
      reward: tracks.reward as NdArray,
      done: tracks.done as NdArray,
      mask: mask as NdArray,
      importance: floats(this.#importance(windows), rows, steps),
    };
  }
}

/** `led` and `latent` tell of each frame which action led to it: zeros and −1 for an episode's first. */
function tracksOf(episodes: TokenizedEpisodes): Record<TrackName, Track> {
  const { tokens, places, actions, actionSize, latentActions, rewards, dones, lengths } = episodes;
  const firstStep = new Uint32Array(lengths.length);
  for (let e = 1; e < lengths.length; e++) firstStep[e] = firstStep[e - 1] + lengths[e - 1];
  const led = new Float32Array((actions.length / actionSize + lengths.length) * actionSize);
  const latent = new Int32Array(latentActions.length + lengths.length).fill(-1);
  for (let e = 0; e < lengths.length; e++) {
    const [from, to] = [firstStep[e], firstStep[e] + lengths[e]];
    led.set(actions.subarray(from * actionSize, to * actionSize), (from + e + 1) * actionSize);
    latent.set(latentActions.subarray(from, to), from + e + 1);
  }
  const perFrame = (data: Int32Array | Float32Array, shape: number[]): Track => {
    const size = shape[0] ?? 1;
    return {
      per: "observation",
      layout: { dtype: data instanceof Int32Array ? "int32" : "float32", shape },
      data: (e) => data.subarray((firstStep[e] + e) * size, (firstStep[e] + e + lengths[e] + 1) * size),
    };
  };
  const perStep = (data: Float32Array): Track => ({
    per: "step",
    layout: { dtype: "float32", shape: [] },
    data: (e) => data.subarray(firstStep[e], firstStep[e] + lengths[e]),
  });
  return {
    tokens: perFrame(tokens, [places]),
    led: perFrame(led, [actionSize]),
    latent: perFrame(latent, []),
    reward: perStep(rewards),
    done: perStep(dones),
  };
}
