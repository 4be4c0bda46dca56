import type { RandomStream } from "../../src/core/random.ts";
import { type Difficulty, TILES } from "./level.ts";
import type { LevelBuilder } from "./level-builder.ts";
import { ROWS, SUBPIXELS, TILE } from "./world.ts";

/** How hard the pieces of a level are; pairs are least and most. */
export interface Limits {
  readonly sections: readonly [number, number];
  /** Tiles of plain ground after a section. */
  readonly rest: readonly [number, number];
  readonly gap: readonly [number, number];
  /** Tiles up or down at once. */
  readonly step: number;
  readonly spikes: readonly [number, number];
  readonly crates: number;
  /** Subpixels a step. */
  readonly sawSpeed: readonly [number, number];
}

export const LIMITS: Readonly<Record<Difficulty, Limits>> = {
  1: { sections: [4, 5], rest: [3, 5], gap: [1, 2], step: 1, spikes: [1, 1], crates: 1, sawSpeed: [4, 8] },
  2: { sections: [6, 7], rest: [2, 4], gap: [2, 3], step: 2, spikes: [1, 2], crates: 2, sawSpeed: [8, 12] },
  3: { sections: [7, 9], rest: [2, 3], gap: [2, 4], step: 2, spikes: [2, 3], crates: 2, sawSpeed: [10, 16] },
};

/** One thing to get past, appended to a level; ends on ground. */
export type Section = (builder: LevelBuilder, random: RandomStream, limits: Limits) => void;

/** A step up or down. */
const ledge: Section = (builder, random, { step }) => {
  const tiles = random.integer(1, step + 1);
  const up = random.uniform() < 0.6;
  if (builder.climb(up ? tiles : -tiles) === 0) builder.climb(up ? -tiles : tiles);
  builder.ground(1);
};

/** A gap to jump. */
const gap: Section = (builder, random, limits) => {
  const width = between(random, limits.gap);
  builder.gap(width, random.uniform() < 0.5);
  builder.climb(random.integer(-1, 2));
  builder.ground(2);
};

/** A gap too wide for one jump, with platforms to rest on. */
const islands: Section = (builder, random, limits) => {
  const lava = random.uniform() < 0.6;
  const count = limits.gap[1] > 2 ? random.integer(1, 3) : 1;
  let row = builder.floor + 1;
  for (let island = 0; island < count; island++) {
    builder.gap(between(random, limits.gap), lava);
    row = Math.max(3, Math.min(ROWS - 2, row + random.integer(-1, 2)));
    const first = builder.column;
    const width = random.integer(2, 4);
    builder.gap(width, lava);
    for (let column = first; column < first + width; column++) builder.put(column, row, TILES.platform);
  }
  builder.gap(between(random, limits.gap), lava);
  builder.height = Math.max(1, Math.min(3, ROWS - row + random.integer(-1, 1)));
  builder.ground(2);
};

/** Spikes on the ground. */
const spikes: Section = (builder, random, limits) => {
  const first = builder.column;
  const width = between(random, limits.spikes);
  builder.ground(width + 1);
  for (let column = first; column < first + width; column++) builder.put(column, builder.floor, TILES.spikes);
};

/** A field of spikes below platforms. */
const bridge: Section = (builder, random) => {
  builder.climb(-1);
  builder.ground(1);
  const first = builder.column;
  const width = random.integer(5, 8);
  builder.ground(width);
  for (let column = first; column < first + width; column++) {
    builder.put(column, builder.floor, TILES.spikes);
    if (column > first && column < first + width - 1) builder.put(column, builder.floor - 1, TILES.platform);
  }
  builder.ground(1);
};

/** A stack of crates to climb over. */
const crates: Section = (builder, random, limits) => {
  const tall = Math.min(random.integer(1, limits.crates + 1), 5 - builder.height);
  const first = builder.column;
  const width = random.integer(1, 4);
  builder.ground(width + 1);
  for (let i = 0; i < width; i++) {
    const height = tall === 2 && i === 0 && width > 1 ? 1 : tall; // the first makes a stair
    for (let up = 0; up < height; up++) builder.put(first + i, builder.floor - up, TILES.crate);
  }
};

/** A saw that patrols the ground, half sunk into it. */
const groundSaw: Section = (builder, random, limits) => {
  const width = random.integer(4, 7);
  const reach = (width - 1) * TILE;
  builder.saw({
    x: builder.column * TILE + TILE / 2,
    y: (builder.floor + 1) * TILE - 1,
    axis: "x",
    reach,
    speed: between(random, limits.sawSpeed),
    phase: random.integer(0, 2 * reach * SUBPIXELS),
  });
  builder.ground(width + 1);
};

/** A saw that goes up and down over a gap. */
const gapSaw: Section = (builder, random, limits) => {
  const width = Math.max(2, between(random, limits.gap));
  const reach = random.integer(3, 5) * TILE;
  builder.saw({
    x: builder.column * TILE + (width * TILE) / 2,
    y: VIEW_BOTTOM - reach,
    axis: "y",
    reach,
    speed: between(random, limits.sawSpeed),
    phase: random.integer(0, 2 * reach * SUBPIXELS),
  });
  builder.gap(width, random.uniform() < 0.3);
  builder.ground(2);
};

const VIEW_BOTTOM = ROWS * TILE + 4; // the saw dips out of sight

/** What each difficulty draws from. */
export const SECTIONS: Readonly<Record<Difficulty, readonly Section[]>> = {
  1: [ledge, ledge, gap, gap, spikes, crates, groundSaw, islands],
  2: [ledge, gap, gap, islands, spikes, bridge, crates, groundSaw, gapSaw],
  3: [ledge, gap, islands, islands, spikes, bridge, crates, groundSaw, groundSaw, gapSaw, gapSaw],
};

/** A uniform integer, both ends included. */
export function between(random: RandomStream, [least, most]: readonly [number, number]): number {
  return random.integer(least, most + 1);
}
