import { ConfigError, describe } from "../../base/errors.ts";
import { andThen } from "../awaitable.ts";
import type { Awaitable, Env, EnvState, Reset, ResetOptions, Step } from "../env.ts";
import { Wrapper } from "./wrapper.ts";

/** What `info.episode` holds at an episode's last step. */
export interface EpisodeStatistics {
  /** The sum of its rewards. */
  readonly r: number;
  /** Its number of steps. */
  readonly l: number;
  /** Seconds since its reset. */
  readonly t: number;
}

export interface RecordEpisodeStatisticsOptions {
  /** How many of the latest episodes the queues hold; an integer ≥ 1, default 100. */
  readonly bufferLength?: number;
  /** The key in `info`; default "episode". */
  readonly statsKey?: string;
}

/** Adds `info.episode = { r, l, t }` (return, length, seconds) to the last step of each episode, and keeps the latest. */
export class RecordEpisodeStatistics<Observation, Action> extends Wrapper<Observation, Action> {
  readonly #bufferLength: number;
  readonly #statsKey: string;
  #episodes: EpisodeStatistics[] = [];
  #count = 0;
  #return = 0;
  #length = 0;
  #startedAt = 0; // milliseconds, of performance.now()

  constructor(env: Env<Observation, Action>, options: RecordEpisodeStatisticsOptions = {}) {
    const { bufferLength = 100, statsKey = "episode" } = options;
    if (!Number.isInteger(bufferLength) || bufferLength < 1) {
      throw new ConfigError(`Expected bufferLength to be an integer ≥ 1, got ${describe(bufferLength)}.`);
    }
    super(env, { kwargs: options });
    this.#bufferLength = bufferLength;
    this.#statsKey = statsKey;
  }

  /** Episodes that were played to their end. */
  get episodeCount(): number {
    return this.#count;
  }

  /** Returns of the latest episodes, oldest first. */
  get returnQueue(): number[] {
    return this.#episodes.map(({ r }) => r);
  }

  /** Lengths of the latest episodes, in steps. */
  get lengthQueue(): number[] {
    return this.#episodes.map(({ l }) => l);
  }

  /** Seconds that the latest episodes took. */
  get timeQueue(): number[] {
    return this.#episodes.map(({ t }) => t);
  }

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    return andThen(this.env.reset(options), this.#begin);
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    return andThen(this.env.step(action), this.#add);
  }

  readonly #begin = (reset: Reset<Observation>) => {
    this.#return = 0;
    this.#length = 0;
    this.#startedAt = performance.now();
    return reset;
  };

  readonly #add = (step: Step<Observation>): Step<Observation> => {
    this.#return += step.reward;
    this.#length++;
    if (!step.terminated && !step.truncated) return step;
    if (Object.hasOwn(step.info, this.#statsKey)) {
      throw new ConfigError(
        `Expected a statsKey that is free, got "${this.#statsKey}", which the environment's info has.`,
      );
    }
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const episode: EpisodeStatistics = { r: this.#return, l: this.#length, t: Math.round(seconds * 1e6) / 1e6 };
    this.#count++;
    this.#episodes.push(episode);
    if (this.#episodes.length > this.#bufferLength) this.#episodes.shift();
    this.#startedAt = performance.now();
    return { ...step, info: { ...step.info, [this.#statsKey]: { ...episode } } };
  };

  protected override saveOwn(): EnvState {
    return {
      return: this.#return,
      length: this.#length,
      elapsed: performance.now() - this.#startedAt,
      count: this.#count,
      episodes: [...this.#episodes],
    };
  }

  protected override restoreOwn(state: EnvState): void {
    this.#return = state["return"] as number;
    this.#length = state["length"] as number;
    this.#startedAt = performance.now() - (state["elapsed"] as number);
    this.#count = state["count"] as number;
    this.#episodes = [...(state["episodes"] as EpisodeStatistics[])];
  }
}
