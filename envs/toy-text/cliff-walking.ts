import { z } from "zod";
import type { Env, EnvState, RenderFrame, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { ResetNeededError } from "../../src/core/errors.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { parseConfig } from "../parse-config.ts";
import { CLIFF_COLUMNS, CLIFF_ROWS, drawCliffWalking, isCliff } from "./cliff-walking-picture.ts";
import { TabularEpisode } from "./tabular-episode.ts";
import type { Transition, TransitionTable } from "./transition.ts";

const MOVES = [
  { row: -1, column: 0 }, // up
  { row: 0, column: 1 }, // right
  { row: 1, column: 0 }, // down
  { row: 0, column: -1 }, // left
];
const START = (CLIFF_ROWS - 1) * CLIFF_COLUMNS;
const GOAL = CLIFF_ROWS * CLIFF_COLUMNS - 1;

/** What `new CliffWalking` and `make("CliffWalking-v1")` take. */
export const CliffWalkingConfig = z.strictObject({
  renderMode: z.enum(["ansi", "rgb_array"]).optional(),
  /** Whether a step may go to either side, with a third of probability each. */
  isSlippery: z.boolean().default(false),
});
export type CliffWalkingConfig = z.output<typeof CliffWalkingConfig>;

/**
 * Gymnasium's CliffWalking: walk (0 up, 1 right, 2 down, 3 left) along a cliff from the lower left to the lower right.
 *
 * Observation: the tile, row · 12 + column, of 4 × 12. −1 a step; −100 for the cliff, which leads back to the start.
 * `info.prob` is the probability of what happened. `P` is the whole model. Nothing but the goal ends an episode.
 */
export class CliffWalking implements Env<number, number> {
  static readonly metadata = { renderModes: ["ansi", "rgb_array"], renderFps: 4 } as const;

  readonly config: CliffWalkingConfig;
  readonly P: TransitionTable;
  readonly actionSpace = new Discrete(4);
  readonly observationSpace = new Discrete(CLIFF_ROWS * CLIFF_COLUMNS);
  readonly metadata = CliffWalking.metadata;

  readonly #episode = new TabularEpisode();

  constructor(config: z.input<typeof CliffWalkingConfig> = {}) {
    this.config = parseConfig(CliffWalkingConfig, config, "CliffWalking");
    const { isSlippery } = this.config;
    const directions = (action: number) => (isSlippery ? [(action + 3) % 4, action, (action + 1) % 4] : [action]);
    this.P = Array.from({ length: this.observationSpace.n }, (_, state) =>
      MOVES.map((_, action) => directions(action).map((direction) => move(state, direction, isSlippery ? 1 / 3 : 1))),
    );
  }

  get renderMode(): "ansi" | "rgb_array" | undefined {
    return this.config.renderMode;
  }

  reset({ seed }: ResetOptions = {}): Reset<number> {
    const observation = this.#episode.begin(seed, (generator) => {
      generator.random(); // Gymnasium draws the start, of which there is one
      return START;
    });
    return { observation, info: { prob: 1 } };
  }

  step(action: number): Step<number> {
    const { probability, state, reward, terminated } = this.#episode.follow(this.P, action, this.actionSpace);
    return { observation: state, reward, terminated, truncated: false, info: { prob: probability } };
  }

  /** 720 × 240; or text: x the walker, C the cliff, T the goal, o the rest. */
  render(): RenderFrame | string | undefined {
    if (this.renderMode === undefined) return undefined;
    if (this.#episode.state < 0) throw new ResetNeededError("render()");
    if (this.renderMode === "ansi") return this.#text();
    const row = Math.floor(this.#episode.state / CLIFF_COLUMNS);
    return drawCliffWalking({
      row,
      column: this.#episode.state % CLIFF_COLUMNS,
      facing: this.#episode.lastAction ?? 2,
    });
  }

  close(): void {}

  snapshot(): EnvState {
    return this.#episode.save();
  }

  restore(saved: EnvState): void {
    this.#episode.restore(saved);
  }

  #text(): string {
    const letter = (row: number, column: number) => {
      const state = row * CLIFF_COLUMNS + column;
      if (state === this.#episode.state) return "x";
      if (state === GOAL) return "T";
      return isCliff(row, column) ? "C" : "o";
    };
    const lines = Array.from({ length: CLIFF_ROWS }, (_, row) =>
      Array.from({ length: CLIFF_COLUMNS }, (_, column) => letter(row, column)).join("  "),
    );
    return `${lines.join("\n")}\n\n`;
  }
}

function move(from: number, direction: number, probability: number): Transition {
  const row = clamp(Math.floor(from / CLIFF_COLUMNS) + MOVES[direction].row, CLIFF_ROWS - 1);
  const column = clamp((from % CLIFF_COLUMNS) + MOVES[direction].column, CLIFF_COLUMNS - 1);
  if (isCliff(row, column)) return { probability, state: START, reward: -100, terminated: false };
  const state = row * CLIFF_COLUMNS + column;
  return { probability, state, reward: -1, terminated: state === GOAL };
}

function clamp(index: number, last: number): number {
  return Math.min(Math.max(index, 0), last);
}
