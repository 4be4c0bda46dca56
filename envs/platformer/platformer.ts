import { z } from "zod";
import { ConfigError, describe } from "../../src/base/errors.ts";
import type { Env, EnvState, RenderFrame, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { type RandomState, RandomStream } from "../../src/core/random.ts";
import { systemEntropy } from "../../src/core/seed-sequence.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { parseConfig } from "../parse-config.ts";
import { ACTIONS } from "./action.ts";
import { Painter } from "./drawing/painter.ts";
import { THEMES, type Theme } from "./drawing/theme.ts";
import type { Difficulty, Level } from "./level.ts";
import { generateLevel } from "./level-generator.ts";
import { LevelSet, levelRange } from "./level-set.ts";
import { type SavedSimulation, Simulation } from "./simulation.ts";
import { STEPS_PER_SECOND, SUBPIXELS, VIEW } from "./world.ts";

/** What `new Platformer` and `make("Platformer-v0")` take. */
export const PlatformerConfig = z.strictObject({
  renderMode: z.enum(["rgb_array"]).optional(),
  /** The levels that resets draw from; no level of `test` is one of `train`. */
  levels: LevelSet.default("train"),
  /** 1: short, low steps, small gaps, slow saws; 2 and 3: longer, with wider gaps, higher steps and faster saws. */
  difficulty: z.literal([1, 2, 3]).default(1),
  /** The colours of sky, hills and ground; `varied`: each level has its own. */
  theme: z.enum([...THEMES, "varied"]).default("meadow"),
  /** Reward for each tile of ground never reached before; the coin alone counts by default. */
  progressReward: z.number().default(0),
});
export type PlatformerConfig = z.output<typeof PlatformerConfig>;

/** What `reset` takes as `options`. */
const PlatformerResetOptions = z.looseObject({
  /** A level's number, instead of one drawn; it need not be of the set. */
  level: z.int().min(0).optional(),
});

/** `info` of every reset and step. */
export type PlatformerInfo = {
  /** The level's number. */
  readonly level: number;
  /** Left and top of the box in pixels (y downwards), pixels a step. */
  readonly player: {
    readonly x: number;
    readonly y: number;
    readonly vx: number;
    readonly vy: number;
    readonly onGround: boolean;
  };
  /** Pixels to the right that the coin is away. */
  readonly coinDistance: number;
  /** The view's left edge in the level, in pixels. */
  readonly cameraX: number;
};

interface SavedPlatformer extends EnvState {
  readonly simulation: SavedSimulation | null;
  readonly random: RandomState | null;
  readonly over: boolean;
}

const COIN_REWARD = 10;
const SCREEN_SCALE = 5;

/**
 * A side-scroller in the manner of CoinRun: run and jump over gaps, spikes, lava and saws to the coin at the right end.
 *
 * Action: 0 nothing, 1 left, 2 right, 3 jump, 4 jump left, 5 jump right; a jump that is held goes higher. Observation:
 * 64 × 64 RGB bytes, the view that follows the player. Reward: 10 for the coin, which ends the episode as death does.
 * A seed draws a level of the set; a level's number gives the same level everywhere, saws included: chance ends with the
 * reset. `make` cuts off after 500 steps.
 */
export class Platformer implements Env<Uint8Array, number> {
  static readonly metadata = {
    renderModes: ["rgb_array"],
    renderFps: STEPS_PER_SECOND,
    actionMeanings: ACTIONS,
  } as const;

  readonly config: PlatformerConfig;
  readonly actionSpace = new Discrete(ACTIONS.length);
  readonly observationSpace = new Box({ low: 0, high: 255, shape: [VIEW, VIEW, 3], dtype: "uint8" });
  readonly metadata = Platformer.metadata;

  #random: RandomStream | undefined;
  #simulation: Simulation | undefined;
  #painter: Painter | undefined;
  #over = true;

  constructor(config: z.input<typeof PlatformerConfig> = {}) {
    this.config = parseConfig(PlatformerConfig, config, "Platformer");
  }

  get renderMode(): "rgb_array" | undefined {
    return this.config.renderMode;
  }

  /** `options: { level }` pins the level. */
  reset({ seed, options = {} }: ResetOptions = {}): Reset<Uint8Array> {
    const { level } = parseConfig(PlatformerResetOptions, options, "Platformer's reset");
    if (seed !== undefined) this.#random = streamOf(seed);
    this.#random ??= streamOf(systemEntropy());
    const { start, count } = levelRange(this.config.levels);
    const drawn = this.#random.integer(start, start + count); // drawn in any case: a pinned level changes no later one
    const simulation = new Simulation(this.#level(level ?? drawn));
    this.#simulation = simulation;
    this.#over = false;
    return { observation: this.#observe(simulation), info: infoOf(simulation) };
  }

  step(action: number): Step<Uint8Array> {
    const simulation = this.#simulation;
    if (!simulation || this.#over) throw new ResetNeededError();
    if (!this.actionSpace.contains(action)) throw new InvalidActionError(action, this.actionSpace);
    const progress = simulation.advance(action);
    const terminated = simulation.outcome !== "playing";
    this.#over = terminated;
    const reward = (simulation.outcome === "coin" ? COIN_REWARD : 0) + this.config.progressReward * progress;
    return { observation: this.#observe(simulation), reward, terminated, truncated: false, info: infoOf(simulation) };
  }

  /** The observation five times as large, 320 × 320. */
  render(): RenderFrame | undefined {
    if (this.renderMode === undefined) return undefined;
    if (!this.#simulation) throw new ResetNeededError("render()");
    return this.#paint(this.#simulation).drawLarge(this.#simulation, SCREEN_SCALE);
  }

  close(): void {}

  snapshot(): EnvState {
    const state: SavedPlatformer = {
      simulation: this.#simulation?.save() ?? null,
      random: this.#random?.state() ?? null,
      over: this.#over,
    };
    return state;
  }

  restore(state: EnvState): void {
    const { simulation, random, over } = state as SavedPlatformer;
    this.#random = random ? RandomStream.from(random) : undefined;
    this.#simulation = simulation ? Simulation.from(simulation, this.#level(simulation.level)) : undefined;
    this.#over = over;
  }

  #level(number: number): Level {
    this.#painter = undefined;
    return generateLevel(number, this.config.difficulty as Difficulty);
  }

  #observe(simulation: Simulation): Uint8Array {
    return this.#paint(simulation).draw(simulation);
  }

  #paint({ level }: Simulation): Painter {
    this.#painter ??= new Painter(level, themeOf(level, this.config.theme));
    return this.#painter;
  }
}

function themeOf({ number }: Level, theme: Theme | "varied"): Theme {
  return theme === "varied" ? THEMES[new RandomStream(number, "Platformer/theme").integer(0, THEMES.length)] : theme;
}

function streamOf(seed: number | bigint): RandomStream {
  if (seed < 0 || (typeof seed === "number" && !Number.isSafeInteger(seed))) {
    throw new ConfigError(`Expected seed to be an integer ≥ 0, got ${describe(seed)}.`);
  }
  return new RandomStream(String(seed), "Platformer");
}

function infoOf({ level, player, coinDistance, cameraX }: Simulation): PlatformerInfo {
  const { x, y, vx, vy, onGround } = player;
  const inPixels = { x: x / SUBPIXELS, y: y / SUBPIXELS, vx: vx / SUBPIXELS, vy: vy / SUBPIXELS, onGround };
  return { level: level.number, player: inPixels, coinDistance, cameraX };
}
