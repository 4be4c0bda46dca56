import { z } from "zod";
import type { Env, EnvState, RenderFrame, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import type { RandomState } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { parseConfig } from "../parse-config.ts";
import { cos } from "./c-library-trigonometry.ts";
import { drawMountain, MAX_POSITION, MAX_SPEED, MIN_POSITION } from "./mountain.ts";
import { NumpyVersion } from "./numpy-arithmetic.ts";
import { resetBounds } from "./reset-bounds.ts";
import { isScalarAction } from "./scalar-action.ts";

const POWER = 0.0015;
const GRAVITY = 0.0025;
const GOAL_POSITION = 0.45;
const START_BOUNDS = { low: -0.6, high: -0.4 };

const INFO = Object.freeze({});
const { fround } = Math;

/** What `new MountainCarContinuous` and `make("MountainCarContinuous-v0")` take. */
export const MountainCarContinuousConfig = z.strictObject({
  renderMode: z.enum(["rgb_array"]).optional(),
  /** The least velocity at which the goal counts as reached. */
  goalVelocity: z.number().default(0),
  /** Whose last digits: 1 (default): numpy 1.24's, as recorded; 2: numpy 2's. */
  numpy: NumpyVersion,
});
export type MountainCarContinuousConfig = z.output<typeof MountainCarContinuousConfig>;

/**
 * Gymnasium's MountainCarContinuous: as MountainCar, pushed by a force from −1 to 1 (beyond: clipped); the flag is at 0.45.
 *
 * Observation: position (−1.2 to 0.6), velocity (±0.07 a step). Reward −0.1 · force² a step, +100 at the goal. `reset`
 * takes `options: { low, high }`, the bounds of the initial position (default −0.6, −0.4).
 *
 * The state is rounded to float32 after every step; `numpy: 2` rounds within a step, too.
 */
export class MountainCarContinuous implements Env<Float32Array, Float32Array> {
  static readonly metadata = { renderModes: ["rgb_array"], renderFps: 30 } as const;

  readonly config: MountainCarContinuousConfig;
  readonly actionSpace = new Box({ low: -1, high: 1, shape: [1] });
  readonly observationSpace: Box = new Box({ low: [MIN_POSITION, -MAX_SPEED], high: [MAX_POSITION, MAX_SPEED] });
  readonly metadata = MountainCarContinuous.metadata;

  #generator: Pcg64 | undefined;
  #running = false;
  #drawable = false;
  /** The state is as `reset` drew it: float64. */
  #fresh = false;
  #position = 0;
  #velocity = 0;

  constructor(config: z.input<typeof MountainCarContinuousConfig> = {}) {
    this.config = parseConfig(MountainCarContinuousConfig, config, "MountainCarContinuous");
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
    this.#fresh = true;
    this.#running = true;
    this.#drawable = true;
    return { observation: this.#observe(), info: INFO };
  }

  step(action: Float32Array): Step<Float32Array> {
    if (!this.#running) throw new ResetNeededError();
    if (!isScalarAction(action)) throw new InvalidActionError(action, this.actionSpace);
    const force = action[0];
    const terminated = this.#fresh || this.config.numpy === 1 ? this.#move64(force) : this.#move32(force);
    this.#fresh = false;
    this.#running = !terminated;
    const reward = (terminated ? 100 : 0) - force * force * 0.1;
    return { observation: this.#observe(), reward, terminated, truncated: false, info: INFO };
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
      fresh: this.#fresh,
      state: [this.#position, this.#velocity],
    };
  }

  restore(saved: EnvState): void {
    const { generator, running, drawable, fresh, state } = saved as {
      generator: RandomState | undefined;
      running: boolean;
      drawable: boolean;
      fresh: boolean;
      state: [number, number];
    };
    this.#generator = generator && Pcg64.from(generator);
    this.#running = running;
    this.#drawable = drawable;
    this.#fresh = fresh;
    [this.#position, this.#velocity] = state;
  }

  /** A step in float64; answers whether the goal is reached. */
  #move64(force: number): boolean {
    const pull = GRAVITY * cos(3 * this.#position);
    const gain = this.config.numpy === 1 ? Math.min(Math.max(force, -1), 1) * POWER - pull : gain32(force, pull);
    let velocity = Math.min(Math.max(this.#velocity + gain, -MAX_SPEED), MAX_SPEED);
    const position = Math.min(Math.max(this.#position + velocity, MIN_POSITION), MAX_POSITION);
    if (position === MIN_POSITION && velocity < 0) velocity = 0; // the wall on the left stops the car
    this.#position = fround(position);
    this.#velocity = fround(velocity);
    return position >= GOAL_POSITION && velocity >= this.config.goalVelocity;
  }

  /** A step in float32, as numpy 2 promotes; a number that a bound replaces is Python's, float64, from there on. */
  #move32(force: number): boolean {
    const pull = GRAVITY * cos(fround(3 * this.#position));
    let velocity = fround(this.#velocity + fround(gain32(force, pull)));
    let goalVelocity = fround(this.config.goalVelocity);
    if (velocity > MAX_SPEED32 || velocity < -MAX_SPEED32) {
      velocity = velocity > 0 ? MAX_SPEED : -MAX_SPEED;
      goalVelocity = this.config.goalVelocity; // two float64 numbers are compared then
    }
    let position = fround(this.#position + fround(velocity));
    if (position > MAX_POSITION32) position = MAX_POSITION32;
    if (position < MIN_POSITION32) position = MIN_POSITION32;
    if (position === MIN_POSITION32 && velocity < 0) velocity = 0;
    this.#position = position;
    this.#velocity = fround(velocity);
    return position >= GOAL_POSITION32 && velocity >= goalVelocity;
  }

  #observe(): Float32Array {
    const observation = new Float32Array(2);
    observation[0] = this.#position;
    observation[1] = this.#velocity;
    return observation;
  }
}

const MAX_SPEED32 = fround(MAX_SPEED);
const MAX_POSITION32 = fround(MAX_POSITION);
const MIN_POSITION32 = fround(MIN_POSITION);
const GOAL_POSITION32 = fround(GOAL_POSITION);
const POWER32 = fround(POWER);

/** What the velocity gains under numpy 2: float32, unless the force is Python's own ±1, put for one beyond the bounds. */
function gain32(force: number, pull: number): number {
  if (force > 1) return POWER - pull;
  if (force < -1) return -POWER - pull;
  return fround(fround(force * POWER32) - fround(pull));
}
