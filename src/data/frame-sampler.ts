import { ConfigError } from "../base/errors.ts";
import { RandomStream } from "../core/random.ts";
import { layoutSize } from "./array-layout.ts";
import type { EpisodeStore } from "./episode.ts";
import type { SamplerState } from "./sequence-sampler.ts";
import type { BatchArray } from "./sequence-windows.ts";

export interface FrameSamplerOptions {
  readonly dataset: EpisodeStore;
  /** Which episodes; default all. */
  readonly episodes?: ArrayLike<number>;
  /** At most so many frames are kept in memory (a 64×64×3 frame is 12 KiB); default 100,000. */
  readonly maximumFrames?: number;
  readonly batchSize: number;
  readonly seed: number;
  /** Called while frames are read. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}

/** Episodes that are decompressed at a time, on the threads of libuv. */
const READERS = 4;

/**
 * Single frames for training, all in memory as bytes. Where the episodes hold more than `maximumFrames`, whole episodes
 * are taken in a random order until they fill it.
 */
export class FrameSampler {
  /** (N, …frame shape) */
  readonly frames: Uint8Array;
  readonly frameShape: readonly number[];
  /** N */
  readonly count: number;
  readonly #batchSize: number;
  readonly #seed: number;
  #order: Uint32Array;
  #epoch = 0;
  #batch = 0;

  private constructor(frames: Uint8Array, frameShape: readonly number[], { batchSize, seed }: FrameSamplerOptions) {
    this.frames = frames;
    this.frameShape = frameShape;
    this.count = frames.length / product(frameShape);
    this.#batchSize = batchSize;
    this.#seed = seed;
    this.#order = this.#shuffled();
    if (this.count < batchSize) {
      throw new ConfigError(
        `Expected at least ${batchSize} frames for one batch, got ${this.count}. Collect more, or make batches smaller.`,
      );
    }
  }

  /** Reads the frames; which ones depends on the dataset, the options and the seed alone. */
  static async load(options: FrameSamplerOptions): Promise<FrameSampler> {
    const { dataset, maximumFrames = 100_000, seed, onProgress, signal } = options;
    if (dataset.observation.dtype !== "uint8") {
      throw new ConfigError(`Expected observations of uint8 as frames, got ${dataset.observation.dtype}.`);
    }
    const frameSize = layoutSize(dataset.observation);
    const candidates = options.episodes
      ? Array.from(options.episodes)
      : Array.from({ length: dataset.count }, (_, i) => i);
    const plan: { episode: number; offset: number; frames: number }[] = [];
    let total = 0;
    for (const i of new RandomStream(seed, "frame-sampler/episodes").permutation(candidates.length)) {
      const episode = candidates[i];
      const frames = Math.min(dataset.lengths[episode] + 1, maximumFrames - total);
      if (frames === 0) break;
      plan.push({ episode, offset: total, frames });
      total += frames;
    }
    const frames = new Uint8Array(total * frameSize);
    let taken = 0;
    let done = 0;
    const read = async () => {
      while (taken < plan.length) {
        const part = plan[taken++];
        signal?.throwIfAborted();
        const { observations } = await dataset.episode(part.episode);
        frames.set(observations.subarray(0, part.frames * frameSize), part.offset * frameSize);
        done += part.frames;
        onProgress?.({ done, total });
      }
    };
    await Promise.all(Array.from({ length: READERS }, read));
    return new FrameSampler(frames, dataset.observation.shape, options);
  }

  get epoch(): number {
    return this.#epoch;
  }

  get batchesInEpoch(): number {
    return Math.floor(this.count / this.#batchSize);
  }

  /** The next batch, (B, …frame shape); each epoch shuffles anew and leaves out the frames that do not fill a batch. */
  next(): BatchArray {
    if (this.#batch === this.batchesInEpoch) {
      this.#epoch++;
      this.#batch = 0;
      this.#order = this.#shuffled();
    }
    const from = this.#batch++ * this.#batchSize;
    return this.#gather(this.#order.subarray(from, from + this.#batchSize));
  }

  /** Each frame once, in order: for validation. The last batch may be smaller. */
  *once(): Generator<BatchArray> {
    for (let from = 0; from < this.count; from += this.#batchSize) {
      const length = Math.min(this.#batchSize, this.count - from);
      yield this.#gather(Uint32Array.from({ length }, (_, i) => from + i));
    }
  }

  /** Mean over all frames, by element, 0 … 255. */
  mean(): Float32Array {
    const size = product(this.frameShape);
    const sums = new Float64Array(size);
    for (let offset = 0; offset < this.frames.length; offset += size) {
      for (let i = 0; i < size; i++) sums[i] += this.frames[offset + i];
    }
    return Float32Array.from(sums, (sum) => sum / this.count);
  }

  state(): SamplerState {
    return { seed: this.#seed, epoch: this.#epoch, batch: this.#batch };
  }

  /** Goes on exactly where `state()` was taken, given the same dataset and options. */
  restore(state: SamplerState): void {
    if (state.seed !== this.#seed) {
      throw new ConfigError(`Expected the state of a sampler with seed ${this.#seed}, got ${state.seed}.`);
    }
    this.#epoch = state.epoch;
    this.#batch = state.batch;
    this.#order = this.#shuffled();
  }

  #shuffled(): Uint32Array {
    return new RandomStream(this.#seed, "frame-sampler").split(this.#epoch).permutation(this.count);
  }

  #gather(indices: Uint32Array): BatchArray {
    const size = product(this.frameShape);
    const data = new Uint8Array(indices.length * size);
    indices.forEach((index, row) => {
      data.set(this.frames.subarray(index * size, (index + 1) * size), row * size);
    });
    return { shape: [indices.length, ...this.frameShape], dtype: "uint8", data };
  }
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}
