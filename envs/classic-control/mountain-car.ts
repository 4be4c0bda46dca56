import { z } from "zod";
import type { Env, EnvState, RenderFrame, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import type { RandomState } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { parseConfig } from "../parse-config.ts";
import { cos } from "./c-library-trigonometry.ts";
import { drawMountain, MAX_POSITION, MAX_SPEED, MIN_POSITION } from "./mountain.ts";
import { resetBounds } from "./reset-bounds.ts";

const FORCE = 0.001;
const GRAVITY = 0.0025;
const GOAL_POSITION = 0.5;
const START_BOUNDS = { low: -0.6, high: -0.4 };

const INFO = Object.freeze({});

/** What `new MountainCar` and `make("MountainCar-v0")` take. */
export const MountainCarConfig = z.strictObject({
  renderMode: z.enum(["rgb_array"]).optional(),
  /** The least velocity at which the goal counts as reached. */
  goalVelocity: z.number().default(0),
});
export type MountainCarConfig = z.output<typeof MountainCarConfig>;

/**
 * Gymnasium's MountainCar: a car too weak for the hill must swing (0 left, 1 nothing, 2 right) to the flag at 0.5.
 *
 * Observation: position (−1.2 to 0.6), velocity (±0.07 a step). −1 a step. `reset` takes `options: { low, high }`, the
 * bounds of the initial position (default −0.6, −0.4). The state is float64, observations are float32.
 */
export class MountainCar implements Env<Float32Array, number> {
  static readonly metadata = { renderModes: ["rgb_array"], renderFps: 30 } as const;

  readonly config: MountainCarConfig;
  readonly actionSpace = new Discrete(3);
  readonly observationSpace: Box = new Box({ low: [MIN_POSITION, -MAX_SPEED], high: [MAX_POSITION, MAX_SPEED] });
  readonly metadata = MountainCar.metadata;

  #generator: Pcg64 | undefined;
  #running = false;
  #drawable = false;
  #position = 0;
  #velocity = 0;

  constructor(config: z.input<typeof MountainCarConfig> = {}) {
    this.config = parseConfig(MountainCarConfig, config, "MountainCar");
  }

  get renderMode(): "rgb_array" | undefined {
    return this.config.renderMode;
  }

  reset({ seed, options }: ResetOptions = {}): Reset<Float32Array> {
    const { low, high } = resetBounds(options, START_BOUNDS);
    if (seed !== undefined) this.#generator = new Pcg64(seed);
    this.#generator ??= new Pcg64();
    this.#position = this.#generator.uniform(low, high);
    this.#velocity = 0;
    this.#running = true;
    this.#drawable = true;
    return { observation: this.#observe(), info: INFO };
  }

  step(action: number): Step<Float32Array> {
    if (!this.#running) throw new ResetNeededError();
    if (!this.actionSpace.contains(action)) throw new InvalidActionError(action, this.actionSpace);
    const pushed = this.#velocity + ((action - 1) * FORCE + cos(3 * this.#position) * -GRAVITY);
    const velocity = Math.min(Math.max(pushed, -MAX_SPEED), MAX_SPEED);
    const position = Math.min(Math.max(this.#position + velocity, MIN_POSITION), MAX_POSITION);
    this.#position = position;
    this.#velocity = position === MIN_POSITION && velocity < 0 ? 0 : velocity; // the wall on the left stops the car

    const terminated = position >= GOAL_POSITION && this.#velocity >= this.config.goalVelocity;
    this.#running = !terminated;
    return { observation: this.#observe(), reward: -1, terminated, truncated: false, info: INFO };
  }

  /** 600 × 400: the valley, the car, the flag. */
  render(): RenderFrame | undefined {
    if (this.renderMode === undefined) return undefined;
    if (!this.#drawable) throw new ResetNeededError("render()");
    return drawMountain(this.#position, GOAL_POSITION);
  }

  close(): void {}

  snapshot(): EnvState {
    return {
      generator: this.#generator?.state(),
      running: this.#running,
      drawable: this.#drawable,
      state: [this.#position, this.#velocity],
    };
  }

  restore(saved: EnvState): void {
    const { generator, running, drawable, state } = saved as {
      generator: RandomState | undefined;
      running: boolean;
      drawable: boolean;
      state: [number, number];
    };
    this.#generator = generator && Pcg64.from(generator);
    this.#running = running;
    this.#drawable = drawable;
    [this.#position, this.#velocity] = state;
  }

  #observe(): Float32Array {
    const observation = new Float32Array(2);
    observation[0] = this.#position;
    observation[1] = this.#velocity;
    return observation;
  }
}
