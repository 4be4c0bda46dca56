import { andThen } from "../awaitable.ts";
import type { Awaitable, Env, EnvSpec, EnvState, Rendered, Reset, ResetOptions, Step } from "../env.ts";
import { ResetNeededError } from "../errors.ts";
import { Wrapper } from "./wrapper.ts";

export interface OrderEnforcingOptions {
  /** Lets `render` through before the first reset; default false. */
  readonly disableRenderOrderEnforcing?: boolean;
}

/** Refuses `step` and `render` before the first `reset`, and `step` after an episode's end. */
export class OrderEnforcing<Observation, Action> extends Wrapper<Observation, Action> {
  readonly #rendersAlways: boolean;
  #phase: "new" | "running" | "over" = "new";

  constructor(env: Env<Observation, Action>, { disableRenderOrderEnforcing = false }: OrderEnforcingOptions = {}) {
    super(env);
    this.#rendersAlways = disableRenderOrderEnforcing;
  }

  /** Whether the environment has been reset before. */
  get hasReset(): boolean {
    return this.#phase !== "new";
  }

  protected override extendSpec({ orderEnforce: _, ...inner }: EnvSpec): EnvSpec {
    return inner; // to enforce the order is the default
  }

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    return andThen(this.env.reset(options), this.#begin);
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    if (this.#phase !== "running") throw new ResetNeededError();
    return andThen(this.env.step(action), this.#note);
  }

  override render(): Awaitable<Rendered> {
    if (this.#phase === "new" && !this.#rendersAlways) throw new ResetNeededError("render()");
    return this.env.render();
  }

  readonly #begin = (reset: Reset<Observation>) => {
    this.#phase = "running";
    return reset;
  };

  readonly #note = (step: Step<Observation>) => {
    if (step.terminated || step.truncated) this.#phase = "over";
    return step;
  };

  protected override saveOwn(): EnvState {
    return { phase: this.#phase };
  }

  protected override restoreOwn(state: EnvState): void {
    this.#phase = state["phase"] as "new" | "running" | "over";
  }
}
