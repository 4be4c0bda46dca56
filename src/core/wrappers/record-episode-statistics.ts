import { andThen } from "../awaitable.ts";
import type { Awaitable, EnvState, Reset, ResetOptions, Step } from "../env.ts";
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

/** Adds `info.episode = { r, l, t }` (return, length, seconds) to the last step of each episode. */
export class RecordEpisodeStatistics<Observation, Action> extends Wrapper<Observation, Action> {
  #return = 0;
  #length = 0;
  #startedAt = 0; // milliseconds, of performance.now()

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    return andThen(this.env.reset(options), this.#begin);
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    return andThen(this.env.step(action), this.#count);
  }

  readonly #begin = (reset: Reset<Observation>) => {
    this.#return = 0;
    this.#length = 0;
    this.#startedAt = performance.now();
    return reset;
  };

  readonly #count = (step: Step<Observation>): Step<Observation> => {
    this.#return += step.reward;
    this.#length++;
    if (!step.terminated && !step.truncated) return step;
    const seconds = (performance.now() - this.#startedAt) / 1000;
    const episode: EpisodeStatistics = { r: this.#return, l: this.#length, t: Math.round(seconds * 1e6) / 1e6 };
    return { ...step, info: { ...step.info, episode } };
  };

  protected override saveOwn(): EnvState {
    return { return: this.#return, length: this.#length, elapsed: performance.now() - this.#startedAt };
  }

  protected override restoreOwn(state: EnvState): void {
    this.#return = state["return"] as number;
    this.#length = state["length"] as number;
    this.#startedAt = performance.now() - (state["elapsed"] as number);
  }
}
