import { z } from "zod";
import { ConfigError, describe } from "../../src/base/errors.ts";
import type { Env, EnvState, RenderFrame, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import type { RandomState } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { parseConfig } from "../parse-config.ts";
import { square } from "./c-library-square.ts";
import { NumpyVersion, trigonometryOf } from "./numpy-arithmetic.ts";
import { drawPendulum } from "./pendulum-picture.ts";
import { isScalarAction } from "./scalar-action.ts";

const MAX_SPEED = 8; // rad/s
const MAX_TORQUE = 2; // N·m
const TIME_STEP = 0.05; // s
const TAU = 2 * Math.PI;
const TORQUE_COST = Math.fround(0.001);

const INFO = Object.freeze({});
const { fround } = Math;

/** What `new Pendulum` and `make("Pendulum-v1")` take. */
export const PendulumConfig = z.strictObject({
  renderMode: z.enum(["rgb_array"]).optional(),
  /** Gravity, m/s². */
  g: z.number().default(10),
  /** Whose last digits: 1 (default): numpy 1.24's, as recorded; 2: numpy 2's. */
  numpy: NumpyVersion,
});
export type PendulumConfig = z.output<typeof PendulumConfig>;

/**
 * Gymnasium's Pendulum: swing a pendulum up and hold it there by a torque from −2 to 2 N·m (beyond: clipped).
 *
 * Observation: cosine and sine of the angle (0: upright), angular velocity (±8 rad/s). Reward −(angle² + 0.1 · velocity² +
 * 0.001 · torque²), the angle between −π and π. It never terminates. `reset` takes `options: { x_init, y_init }`: the
 * initial angle lies within ±x_init (default π), the velocity within ±y_init (default 1). The state is float64.
 */
export class Pendulum implements Env<Float32Array, Float32Array> {
  static readonly metadata = { renderModes: ["rgb_array"], renderFps: 30 } as const;

  readonly config: PendulumConfig;
  readonly actionSpace = new Box({ low: -MAX_TORQUE, high: MAX_TORQUE, shape: [1] });
  readonly observationSpace: Box = new Box({ low: [-1, -1, -MAX_SPEED], high: [1, 1, MAX_SPEED] });
  readonly metadata = Pendulum.metadata;

  readonly #pull: number;
  readonly #sin: (x: number) => number;
  readonly #cos: (x: number) => number;
  #generator: Pcg64 | undefined;
  #running = false;
  #angle = 0;
  #velocity = 0;
  /** The latest torque, for the picture; NaN: none yet. */
  #torque = Number.NaN;

  constructor(config: z.input<typeof PendulumConfig> = {}) {
    this.config = parseConfig(PendulumConfig, config, "Pendulum");
    this.#pull = (3 * this.config.g) / 2; // 3g / 2l for l = 1 m; the mass is 1 kg
    const { sin, cos } = trigonometryOf(this.config.numpy);
    this.#sin = sin;
    this.#cos = cos;
  }

  get renderMode(): "rgb_array" | undefined {
    return this.config.renderMode;
  }

  reset({ seed, options = {} }: ResetOptions = {}): Reset<Float32Array> {
    const angleBound = startBound("x_init", options["x_init"] ?? Math.PI);
    const velocityBound = startBound("y_init", options["y_init"] ?? 1);
    if (seed !== undefined) this.#generator = new Pcg64(seed);
    this.#generator ??= new Pcg64();
    this.#angle = this.#generator.uniform(-angleBound, angleBound);
    this.#velocity = this.#generator.uniform(-velocityBound, velocityBound);
    this.#torque = Number.NaN;
    this.#running = true;
    return { observation: this.#observe(), info: INFO };
  }

  step(action: Float32Array): Step<Float32Array> {
    if (!this.#running) throw new ResetNeededError();
    if (!isScalarAction(action)) throw new InvalidActionError(action, this.actionSpace);
    const torque = Math.min(Math.max(action[0], -MAX_TORQUE), MAX_TORQUE); // a float32 number stays one
    const angle = this.#angle;
    const velocity = this.#velocity;
    const narrow = this.config.numpy === 2;
    const torqueCost = narrow ? fround(TORQUE_COST * fround(torque * torque)) : 0.001 * (torque * torque);
    const cost = square(normalized(angle)) + 0.1 * square(velocity) + torqueCost;

    const faster = velocity + (this.#pull * this.#sin(angle) + (narrow ? fround(3 * torque) : 3 * torque)) * TIME_STEP;
    this.#velocity = Math.min(Math.max(faster, -MAX_SPEED), MAX_SPEED);
    this.#angle = angle + this.#velocity * TIME_STEP;
    this.#torque = torque;
    const observation = this.#observe();
    return { observation, reward: -cost, terminated: false, truncated: false, info: INFO };
  }

  /** 500 × 500: the rod, and an arrow for the latest torque. */
  render(): RenderFrame | undefined {
    if (this.renderMode === undefined) return undefined;
    if (!this.#running) throw new ResetNeededError("render()");
    return drawPendulum(this.#angle, this.#torque);
  }

  close(): void {}

  snapshot(): EnvState {
    return {
      generator: this.#generator?.state(),
      running: this.#running,
      state: [this.#angle, this.#velocity, this.#torque],
    };
  }

  restore(saved: EnvState): void {
    const { generator, running, state } = saved as {
      generator: RandomState | undefined;
      running: boolean;
      state: [number, number, number];
    };
    this.#generator = generator && Pcg64.from(generator);
    this.#running = running;
    [this.#angle, this.#velocity, this.#torque] = state;
  }

  #observe(): Float32Array {
    const observation = new Float32Array(3);
    observation[0] = this.#cos(this.#angle);
    observation[1] = this.#sin(this.#angle);
    observation[2] = this.#velocity;
    return observation;
  }
}

/** The same angle from −π to below π. */
function normalized(angle: number): number {
  const turned = (angle + Math.PI) % TAU;
  return (turned < 0 ? turned + TAU : turned) - Math.PI; // Python's modulo has the sign of the divisor
}

function startBound(name: string, bound: unknown): number {
  if (typeof bound === "number" && bound >= 0 && bound < Infinity) return bound;
  throw new ConfigError(`Expected option ${name} to be a number ≥ 0, got ${describe(bound)}.`);
}
