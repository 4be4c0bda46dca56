import { andThen } from "../awaitable.ts";
import type { Awaitable, Env, EnvState, Reset, ResetOptions, Step } from "../env.ts";
import { Wrapper } from "./wrapper.ts";

/** After an episode's end, the next step ignores its action and resets: reward 0, no end, the new episode's info. */
export class Autoreset<Observation, Action> extends Wrapper<Observation, Action> {
  #over = false;

  constructor(env: Env<Observation, Action>) {
    super(env, { kwargs: {} });
  }

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    return andThen(this.env.reset(options), this.#begin);
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    return this.#over ? andThen(this.reset(), this.#asStep) : andThen(this.env.step(action), this.#note);
  }

  readonly #begin = (reset: Reset<Observation>) => {
    this.#over = false;
    return reset;
  };

  readonly #note = (step: Step<Observation>) => {
    this.#over = step.terminated || step.truncated;
    return step;
  };

  readonly #asStep = (reset: Reset<Observation>): Step<Observation> => ({
    ...reset,
    reward: 0,
    terminated: false,
    truncated: false,
  });

  protected override saveOwn(): EnvState {
    return { over: this.#over };
  }

  protected override restoreOwn(state: EnvState): void {
    this.#over = state["over"] as boolean;
  }
}
