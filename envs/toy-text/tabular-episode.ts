import type { EnvState } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import type { RandomState } from "../../src/core/random.ts";
import type { Discrete } from "../../src/core/spaces/discrete.ts";
import { drawTransition, type Transition, type TransitionTable } from "./transition.ts";

/** An episode of an environment whose whole model is a table, P[state][action]: where it stands, and its random numbers. */
export class TabularEpisode {
  /** −1 before the first reset. */
  state = -1;
  lastAction: number | undefined;
  #generator: Pcg64 | undefined;
  #running = false;

  /** Begins anew in the state that `start` draws. */
  begin(seed: number | undefined, start: (generator: Pcg64) => number): number {
    if (seed !== undefined) this.#generator = new Pcg64(seed);
    this.#generator ??= new Pcg64();
    this.state = start(this.#generator);
    this.lastAction = undefined;
    this.#running = true;
    return this.state;
  }

  /** Follows an action of the table to the next state, by chance where there are several. */
  follow(table: TransitionTable, action: number, actions: Discrete): Transition {
    if (!this.#running) throw new ResetNeededError();
    if (!actions.contains(action)) throw new InvalidActionError(action, actions);
    const transition = drawTransition(table[this.state][action], this.#generator!);
    this.state = transition.state;
    this.lastAction = action;
    this.#running = !transition.terminated;
    return transition;
  }

  /** The generator of an episode that has begun, for what chance decides beside the table. */
  get generator(): Pcg64 {
    if (!this.#generator) throw new ResetNeededError();
    return this.#generator;
  }

  save(): EnvState {
    return {
      generator: this.#generator?.state(),
      running: this.#running,
      state: this.state,
      lastAction: this.lastAction,
    };
  }

  restore(saved: EnvState): void {
    const { generator, running, state, lastAction } = saved as {
      generator: RandomState | undefined;
      running: boolean;
      state: number;
      lastAction: number | undefined;
    };
    this.#generator = generator && Pcg64.from(generator);
    this.#running = running;
    this.state = state;
    this.lastAction = lastAction;
  }
}
