import { ROWS, TILE } from "./world.ts";

/** What a tile may be. `platform` carries who comes from above; `spikes` and `lava` kill. */
export const TILES = { empty: 0, ground: 1, crate: 2, platform: 3, spikes: 4, lava: 5 } as const;

/** How hard a level is: 1 easy to 3 hard. */
export type Difficulty = 1 | 2 | 3;

/** A saw that runs to and fro between two places, in pixels. */
export interface Saw {
  readonly x: number;
  readonly y: number;
  /** Which way it runs from (x, y), and how far in pixels. */
  readonly axis: "x" | "y";
  readonly reach: number;
  /** Subpixels a step. */
  readonly speed: number;
  /** Subpixels already run at step 0. */
  readonly phase: number;
}

/** One level: a function of its number and difficulty. */
export interface Level {
  readonly number: number;
  readonly difficulty: Difficulty;
  /** In tiles. */
  readonly width: number;
  /** (ROWS × width), rows from the top. */
  readonly tiles: Uint8Array;
  readonly saws: readonly Saw[];
  /** Left and top of the player's box at the start, in pixels. */
  readonly start: Place;
  /** Left and top of the coin's tile, in pixels. */
  readonly coin: Place;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The tile at a column and row; outside of the level there is nothing. */
export function tileAt({ tiles, width }: Level, column: number, row: number): number {
  if (column < 0 || column >= width || row < 0 || row >= ROWS) return TILES.empty;
  return tiles[row * width + column];
}

/** Whether nothing gets in, from any side. */
export function isSolid(tile: number): boolean {
  return tile === TILES.ground || tile === TILES.crate;
}

/** A level's width in pixels. */
export function widthInPixels({ width }: Level): number {
  return width * TILE;
}
