import { ConfigError, describe } from "../../base/errors.ts";
import { andThen } from "../awaitable.ts";
import type { Awaitable, Env, EnvSpec, EnvState, Reset, ResetOptions, Step } from "../env.ts";
import { ResetNeededError } from "../errors.ts";
import { Wrapper } from "./wrapper.ts";

export interface TimeLimitOptions {
  /** The step that is truncated; an integer ≥ 1. */
  readonly maxEpisodeSteps: number;
}

/** Truncates an episode at its `maxEpisodeSteps`-th step. */
export class TimeLimit<Observation, Action> extends Wrapper<Observation, Action> {
  readonly maxEpisodeSteps: number;
  #elapsed = 0;

  constructor(env: Env<Observation, Action>, { maxEpisodeSteps }: TimeLimitOptions) {
    super(env);
    if (!Number.isInteger(maxEpisodeSteps) || maxEpisodeSteps < 1) {
      throw new ConfigError(
        `Expected maxEpisodeSteps to be an integer ≥ 1, got ${describe(maxEpisodeSteps)}. Give make() −1 for no limit.`,
      );
    }
    this.maxEpisodeSteps = maxEpisodeSteps;
  }

  protected override extendSpec(inner: EnvSpec): EnvSpec {
    return { ...inner, maxEpisodeSteps: this.maxEpisodeSteps };
  }

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    return andThen(this.env.reset(options), this.#begin);
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    if (this.#elapsed >= this.maxEpisodeSteps) throw new ResetNeededError();
    return andThen(this.env.step(action), this.#count);
  }

  readonly #begin = (reset: Reset<Observation>) => {
    this.#elapsed = 0;
    return reset;
  };

  readonly #count = (step: Step<Observation>): Step<Observation> => {
    this.#elapsed++;
    return this.#elapsed >= this.maxEpisodeSteps ? { ...step, truncated: true } : step;
  };

  protected override saveOwn(): EnvState {
    return { elapsed: this.#elapsed };
  }

  protected override restoreOwn(state: EnvState): void {
    this.#elapsed = state["elapsed"] as number;
  }
}
