import { z } from "zod";
import type { Env, EnvState, RenderFrame, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import type { RandomState } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { parseConfig } from "../parse-config.ts";
import { drawAcrobot } from "./acrobot-picture.ts";
import { square } from "./c-library-square.ts";
import { cos32, sin32 } from "./narrow-trigonometry.ts";
import { NumpyVersion, trigonometryOf } from "./numpy-arithmetic.ts";
import { resetBounds } from "./reset-bounds.ts";

const TIME_STEP = 0.2; // s
const GRAVITY = 9.8; // m/s²
const MAX_SPEED_1 = 4 * Math.PI; // rad/s
const MAX_SPEED_2 = 9 * Math.PI;
const START_BOUNDS = { low: -0.1, high: 0.1 };

const INFO = Object.freeze({});
const { fround } = Math;

/** What `new Acrobot` and `make("Acrobot-v1")` take. */
export const AcrobotConfig = z.strictObject({
  renderMode: z.enum(["rgb_array"]).optional(),
  /** The equations of Sutton and Barto's book, or those of Sutton's paper of 1996, which lack a term. */
  bookOrNips: z.enum(["book", "nips"]).default("book"),
  /** Uniform noise on the torque, up to this much either way, N·m. */
  torqueNoiseMax: z.number().min(0).default(0),
  /** Whose last digits: 1 (default): numpy 1.24's, as recorded; 2: numpy 2's. */
  numpy: NumpyVersion,
});
export type AcrobotConfig = z.output<typeof AcrobotConfig>;

/**
 * Gymnasium's Acrobot: two links hang from a fixed point; a torque on the joint between them (0: −1, 1: none, 2: +1 N·m)
 * must swing the free end one link's length above the fixed point.
 *
 * Observation: cosine and sine of the first link's angle (0: hanging down), the same of the second link's angle against
 * the first, both angular velocities (±4π, ±9π rad/s). −1 a step, 0 at the goal. `reset` takes `options: { low, high }`,
 * the bounds of every part of the initial state (default ±0.1). The initial state is float32, all later ones are float64:
 * one step of Runge and Kutta's fourth order over 0.2 s.
 */
export class Acrobot implements Env<Float32Array, number> {
  static readonly metadata = { renderModes: ["rgb_array"], renderFps: 15 } as const;

  readonly config: AcrobotConfig;
  readonly actionSpace = new Discrete(3);
  readonly observationSpace: Box = new Box({
    low: [-1, -1, -1, -1, -MAX_SPEED_1, -MAX_SPEED_2],
    high: [1, 1, 1, 1, MAX_SPEED_1, MAX_SPEED_2],
  });
  readonly metadata = Acrobot.metadata;

  readonly #nips: boolean;
  readonly #sin: (x: number) => number;
  readonly #cos: (x: number) => number;
  #generator: Pcg64 | undefined;
  #running = false;
  #drawable = false;
  /** Angles (rad) and angular velocities (rad/s) of both links. */
  readonly #state = new Float64Array(4);
  /** The accelerations that `#accelerate` found. */
  readonly #acceleration = new Float64Array(2);

  constructor(config: z.input<typeof AcrobotConfig> = {}) {
    this.config = parseConfig(AcrobotConfig, config, "Acrobot");
    this.#nips = this.config.bookOrNips === "nips";
    const { sin, cos } = trigonometryOf(this.config.numpy);
    this.#sin = sin;
    this.#cos = cos;
  }

  get renderMode(): "rgb_array" | undefined {
    return this.config.renderMode;
  }

  reset({ seed, options }: ResetOptions = {}): Reset<Float32Array> {
    const { low, high } = resetBounds(options, START_BOUNDS);
    if (seed !== undefined) this.#generator = new Pcg64(seed);
    this.#generator ??= new Pcg64();
    for (let i = 0; i < 4; i++) this.#state[i] = fround(this.#generator.uniform(low, high));
    this.#running = true;
    this.#drawable = true;
    const [angle1, angle2, speed1, speed2] = this.#state;
    const observation = Float32Array.of(cos32(angle1), sin32(angle1), cos32(angle2), sin32(angle2), speed1, speed2);
    return { observation, info: INFO };
  }

  step(action: number): Step<Float32Array> {
    if (!this.#running) throw new ResetNeededError();
    if (!this.actionSpace.contains(action)) throw new InvalidActionError(action, this.actionSpace);
    const noise = this.config.torqueNoiseMax;
    this.#integrate(action - 1 + (noise > 0 ? this.#generator!.uniform(-noise, noise) : 0));

    const state = this.#state;
    const cos1 = this.#cos(state[0]);
    const terminated = -cos1 - this.#cos(state[1] + state[0]) > 1;
    this.#running = !terminated;
    const observation = new Float32Array(6);
    observation[0] = cos1;
    observation[1] = this.#sin(state[0]);
    observation[2] = this.#cos(state[1]);
    observation[3] = this.#sin(state[1]);
    observation[4] = state[2];
    observation[5] = state[3];
    return { observation, reward: terminated ? 0 : -1, terminated, truncated: false, info: INFO };
  }

  /** 500 × 500: both links, and the height to reach. */
  render(): RenderFrame | undefined {
    if (this.renderMode === undefined) return undefined;
    if (!this.#drawable) throw new ResetNeededError("render()");
    return drawAcrobot(this.#state[0], this.#state[1]);
  }

  close(): void {}

  snapshot(): EnvState {
    return {
      generator: this.#generator?.state(),
      running: this.#running,
      drawable: this.#drawable,
      state: [...this.#state],
    };
  }

  restore(saved: EnvState): void {
    const { generator, running, drawable, state } = saved as {
      generator: RandomState | undefined;
      running: boolean;
      drawable: boolean;
      state: number[];
    };
    this.#generator = generator && Pcg64.from(generator);
    this.#running = running;
    this.#drawable = drawable;
    this.#state.set(state);
  }

  /** Runge and Kutta's four slopes over one time step; the derivatives of the angles are the velocities. */
  #integrate(torque: number): void {
    const state = this.#state;
    const slope = this.#acceleration;
    const half = TIME_STEP / 2;
    const [a1, a2, v1, v2] = state;

    this.#accelerate(a1, a2, v1, v2, torque);
    const p1 = slope[0];
    const p2 = slope[1];
    const v1b = v1 + half * p1;
    const v2b = v2 + half * p2;
    this.#accelerate(a1 + half * v1, a2 + half * v2, v1b, v2b, torque);
    const q1 = slope[0];
    const q2 = slope[1];
    const v1c = v1 + half * q1;
    const v2c = v2 + half * q2;
    this.#accelerate(a1 + half * v1b, a2 + half * v2b, v1c, v2c, torque);
    const r1 = slope[0];
    const r2 = slope[1];
    const v1d = v1 + TIME_STEP * r1;
    const v2d = v2 + TIME_STEP * r2;
    this.#accelerate(a1 + TIME_STEP * v1c, a2 + TIME_STEP * v2c, v1d, v2d, torque);

    const sixth = TIME_STEP / 6;
    state[0] = wrapped(a1 + sixth * (v1 + 2 * v1b + 2 * v1c + v1d));
    state[1] = wrapped(a2 + sixth * (v2 + 2 * v2b + 2 * v2c + v2d));
    state[2] = bounded(v1 + sixth * (p1 + 2 * q1 + 2 * r1 + slope[0]), MAX_SPEED_1);
    state[3] = bounded(v2 + sixth * (p2 + 2 * q2 + 2 * r2 + slope[1]), MAX_SPEED_2);
  }

  /**
   * Sutton and Barto's equations for links of 1 m, 1 kg and inertia 1 kg·m², their mass at 0.5 m; the order of operations
   * is Gymnasium's, which the last digit depends on.
   */
  #accelerate(angle1: number, angle2: number, speed1: number, speed2: number, torque: number): void {
    const cos2 = this.#cos(angle2);
    const sin2 = this.#sin(angle2);
    const d1 = 0.25 + (1.25 + cos2) + 1 + 1;
    const d2 = 0.25 + 0.5 * cos2 + 1;
    const phi2 = 0.5 * GRAVITY * this.#cos(angle1 + angle2 - Math.PI / 2);
    const phi1 =
      -0.5 * square(speed2) * sin2 - speed2 * speed1 * sin2 + 1.5 * GRAVITY * this.#cos(angle1 - Math.PI / 2) + phi2;
    const push = torque + (d2 / d1) * phi1;
    const coupled = this.#nips ? push : push - 0.5 * square(speed1) * sin2;
    const acceleration2 = (coupled - phi2) / (1.25 - square(d2) / d1);
    this.#acceleration[0] = -(d2 * acceleration2 + phi1) / d1;
    this.#acceleration[1] = acceleration2;
  }
}

/** The same angle from −π to π. */
function wrapped(angle: number): number {
  let x = angle;
  while (x > Math.PI) x -= 2 * Math.PI;
  while (x < -Math.PI) x += 2 * Math.PI;
  return x;
}

function bounded(speed: number, most: number): number {
  return Math.min(Math.max(speed, -most), most);
}
