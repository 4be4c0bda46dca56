import { ConfigError, describe } from "../../base/errors.ts";
import type { Awaitable, Env, EnvState, Reset, ResetOptions } from "../env.ts";
import { type RandomState, RandomStream } from "../random.ts";
import { systemEntropy } from "../seed-sequence.ts";
import { ActionWrapper } from "./action-wrapper.ts";

export interface StickyActionOptions {
  /** How likely the action before is taken once more; 0 ≤ p < 1. */
  readonly repeatActionProbability: number;
  /** For how many steps it then sticks: a number, or the least and the most of a draw; integers ≥ 1, default 1. */
  readonly repeatActionDuration?: number | readonly [number, number];
}

/**
 * Now and then takes the action before instead of the one given (Machado et al. 2018, section 5.2). Its draws come from a
 * stream of its own, which a seeded reset starts anew: the inner environment's draws stay as they are.
 */
export class StickyAction<Observation, Action> extends ActionWrapper<Observation, Action> {
  readonly #probability: number;
  readonly #duration: readonly [number, number];
  #random: RandomStream | undefined;
  #last: { readonly action: Action } | undefined;
  #left = 0; // steps for which the last action still sticks

  constructor(env: Env<Observation, Action>, options: StickyActionOptions) {
    const { repeatActionProbability: probability, repeatActionDuration: duration = 1 } = options;
    const [least, most] = typeof duration === "number" ? [duration, duration] : duration;
    if (!(probability >= 0 && probability < 1)) {
      throw new ConfigError(`Expected 0 ≤ repeatActionProbability < 1, got ${probability}.`);
    }
    if (!Number.isInteger(least) || !Number.isInteger(most) || least < 1 || least > most) {
      throw new ConfigError(
        `Expected repeatActionDuration to be an integer ≥ 1 or [least, most], got ${describe(duration)}.`,
      );
    }
    super(env, { kwargs: options });
    this.#probability = probability;
    this.#duration = [least, most];
  }

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    const seed = options?.seed;
    if (seed !== undefined) this.#random = new RandomStream(seed, "StickyAction");
    this.#last = undefined;
    this.#left = 0;
    return super.reset(options);
  }

  action(action: Action): Action {
    this.#random ??= new RandomStream(String(systemEntropy()), "StickyAction");
    if (this.#left === 0 && this.#last && this.#random.uniform() < this.#probability) {
      const [least, most] = this.#duration;
      this.#left = this.#random.integer(least, most + 1);
    }
    if (this.#left > 0 && this.#last) {
      this.#left--;
      return structuredClone(this.#last.action);
    }
    this.#last = { action: structuredClone(action) };
    return action;
  }

  protected override saveOwn(): EnvState {
    return structuredClone({ random: this.#random?.state(), last: this.#last, left: this.#left });
  }

  protected override restoreOwn(state: EnvState): void {
    const { random, last, left } = structuredClone(state) as {
      random?: RandomState;
      last?: { action: Action };
      left: number;
    };
    this.#random = random && RandomStream.from(random);
    this.#last = last;
    this.#left = left;
  }
}
