import { ConfigError } from "../base/errors.ts";
import type { ArrayLayout } from "./array-layout.ts";
import type { Episode, EpisodeStore } from "./episode.ts";

/** Episodes kept in memory, for what need not outlive the process. */
export class MemoryEpisodes implements EpisodeStore {
  readonly observation: ArrayLayout;
  readonly action: ArrayLayout;
  readonly lengths: Uint32Array;
  readonly #episodes: readonly Episode[];

  constructor(options: { observation: ArrayLayout; action: ArrayLayout; episodes: readonly Episode[] }) {
    this.observation = options.observation;
    this.action = options.action;
    this.#episodes = options.episodes;
    this.lengths = Uint32Array.from(options.episodes, (episode) => episode.steps);
  }

  get count(): number {
    return this.#episodes.length;
  }

  info(index: number): Episode {
    const episode = this.#episodes[index];
    if (!episode) throw new ConfigError(`Expected an episode from 0 to ${this.count - 1}, got ${index}.`);
    return episode;
  }

  async episode(index: number): Promise<Episode> {
    return this.info(index);
  }
}
