import { type Difficulty, type Level, type Saw, TILES } from "./level.ts";
import { BODY, ROWS, SUBPIXELS, TILE } from "./world.ts";

const LOWEST = 1; // tiles of ground
const HIGHEST = 3; // above it there is room for a crate, the player and most of a jump

/** A level that grows column by column from the left. */
export class LevelBuilder {
  readonly #columns: Uint8Array[] = [];
  readonly #saws: Saw[] = [];
  /** Tiles of ground in the columns that come next. */
  height: number;

  constructor(height: number) {
    this.height = height;
  }

  /** The column that comes next. */
  get column(): number {
    return this.#columns.length;
  }

  /** The row just above the ground. */
  get floor(): number {
    return ROWS - this.height - 1;
  }

  /** Changes the ground's height by so many tiles, within what a level allows; returns by how many it did. */
  climb(tiles: number): number {
    const before = this.height;
    this.height = Math.max(LOWEST, Math.min(HIGHEST, before + tiles));
    return this.height - before;
  }

  /** Columns of ground. */
  ground(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#columns.push(
        Uint8Array.from({ length: ROWS }, (_, row) => (row > this.floor ? TILES.ground : TILES.empty)),
      );
    }
  }

  /** Columns without ground, open below or with lava at the bottom. */
  gap(count: number, lava: boolean): void {
    for (let i = 0; i < count; i++) {
      const column = new Uint8Array(ROWS);
      if (lava) column[ROWS - 1] = TILES.lava;
      this.#columns.push(column);
    }
  }

  /** Puts a tile where there is a column already. */
  put(column: number, row: number, tile: number): void {
    this.#columns[column][row] = tile;
  }

  saw(saw: Saw): void {
    this.#saws.push(saw);
  }

  /** The level, with the coin on the ground of a column. */
  build({ number, difficulty, coinColumn }: { number: number; difficulty: Difficulty; coinColumn: number }): Level {
    const width = this.#columns.length;
    const tiles = new Uint8Array(ROWS * width);
    for (const [column, rows] of this.#columns.entries()) {
      for (let row = 0; row < ROWS; row++) tiles[row * width + column] = rows[row];
    }
    const floorOf = (column: number) => this.#columns[column].indexOf(TILES.ground) * TILE;
    const start = { x: 2 * TILE, y: floorOf(2) - BODY.height / SUBPIXELS };
    const coin = { x: coinColumn * TILE, y: floorOf(coinColumn) - TILE - 1 };
    return { number, difficulty, width, tiles, saws: this.#saws, start, coin };
  }
}
