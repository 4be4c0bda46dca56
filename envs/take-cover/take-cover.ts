import { z } from "zod";
import type { Env, EnvState, Info, RenderFrame, RenderMode, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { type RandomState, RandomStream } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { observationCamera, screenCamera } from "./camera.ts";
import { Painter } from "./painter.ts";
import { TIME_LIMIT } from "./room.ts";
import { type SavedSimulation, Simulation } from "./simulation.ts";

export const TakeCoverConfig = z.strictObject({
  /** Tics a step: the action is held, the reward is the tics survived, the last one is drawn. */
  frameSkip: z.int().min(1).default(1),
  /** Height and width of the observation in pixels; the field of view stays the same. */
  observationSize: z.tuple([z.int().min(8), z.int().min(8)]).default([64, 64]),
  renderMode: z.literal("rgb_array").optional(),
  /** Tics after which the episode is cut off. */
  maxTics: z.int().min(1).default(TIME_LIMIT),
});
export type TakeCoverConfig = z.infer<typeof TakeCoverConfig>;

interface SavedTakeCover extends EnvState {
  readonly simulation: SavedSimulation | null;
  readonly random: RandomState;
  readonly over: boolean;
}

const SCREEN = { width: 320, height: 240 };
const LEFT = 1; // action a moves by LEFT − a

/** Painters by picture size, shared by all environments of the process: what they keep is the same for each. */
const PAINTERS = new Map<string, Painter>();

/**
 * ViZDoom's take_cover: imps throw fireballs from the far side of a room; strafe (0 left, 1 stay, 2 right) to live.
 * One reward for each tic survived, 35 tics a second; dead at health 0, cut off at 2100 tics. The observation is the
 * view without the status bar, RGB bytes (height, width, 3); health shows only as the red flash after a hit.
 */
export class TakeCover implements Env<Uint8Array, number> {
  readonly actionSpace = new Discrete(3);
  readonly observationSpace: Box<"uint8">;
  readonly config: TakeCoverConfig;
  readonly renderMode?: RenderMode;
  readonly #painter: Painter;
  #screen: Painter | undefined;
  #random = new RandomStream(0, "TakeCover");
  #simulation: Simulation | undefined;
  #over = true;

  constructor(config: z.input<typeof TakeCoverConfig> = {}) {
    this.config = TakeCoverConfig.parse(config);
    this.renderMode = this.config.renderMode;
    const [height, width] = this.config.observationSize;
    this.observationSpace = new Box({ low: 0, high: 255, shape: [height, width, 3], dtype: "uint8" });
    this.#painter = sharedPainter(height, width);
  }

  reset({ seed }: ResetOptions = {}): Reset<Uint8Array> {
    if (seed !== undefined) this.#random = new RandomStream(seed, "TakeCover");
    const simulation = new Simulation(this.#random);
    this.#simulation = simulation;
    this.#over = false;
    return { observation: this.#painter.draw(simulation), info: infoOf(simulation) };
  }

  step(action: number): Step<Uint8Array> {
    const simulation = this.#simulation;
    if (!simulation || this.#over) throw new ResetNeededError();
    if (!this.actionSpace.contains(action)) throw new InvalidActionError(action, this.actionSpace);

    const { frameSkip, maxTics } = this.config;
    const before = simulation.tic;
    const end = Math.min(before + frameSkip, maxTics);
    while (simulation.tic < end && !simulation.dead) simulation.advance(LEFT - action);

    const terminated = simulation.dead;
    const truncated = !terminated && simulation.tic >= maxTics;
    this.#over = terminated || truncated;
    const reward = simulation.tic - before;
    return { observation: this.#painter.draw(simulation), reward, terminated, truncated, info: infoOf(simulation) };
  }

  /** The whole 4:3 screen for people, 320 × 240. */
  render(): RenderFrame | undefined {
    if (this.renderMode === undefined) return undefined;
    if (!this.#simulation) throw new ResetNeededError("render()");
    const { width, height } = SCREEN;
    this.#screen ??= new Painter({ camera: screenCamera(width, height), samples: 2, keepBackgrounds: false });
    return { width, height, data: this.#screen.draw(this.#simulation) };
  }

  close(): void {}

  snapshot(): EnvState {
    const state: SavedTakeCover = {
      simulation: this.#simulation?.save() ?? null,
      random: this.#random.state(),
      over: this.#over,
    };
    return state;
  }

  restore(state: EnvState): void {
    const { simulation, random, over } = state as SavedTakeCover;
    this.#random = RandomStream.from(random);
    this.#simulation = simulation ? Simulation.from(simulation, this.#random) : undefined;
    this.#over = over;
  }
}

function sharedPainter(height: number, width: number): Painter {
  const key = `${height}×${width}`;
  let painter = PAINTERS.get(key);
  if (!painter) {
    painter = new Painter({ camera: observationCamera(width, height), samples: 3, keepBackgrounds: true });
    PAINTERS.set(key, painter);
  }
  return painter;
}

function infoOf({ player, tic }: Simulation): Info {
  return { health: player.health, y: player.y, tic };
}
