import { ConfigError } from "../base/errors.ts";
import { RandomStream } from "../core/random.ts";
import {
  packWindows,
  type SequenceBatch,
  type SequenceWindow,
  sequenceWindows,
  type Track,
} from "./sequence-windows.ts";

export interface SequenceSamplerOptions<Name extends string> {
  readonly tracks: Readonly<Record<Name, Track>>;
  /** T of each episode. */
  readonly lengths: ArrayLike<number>;
  /** Which episodes; default all. */
  readonly episodes?: ArrayLike<number>;
  /** Steps a window. */
  readonly size: number;
  readonly stride?: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** Where a sampler stands; JSON-able. */
export interface SamplerState {
  readonly seed: number;
  readonly epoch: number;
  /** Batches given in this epoch. */
  readonly batch: number;
}

/**
 * Endless batches of windows for training: each epoch shuffles them anew and cuts each episode at other places. Every
 * batch is full: the windows that do not fill one are left out of their epoch.
 */
export class SequenceSampler<Name extends string> {
  readonly #options: SequenceSamplerOptions<Name>;
  #windows: readonly SequenceWindow[];
  #epoch = 0;
  #batch = 0;

  constructor(options: SequenceSamplerOptions<Name>) {
    this.#options = options;
    this.#windows = this.#shuffled();
    if (this.batchesInEpoch === 0) {
      throw new ConfigError(
        `Expected at least ${options.batchSize} windows for one batch, got ${this.#windows.length}. ` +
          "Collect more episodes, or make batches or windows smaller.",
      );
    }
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** Full batches in the epoch that is under way; epochs may differ by a few. */
  get batchesInEpoch(): number {
    return Math.floor(this.#windows.length / this.#options.batchSize);
  }

  next(): SequenceBatch<Name> {
    return packWindows(this.nextWindows(), this.#options.size, this.#options.tracks);
  }

  /** Which windows `next` would gather: for a caller who replaces some of them. */
  nextWindows(): readonly SequenceWindow[] {
    while (this.#batch >= this.batchesInEpoch) {
      this.#epoch++;
      this.#batch = 0;
      this.#windows = this.#shuffled();
    }
    const { batchSize } = this.#options;
    const from = this.#batch++ * batchSize;
    return this.#windows.slice(from, from + batchSize);
  }

  /** Each window once, in order and cut at fixed places: for validation. The last batch may be smaller. */
  *once(): Generator<SequenceBatch<Name>> {
    const { batchSize, size, tracks } = this.#options;
    const windows = sequenceWindows(this.#options);
    for (let from = 0; from < windows.length; from += batchSize) {
      yield packWindows(windows.slice(from, from + batchSize), size, tracks);
    }
  }

  state(): SamplerState {
    return { seed: this.#options.seed, epoch: this.#epoch, batch: this.#batch };
  }

  /** Goes on exactly where `state()` was taken, given the same episodes and options. */
  restore(state: SamplerState): void {
    if (state.seed !== this.#options.seed) {
      throw new ConfigError(`Expected the state of a sampler with seed ${this.#options.seed}, got ${state.seed}.`);
    }
    this.#epoch = state.epoch;
    this.#batch = state.batch;
    this.#windows = this.#shuffled();
  }

  #shuffled(): SequenceWindow[] {
    const { seed, size, stride = size } = this.#options;
    const random = new RandomStream(seed, "sequence-sampler").split(this.#epoch);
    const windows = sequenceWindows({ ...this.#options, phase: () => random.integer(1, stride + 1) });
    return Array.from(random.permutation(windows.length), (i) => windows[i]);
  }
}
