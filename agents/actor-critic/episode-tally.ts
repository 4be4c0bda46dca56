import type { FlowStep } from "../vector-flow.ts";

/** How many episodes the mean is taken over. */
const RECENT = 100;

/** A tally's place; JSON-able. */
export interface TallyState {
  readonly returns: readonly number[];
  readonly recent: readonly number[];
  readonly episodes: number;
}

/** Keeps count of episodes and of what they paid, unscaled. */
export class EpisodeTally {
  /** Episodes that ended. */
  episodes = 0;
  #returns: number[];
  #recent: number[] = [];

  constructor(slots: number) {
    this.#returns = new Array<number>(slots).fill(0);
  }

  add({ happened, rewards, terminated, truncated }: FlowStep): void {
    for (const [b, counts] of happened.entries()) {
      if (!counts) continue;
      this.#returns[b] += rewards[b];
      if (!terminated[b] && !truncated[b]) continue;
      this.#recent.push(this.#returns[b]);
      if (this.#recent.length > RECENT) this.#recent.shift();
      this.#returns[b] = 0;
      this.episodes++;
    }
  }

  /** Of the last hundred episodes that ended; undefined before the first. */
  get meanReturn(): number | undefined {
    const recent = this.#recent;
    return recent.length > 0 ? recent.reduce((sum, value) => sum + value, 0) / recent.length : undefined;
  }

  /** Forgets the episodes that have not ended. */
  restart(): void {
    this.#returns.fill(0);
  }

  state(): TallyState {
    return { returns: this.#returns, recent: this.#recent, episodes: this.episodes };
  }

  restore({ returns, recent, episodes }: TallyState): void {
    this.#returns = [...returns];
    this.#recent = [...recent];
    this.episodes = episodes;
  }
}
