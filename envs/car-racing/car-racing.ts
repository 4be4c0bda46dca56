import { z } from "zod";
import { ConfigError, describe } from "../../src/base/errors.ts";
import type { Env, EnvState, Info, RenderFrame, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import type { RandomState } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import type { Space } from "../../src/core/spaces/space.ts";
import { Car } from "./car.ts";
import type { CarRacingColours } from "./car-racing-state.ts";
import { TIME_STEP } from "./chassis.ts";
import { randomColours, STANDARD_COLOURS } from "./colours.ts";
import { CarRacingPainter, OBSERVATION_SIZE as SIZE } from "./drawing/painter.ts";
import { type SavedSimulation, Simulation } from "./simulation.ts";
import { generateTrack } from "./track.ts";

/** What `new CarRacing` and `make("CarRacing-v3")` take. */
export const CarRacingConfig = z.strictObject({
  renderMode: z.enum(["rgb_array"]).optional(),
  /** Steering, gas and brake as three numbers; false: one of five actions. */
  continuous: z.boolean().default(true),
  /** Draws the colours of road, field and grass anew at every reset. */
  domainRandomize: z.boolean().default(false),
  /** The share of tiles after which a lap may count as complete. */
  lapCompletePercent: z.number().min(0).max(1).default(0.95),
  /**
   * `faithful`: as Gymnasium has it, where the share matters only at the very first visit of tile 0, that is at the start:
   * all tiles have to be visited. `fixed`: a return to tile 0 after more than the share completes the lap.
   */
  lapComplete: z.enum(["faithful", "fixed"]).default("faithful"),
  /** Where the car starts: on tile 0, or on one drawn at every reset, as World Models collected its episodes. */
  startTile: z.enum(["first", "random"]).default("first"),
});
export type CarRacingConfig = z.output<typeof CarRacingConfig>;

/** What `reset` takes as `options`. */
const CarRacingResetOptions = z.looseObject({
  /** Whether to draw new colours; has an effect with `domainRandomize` only. */
  randomize: z.boolean().default(true),
  /** Instead of the configuration's: a tile's number, counted round the track. */
  startTile: z.union([z.enum(["first", "random"]), z.int().min(0)]).optional(),
});

/** `info.car`: the state behind the pixels. */
export interface CarInfo {
  /** Metres, radians counter-clockwise from +y; of the hull's origin. */
  readonly x: number;
  readonly y: number;
  readonly angle: number;
  /** m/s and rad/s. */
  readonly vx: number;
  readonly vy: number;
  readonly angularVelocity: number;
  /** rad/s: front left, front right, rear left, rear right. */
  readonly wheelSpeeds: readonly [number, number, number, number];
  /** Angle of the front left wheel against the hull, radians, positive to the left. */
  readonly steering: number;
  readonly tilesVisited: number;
  /** Of the track. */
  readonly tiles: number;
}

type CarRacingAction<Continuous extends boolean> = Continuous extends true ? Float32Array : number;

interface SavedCarRacing extends EnvState {
  readonly simulation: SavedSimulation | null;
  readonly generator: RandomState | null;
  readonly colours: CarRacingColours;
  readonly over: boolean;
}

const SCREEN = { width: 600, height: 400 };

/** Steering, gas and brake of the five actions: nothing, right, left, gas, brake. */
const ACTIONS = [
  [0, 0, 0],
  [0.6, 0, 0],
  [-0.6, 0, 0],
  [0, 0.2, 0],
  [0, 0, 0.8],
] as const;

/**
 * Gymnasium's CarRacing: drive round a random track, seen from above, as fast as you can.
 *
 * Action: steering −1 (left) … 1 (right), gas 0 … 1, brake 0 … 1; or 0 nothing, 1 right, 2 left, 3 gas, 4 brake.
 * Observation: 96 × 96 RGB bytes, below it a strip with score, speed, wheel speeds, steering and gyroscope. Reward: −0.1 a
 * step, +1000 / tiles for each tile that a wheel touches for the first time. Ends with the last tile, or off the field,
 * where the step's reward is −100. A seed gives the track that it gives in Python; fifty steps a second.
 */
export class CarRacing<Continuous extends boolean = true> implements Env<Uint8Array, CarRacingAction<Continuous>> {
  static readonly metadata = { renderModes: ["rgb_array"], renderFps: 1 / TIME_STEP } as const;

  readonly config: CarRacingConfig;
  readonly observationSpace = new Box({ low: 0, high: 255, shape: [SIZE, SIZE, 3], dtype: "uint8" });
  readonly actionSpace: Space<CarRacingAction<Continuous>>;
  readonly metadata = CarRacing.metadata;

  readonly #painter = new CarRacingPainter();
  readonly #car = new Car();
  #generator: Pcg64 | undefined;
  #colours = STANDARD_COLOURS; // until a reset draws others
  #simulation: Simulation | undefined;
  #over = true;

  constructor(config: z.input<typeof CarRacingConfig> & { continuous?: Continuous } = {}) {
    const parsed = CarRacingConfig.safeParse(config);
    if (!parsed.success) {
      throw new ConfigError(
        `Expected options of CarRacing, got ${describe(config)}.\n${z.prettifyError(parsed.error)}`,
      );
    }
    this.config = parsed.data;
    const actionSpace: Space<Float32Array> | Space<number> = this.config.continuous
      ? new Box({ low: [-1, 0, 0], high: [1, 1, 1] })
      : new Discrete(ACTIONS.length);
    this.actionSpace = actionSpace as unknown as Space<CarRacingAction<Continuous>>;
  }

  get renderMode(): "rgb_array" | undefined {
    return this.config.renderMode;
  }

  /** `options: { randomize, startTile }` for this episode, see CarRacingConfig. */
  reset({ seed, options = {} }: ResetOptions = {}): Reset<Uint8Array> {
    const parsed = CarRacingResetOptions.safeParse(options);
    if (!parsed.success) {
      throw new ConfigError(
        `Expected reset options of CarRacing, got ${describe(options)}.\n${z.prettifyError(parsed.error)}`,
      );
    }
    const { randomize, startTile = this.config.startTile } = parsed.data;
    if (seed !== undefined) this.#generator = new Pcg64(seed);
    this.#generator ??= new Pcg64();
    const generator = this.#generator;

    if (this.config.domainRandomize && randomize) this.#colours = randomColours(generator);
    const track = generateTrack(generator);
    const simulation = new Simulation({
      ...this.config,
      track,
      colours: this.#colours,
      car: this.#car,
      startTile: tileNumber(startTile, track.tiles, generator),
    });
    this.#simulation = simulation;
    this.#over = false;
    return { observation: this.#observe(simulation), info: { car: carInfo(simulation) } };
  }

  step(action: CarRacingAction<Continuous>): Step<Uint8Array> {
    const simulation = this.#simulation;
    if (!simulation || this.#over) throw new ResetNeededError();
    if (!this.actionSpace.contains(action)) throw new InvalidActionError(action, this.actionSpace);
    const controls: ArrayLike<number> = typeof action === "number" ? ACTIONS[action] : (action as Float32Array);
    simulation.control(controls[0], controls[1], controls[2]);
    simulation.advance();
    const observation = this.#observe(simulation);
    simulation.settle();

    const { reward, terminated, lapFinished } = simulation;
    this.#over = terminated;
    const car = carInfo(simulation);
    const info: Info = terminated ? { car, lapFinished } : { car };
    return { observation, reward, terminated, truncated: false, info };
  }

  /** 600 × 400 for people, with the skid marks. */
  render(): RenderFrame | undefined {
    if (this.renderMode === undefined) return undefined;
    if (!this.#simulation) throw new ResetNeededError("render()");
    return this.#painter.drawLarge(this.#simulation.scene, SCREEN.width, SCREEN.height);
  }

  close(): void {}

  snapshot(): EnvState {
    const state: SavedCarRacing = {
      simulation: this.#simulation?.save() ?? null,
      generator: this.#generator?.state() ?? null,
      colours: this.#colours,
      over: this.#over,
    };
    return state;
  }

  restore(state: EnvState): void {
    const { simulation, generator, colours, over } = state as SavedCarRacing;
    this.#simulation = simulation ? Simulation.from(simulation, { ...this.config, car: this.#car }) : undefined;
    this.#generator = generator ? Pcg64.from(generator) : undefined;
    this.#colours = colours;
    this.#over = over;
  }

  #observe({ scene }: Simulation): Uint8Array {
    const observation = new Uint8Array(SIZE * SIZE * 3);
    this.#painter.draw(scene, observation);
    return observation;
  }
}

function tileNumber(startTile: "first" | "random" | number, tiles: number, generator: Pcg64): number {
  if (startTile === "random") return generator.integers(0, tiles);
  return startTile === "first" ? 0 : startTile % tiles;
}

function carInfo({ scene, tilesVisited, track }: Simulation): CarInfo {
  const { hull, wheels } = scene;
  return {
    x: hull.x,
    y: hull.y,
    angle: hull.angle,
    vx: hull.vx,
    vy: hull.vy,
    angularVelocity: hull.angularVelocity,
    wheelSpeeds: [wheels[0].omega, wheels[1].omega, wheels[2].omega, wheels[3].omega],
    steering: wheels[0].jointAngle,
    tilesVisited,
    tiles: track.tiles,
  };
}
