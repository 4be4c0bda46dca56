import { z } from "zod";
import type { Env, EnvState, RenderFrame, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import type { RandomState } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { Canvas, type Point } from "../canvas.ts";
import { parseConfig } from "../parse-config.ts";
import { NumpyVersion, trigonometryOf } from "./numpy-arithmetic.ts";
import { resetBounds } from "./reset-bounds.ts";

const GRAVITY = 9.8; // m/s²
const CART_MASS = 1; // kg
const POLE_MASS = 0.1;
const TOTAL_MASS = POLE_MASS + CART_MASS;
const HALF_LENGTH = 0.5; // m, from the axle to the pole's centre
const POLE_MOMENT = POLE_MASS * HALF_LENGTH;
const FORCE = 10; // N, either way
const TIME_STEP = 0.02; // s
const MAX_POSITION = 2.4; // m from the middle of the track
const MAX_ANGLE = (12 * 2 * Math.PI) / 360; // rad from upright
const START_BOUNDS = { low: -0.05, high: 0.05 }; // of every part of the state

const INFO = Object.freeze({});

/** What `new CartPole` and `make("CartPole-v1")` take. */
export const CartPoleConfig = z.strictObject({
  renderMode: z.enum(["rgb_array"]).optional(),
  /** 0 a step and −1 at the end, as Sutton and Barto have it, instead of 1 a step. */
  suttonBartoReward: z.boolean().default(false),
  /** Whose last digits: 1 (default): numpy 1.24's, as recorded; 2: numpy 2's. */
  numpy: NumpyVersion,
});
export type CartPoleConfig = z.output<typeof CartPoleConfig>;

/**
 * Gymnasium's CartPole: push a cart left (0) or right (1) so that the pole on it stays up.
 *
 * Observation: position (m), velocity (m/s), angle (rad from upright, clockwise positive), angular velocity (rad/s).
 * Ends when the cart is more than 2.4 m from the middle or the pole more than 12° from upright. `reset` takes
 * `options: { low, high }`, the bounds of the initial state (default ±0.05). The state is float64, observations are
 * float32. A seed gives the same episode as in Python, to the last digit of the numpy that is named.
 */
export class CartPole implements Env<Float32Array, number> {
  static readonly metadata = { renderModes: ["rgb_array"], renderFps: 50 } as const;

  readonly config: CartPoleConfig;
  readonly actionSpace = new Discrete(2);
  readonly observationSpace: Box = new Box({
    low: [-MAX_POSITION * 2, -Infinity, -MAX_ANGLE * 2, -Infinity], // twice the limits: the last one lies outside them
    high: [MAX_POSITION * 2, Infinity, MAX_ANGLE * 2, Infinity],
  });
  readonly metadata = CartPole.metadata;

  readonly #sin: (x: number) => number;
  readonly #cos: (x: number) => number;
  #generator: Pcg64 | undefined;
  #running = false;
  #drawable = false;
  #position = 0;
  #velocity = 0;
  #angle = 0;
  #angularVelocity = 0;

  constructor(config: z.input<typeof CartPoleConfig> = {}) {
    this.config = parseConfig(CartPoleConfig, config, "CartPole");
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
    this.#position = this.#generator.uniform(low, high);
    this.#velocity = this.#generator.uniform(low, high);
    this.#angle = this.#generator.uniform(low, high);
    this.#angularVelocity = this.#generator.uniform(low, high);
    this.#running = true;
    this.#drawable = true;
    return { observation: this.#observe(), info: INFO };
  }

  step(action: number): Step<Float32Array> {
    if (!this.#running) throw new ResetNeededError();
    if (!this.actionSpace.contains(action)) throw new InvalidActionError(action, this.actionSpace);
    const force = action === 1 ? FORCE : -FORCE;
    const velocity = this.#velocity;
    const angularVelocity = this.#angularVelocity;
    const cos = this.#cos(this.#angle);
    const sin = this.#sin(this.#angle);

    // Florian (2007), "Correct equations for the dynamics of the cart-pole system", without friction; Euler's method,
    // in the order of Gymnasium's operations, which the last digit depends on.
    const push = (force + POLE_MOMENT * (angularVelocity * angularVelocity) * sin) / TOTAL_MASS;
    const angularAcceleration =
      (GRAVITY * sin - cos * push) / (HALF_LENGTH * (4 / 3 - (POLE_MASS * (cos * cos)) / TOTAL_MASS));
    const acceleration = push - (POLE_MOMENT * angularAcceleration * cos) / TOTAL_MASS;
    this.#position += TIME_STEP * velocity;
    this.#velocity += TIME_STEP * acceleration;
    this.#angle += TIME_STEP * angularVelocity;
    this.#angularVelocity += TIME_STEP * angularAcceleration;

    const terminated = Math.abs(this.#position) > MAX_POSITION || Math.abs(this.#angle) > MAX_ANGLE;
    const reward = this.config.suttonBartoReward ? (terminated ? -1 : 0) : 1;
    this.#running = !terminated;
    return { observation: this.#observe(), reward, terminated, truncated: false, info: INFO };
  }

  /** 600 × 400, as Gymnasium draws it: a black cart on a line, a tan pole, a blue axle. */
  render(): RenderFrame | undefined {
    if (this.renderMode === undefined) return undefined;
    if (!this.#drawable) throw new ResetNeededError("render()");
    const canvas = new Canvas(600, 400, [255, 255, 255]);
    const scale = canvas.width / (2 * MAX_POSITION); // pixels a metre
    const cartX = this.#position * scale + canvas.width / 2;
    const cartY = 100;
    const axleY = cartY + 7.5;
    const poleLength = scale * 2 * HALF_LENGTH;
    const sin = Math.sin(this.#angle);
    const cos = Math.cos(this.#angle);
    const onPole = (across: number, along: number): Point => [
      cartX + across * cos + along * sin,
      axleY - across * sin + along * cos,
    ];

    canvas.rectangle({ left: 0, right: canvas.width, bottom: cartY, top: cartY + 1 }, [0, 0, 0]);
    canvas.rectangle({ left: cartX - 25, right: cartX + 25, bottom: cartY - 15, top: cartY + 15 }, [0, 0, 0]);
    const tip = poleLength - 5;
    canvas.polygon([onPole(-5, -5), onPole(5, -5), onPole(5, tip), onPole(-5, tip)], [202, 152, 101]);
    canvas.circle([cartX, axleY], 5, [129, 132, 203]);
    return canvas.frame();
  }

  close(): void {}

  snapshot(): EnvState {
    return {
      generator: this.#generator?.state(),
      running: this.#running,
      drawable: this.#drawable,
      state: [this.#position, this.#velocity, this.#angle, this.#angularVelocity],
    };
  }

  restore(saved: EnvState): void {
    const { generator, running, drawable, state } = saved as {
      generator: RandomState | undefined;
      running: boolean;
      drawable: boolean;
      state: [number, number, number, number];
    };
    this.#generator = generator && Pcg64.from(generator);
    this.#running = running;
    this.#drawable = drawable;
    [this.#position, this.#velocity, this.#angle, this.#angularVelocity] = state;
  }

  #observe(): Float32Array {
    const observation = new Float32Array(4);
    observation[0] = this.#position;
    observation[1] = this.#velocity;
    observation[2] = this.#angle;
    observation[3] = this.#angularVelocity;
    return observation;
  }
}
