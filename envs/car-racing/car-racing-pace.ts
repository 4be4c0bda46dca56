import type { EnvState, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { ResetNeededError } from "../../src/core/errors.ts";
import { Wrapper } from "../../src/core/wrappers/wrapper.ts";
import type { CarRacing } from "./car-racing.ts";

type Action = Float32Array | number;

export interface CarRacingPaceOptions {
  /** Frames that each action lasts. */
  readonly frameSkip: number;
  /** Frames at the start in which nothing is done: the camera comes down in the first fifty. */
  readonly idleFrames: number;
}

/** Frames of a whole episode, the idle ones included. */
export const EPISODE_FRAMES = 1000;

/**
 * CarRacing with a decision every few frames, for learners to whom fifty a second are too many. An episode is the
 * original's thousand frames and its return the original's: what the idle frames cost comes with the first step's reward.
 */
export class CarRacingPace extends Wrapper<Uint8Array, Action> {
  readonly #game: CarRacing<boolean>;
  readonly #frameSkip: number;
  readonly #idleFrames: number;
  /** Of this episode. */
  #frames = EPISODE_FRAMES;
  /** Rewards that no step has paid out yet. */
  #owed = 0;

  constructor(game: CarRacing<boolean>, { frameSkip, idleFrames }: CarRacingPaceOptions) {
    super(game, { kwargs: { frameSkip, idleFrames } });
    this.#game = game;
    this.#frameSkip = frameSkip;
    this.#idleFrames = idleFrames;
  }

  override reset(options?: ResetOptions): Reset<Uint8Array> {
    let { observation, info } = this.#game.reset(options);
    this.#frames = 0;
    this.#owed = 0;
    const idle = this.#game.config.continuous ? new Float32Array(3) : 0;
    while (this.#frames < this.#idleFrames) {
      const step = this.#game.step(idle);
      this.#frames++;
      this.#owed += step.reward;
      ({ observation, info } = step);
    }
    return { observation, info };
  }

  override step(action: Action): Step<Uint8Array> {
    if (this.#frames >= EPISODE_FRAMES) throw new ResetNeededError();
    let reward = this.#owed;
    this.#owed = 0;
    for (let taken = 1; ; taken++) {
      const step = this.#game.step(action);
      reward += step.reward;
      const truncated = ++this.#frames === EPISODE_FRAMES;
      if (taken === this.#frameSkip || step.terminated || truncated) {
        if (step.terminated) this.#frames = EPISODE_FRAMES;
        return { ...step, reward, truncated };
      }
    }
  }

  protected override saveOwn(): EnvState {
    return { frames: this.#frames, owed: this.#owed };
  }

  protected override restoreOwn(state: EnvState): void {
    const { frames, owed } = state as { frames: number; owed: number };
    this.#frames = frames;
    this.#owed = owed;
  }
}
