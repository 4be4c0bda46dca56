import { z } from "zod";
import type { Env, EnvState, RenderFrame, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { ResetNeededError } from "../../src/core/errors.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { parseConfig } from "../parse-config.ts";
import { colorize } from "./colorize.ts";
import { generateRandomMap, LAKE_MAPS, type LakeMap } from "./frozen-lake-map.ts";
import { drawFrozenLake } from "./frozen-lake-picture.ts";
import { TabularEpisode } from "./tabular-episode.ts";
import { drawIndex, type Transition, type TransitionTable } from "./transition.ts";

const MOVES = [
  { name: "Left", row: 0, column: -1 },
  { name: "Down", row: 1, column: 0 },
  { name: "Right", row: 0, column: 1 },
  { name: "Up", row: -1, column: 0 },
];

/** What `new FrozenLake` and `make("FrozenLake-v1")` take. */
export const FrozenLakeConfig = z.strictObject({
  renderMode: z.enum(["ansi", "rgb_array"]).optional(),
  /** A map of one's own: rows of S, F, H and G, from the top. */
  desc: z
    .array(z.string().regex(/^[SFHG]+$/, "Expected rows of the letters S, F, H and G."))
    .min(1)
    .refine((rows) => rows.every((row) => row.length === rows[0].length), "Expected rows of one length.")
    .refine((rows) => rows.some((row) => row.includes("S")), "Expected a start, S.")
    .nullable()
    .default(null),
  /** The map where there is no `desc`; null: a random 8×8 one. */
  mapName: z.enum(["4x4", "8x8"]).nullable().default("4x4"),
  /** Whether a step may go to either side instead of ahead. */
  isSlippery: z.boolean().default(true),
  /** On slippery ice: the probability of going ahead; the sides share the rest. */
  successRate: z
    .number()
    .min(0)
    .max(1)
    .default(1 / 3),
  /** Rewards for reaching the goal, a hole, and any other tile. */
  rewardSchedule: z.tuple([z.number(), z.number(), z.number()]).default([1, 0, 0]),
});
export type FrozenLakeConfig = z.output<typeof FrozenLakeConfig>;

/**
 * Gymnasium's FrozenLake: cross the ice (0 left, 1 down, 2 right, 3 up) to the goal without falling into a hole.
 *
 * Observation: the tile, row · columns + column. `info.prob` is the probability of what happened. `P` is the whole model.
 */
export class FrozenLake implements Env<number, number> {
  static readonly metadata = { renderModes: ["ansi", "rgb_array"], renderFps: 4 } as const;

  readonly config: FrozenLakeConfig;
  /** The map that is played. */
  readonly desc: LakeMap;
  readonly P: TransitionTable;
  readonly actionSpace = new Discrete(4);
  readonly observationSpace: Discrete;
  readonly metadata = FrozenLake.metadata;

  readonly #columns: number;
  readonly #start: readonly number[];
  readonly #episode = new TabularEpisode();

  constructor(config: z.input<typeof FrozenLakeConfig> = {}) {
    this.config = parseConfig(FrozenLakeConfig, config, "FrozenLake");
    const { desc, mapName } = this.config;
    this.desc = desc ?? (mapName === null ? generateRandomMap() : LAKE_MAPS[mapName]);
    this.#columns = this.desc[0].length;
    this.observationSpace = new Discrete(this.desc.length * this.#columns);
    const tiles = [...this.desc.join("")];
    const starts = tiles.filter((tile) => tile === "S").length;
    this.#start = tiles.map((tile) => (tile === "S" ? 1 / starts : 0));
    this.P = tiles.map((tile, state) => MOVES.map((_, action) => this.#follow(tile, state, action)));
  }

  get renderMode(): "ansi" | "rgb_array" | undefined {
    return this.config.renderMode;
  }

  reset({ seed }: ResetOptions = {}): Reset<number> {
    const observation = this.#episode.begin(seed, (generator) => drawIndex(this.#start, generator));
    return { observation, info: { prob: 1 } };
  }

  step(action: number): Step<number> {
    const { probability, state, reward, terminated } = this.#episode.follow(this.P, action, this.actionSpace);
    return { observation: state, reward, terminated, truncated: false, info: { prob: probability } };
  }

  /** 64 pixels a tile, at most 512 a side; or the map as text, the player's tile red. */
  render(): RenderFrame | string | undefined {
    if (this.renderMode === undefined) return undefined;
    if (this.#episode.state < 0) throw new ResetNeededError("render()");
    const row = Math.floor(this.#episode.state / this.#columns);
    const column = this.#episode.state % this.#columns;
    if (this.renderMode === "ansi") return this.#text(row, column);
    return drawFrozenLake(this.desc, { row, column, facing: this.#episode.lastAction ?? 1 });
  }

  close(): void {}

  snapshot(): EnvState {
    return this.#episode.save();
  }

  restore(saved: EnvState): void {
    this.#episode.restore(saved);
  }

  #follow(tile: string, state: number, action: number): Transition[] {
    if (tile === "G" || tile === "H") return [{ probability: 1, state, reward: 0, terminated: true }];
    const { isSlippery, successRate } = this.config;
    if (!isSlippery) return [this.#move(state, action, 1)];
    const sideways = (1 - successRate) / 2;
    return [
      this.#move(state, (action + 3) % 4, sideways),
      this.#move(state, action, successRate),
      this.#move(state, (action + 1) % 4, sideways),
    ];
  }

  #move(from: number, direction: number, probability: number): Transition {
    const move = MOVES[direction];
    const row = clamp(Math.floor(from / this.#columns) + move.row, this.desc.length - 1);
    const column = clamp((from % this.#columns) + move.column, this.#columns - 1);
    const tile = this.desc[row][column];
    const [goal, hole, frozen] = this.config.rewardSchedule;
    const reward = tile === "G" ? goal : tile === "H" ? hole : frozen;
    return { probability, state: row * this.#columns + column, reward, terminated: tile === "G" || tile === "H" };
  }

  #text(row: number, column: number): string {
    const lines = this.desc.map((line, i) => {
      if (i !== row) return line;
      return line.slice(0, column) + colorize(line[column], "red", { highlight: true }) + line.slice(column + 1);
    });
    const action = this.#episode.lastAction === undefined ? "" : `  (${MOVES[this.#episode.lastAction].name})`;
    return `${action}\n${lines.join("\n")}\n`;
  }
}

function clamp(index: number, last: number): number {
  return Math.min(Math.max(index, 0), last);
}
