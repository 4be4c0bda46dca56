import { z } from "zod";
import { ConfigError, describe } from "../../src/base/errors.ts";
import type { Env, EnvMetadata, EnvState, Info, RenderFrame, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { type RandomState, RandomStream } from "../../src/core/random.ts";
import { systemEntropy } from "../../src/core/seed-sequence.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { observationCamera, screenCamera } from "./camera.ts";
import { Painter } from "./painter.ts";
import { TICS_PER_SECOND, TIME_LIMIT } from "./room.ts";
import { type SavedSimulation, Simulation } from "./simulation.ts";

/** What `new TakeCover` and `make("TakeCover-v0")` take. */
export const TakeCoverConfig = z.strictObject({
  /** Tics a step: the action is held, the reward is the tics survived, the last one is drawn. */
  frameSkip: z.int().min(1).default(1),
  /** Height and width of the observation in pixels; the field of view stays the same. */
  observationSize: z.tuple([z.int().min(8), z.int().min(8)]).default([64, 64]),
  renderMode: z.enum(["rgb_array"]).optional(),
  /** Tics after which the episode is cut off. */
  maxTics: z.int().min(1).default(TIME_LIMIT),
});
export type TakeCoverConfig = z.output<typeof TakeCoverConfig>;

interface SavedTakeCover extends EnvState {
  readonly simulation: SavedSimulation | null;
  readonly random: RandomState | null;
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
  readonly config: TakeCoverConfig;
  readonly actionSpace = new Discrete(3);
  readonly observationSpace: Box<"uint8">;
  /** A picture a step: films run at the game's own pace, whatever the frame skip. */
  readonly metadata: EnvMetadata;

  readonly #painter: Painter;
  #screen: Painter | undefined;
  #random: RandomStream | undefined;
  #simulation: Simulation | undefined;
  #over = true;

  constructor(config: z.input<typeof TakeCoverConfig> = {}) {
    const parsed = TakeCoverConfig.safeParse(config);
    if (!parsed.success) {
      throw new ConfigError(
        `Expected options of TakeCover, got ${describe(config)}.\n${z.prettifyError(parsed.error)}`,
      );
    }
    this.config = parsed.data;
    this.metadata = { renderModes: ["rgb_array"], renderFps: TICS_PER_SECOND / this.config.frameSkip };
    const [height, width] = this.config.observationSize;
    this.observationSpace = new Box({ low: 0, high: 255, shape: [height, width, 3], dtype: "uint8" });
    this.#painter = sharedPainter(height, width);
  }

  get renderMode(): "rgb_array" | undefined {
    return this.config.renderMode;
  }

  reset({ seed }: ResetOptions = {}): Reset<Uint8Array> {
    if (seed !== undefined) this.#random = streamOf(seed);
    this.#random ??= streamOf(systemEntropy());
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
      random: this.#random?.state() ?? null,
      over: this.#over,
    };
    return state;
  }

  restore(state: EnvState): void {
    const { simulation, random, over } = state as SavedTakeCover;
    this.#random = random ? RandomStream.from(random) : undefined;
    this.#simulation = simulation && this.#random ? Simulation.from(simulation, this.#random) : undefined;
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

function streamOf(seed: number | bigint): RandomStream {
  if (seed < 0 || (typeof seed === "number" && !Number.isSafeInteger(seed))) {
    throw new ConfigError(`Expected seed to be an integer ≥ 0, got ${describe(seed)}.`);
  }
  return new RandomStream(String(seed), "TakeCover");
}

function infoOf({ player, tic }: Simulation): Info {
  return { health: player.health, y: player.y, tic };
}
