import { ConfigError } from "../base/errors.ts";
import { RandomStream } from "../core/random.ts";
import {
  type BatchArray,
  packWindows,
  type SequenceBatch,
  type SequenceWindow,
  type Track,
} from "./sequence-windows.ts";

export interface SequenceStreamOptions<Name extends string> {
  readonly tracks: Readonly<Record<Name, Track>>;
  /** T of each episode. */
  readonly lengths: ArrayLike<number>;
  /** Which episodes; default all. */
  readonly episodes?: ArrayLike<number>;
  /** Steps a window. */
  readonly size: number;
  /** Rows B: so many episodes are under way at a time. */
  readonly batchSize: number;
  readonly seed: number;
}

/** A window batch, and where in it an episode begins. */
export interface StreamBatch<Name extends string> extends SequenceBatch<Name> {
  /** (B): 1 where the window is its episode's first; elsewhere it goes on from the row's window in the batch before. */
  readonly restart: BatchArray;
}

/** Where a stream stands; JSON-able. */
export interface StreamState {
  readonly seed: number;
  readonly epoch: number;
  /** Episodes begun in this epoch. */
  readonly begun: number;
  readonly rows: readonly { readonly episode: number; readonly next: number }[];
}

/**
 * Endless batches for recurrent training: each row walks through an episode window by window, so that the network's state can
 * be carried from batch to batch, and then begins another episode. No window crosses an end. Each epoch shuffles the episodes
 * anew and cuts them at other places.
 */
export class SequenceStream<Name extends string> {
  readonly #options: SequenceStreamOptions<Name>;
  readonly #episodes: Uint32Array;
  #epoch = 0;
  #begun = 0;
  #order: Uint32Array;
  #rows: { episode: number; next: number }[];

  constructor(options: SequenceStreamOptions<Name>) {
    const { lengths, episodes, size, batchSize } = options;
    for (const [name, value] of Object.entries({ size, batchSize }))
      if (!Number.isInteger(value) || value < 1)
        throw new ConfigError(`Expected ${name} to be an integer ≥ 1, got ${value}.`);
    this.#options = options;
    this.#episodes = Uint32Array.from(episodes ?? lengths, (given, i) => (episodes ? given : i));
    if (this.#episodes.length === 0) throw new ConfigError("Expected at least one episode, got none.");
    this.#order = this.#shuffled();
    this.#rows = Array.from({ length: batchSize }, () => this.#begin());
  }

  next(): StreamBatch<Name> {
    const { size, tracks, lengths } = this.#options;
    const restart = new Float32Array(this.#rows.length);
    const windows = this.#rows.map((row, b): SequenceWindow => {
      if (row.next >= lengths[row.episode]) Object.assign(row, this.#begin());
      const start = Math.max(0, row.next); // a negative place shortens the first window
      const end = Math.min(lengths[row.episode], row.next + size);
      restart[b] = Number(start === 0);
      row.next += size;
      return { episode: row.episode, start, length: end - start };
    });
    return {
      ...packWindows(windows, size, tracks),
      restart: { shape: [windows.length], dtype: "float32", data: restart },
    };
  }

  /** Batches after which as many steps were seen as the episodes hold, roughly. */
  get batchesInEpoch(): number {
    const { size, lengths, batchSize } = this.#options;
    const windows = this.#episodes.reduce((sum, episode) => sum + Math.ceil(lengths[episode] / size + 0.5), 0);
    return Math.ceil(windows / batchSize);
  }

  state(): StreamState {
    return {
      seed: this.#options.seed,
      epoch: this.#epoch,
      begun: this.#begun,
      rows: this.#rows.map((row) => ({ ...row })),
    };
  }

  /** Goes on exactly where `state()` was taken, given the same episodes and options. */
  restore(state: StreamState): void {
    const { seed, batchSize } = this.#options;
    if (state.seed !== seed || state.rows.length !== batchSize)
      throw new ConfigError(
        `Expected the state of a stream with seed ${seed} and ${batchSize} rows, got ${state.seed} and ${state.rows.length}.`,
      );
    this.#epoch = state.epoch;
    this.#begun = state.begun;
    this.#rows = state.rows.map((row) => ({ ...row }));
    this.#order = this.#shuffled();
  }

  #begin(): { episode: number; next: number } {
    if (this.#begun === this.#order.length) {
      this.#epoch++;
      this.#begun = 0;
      this.#order = this.#shuffled();
    }
    const episode = this.#order[this.#begun++];
    const cut = new RandomStream(this.#options.seed, `sequence-stream/cut/${this.#epoch}/${episode}`);
    const longest = Math.min(this.#options.size, this.#options.lengths[episode]);
    return { episode, next: cut.integer(1, longest + 1) - this.#options.size }; // the first window: 1 … size steps
  }

  #shuffled(): Uint32Array {
    const random = new RandomStream(this.#options.seed, `sequence-stream/order/${this.#epoch}`);
    return Uint32Array.from(random.permutation(this.#episodes.length), (i) => this.#episodes[i]);
  }
}
