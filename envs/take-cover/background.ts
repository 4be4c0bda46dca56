import type { Camera } from "./camera.ts";
import { PLAYER, ROOM } from "./room.ts";
import { brickTexture, levelFor, stoneTexture } from "./texture.ts";

const BRICKS = brickTexture();
const STONE = stoneTexture();

const FAR_SHADE = 1; // Doom draws walls along y brighter than walls along x, whose light falls off with distance
const STEEPEST = 0.1; // slopes below count as this: a wall seen along its length would be all blur
const AWAY = 2 ** 16; // whole textures added to a place in the room, to make it positive: truncation is then floor

/** Where the eye is, in map units. */
export interface Eye {
  readonly x: number;
  readonly y: number;
}

/**
 * Draws the empty room. Each pixel is the mean of `samples`² rays, so that distant courses of brick blend instead of
 * flickering when the player moves. What depends on a ray's row alone (floor and ceiling) is worked out once.
 */
export class RoomPainter {
  readonly #camera: Camera;
  readonly #samples: number;
  readonly #rows: number; // of rays
  readonly #pixelRow: Int32Array; // by row of rays: where its pixels begin
  readonly #stoneDepth: Float64Array; // where floor or ceiling is met
  readonly #stoneLevel: Uint8Array;
  readonly #stoneShade: Float64Array;
  readonly #stoneColumn: Int32Array; // texel along x, for the eye being drawn

  constructor(camera: Camera, samples: number) {
    this.#camera = camera;
    this.#samples = samples;
    const { width, height, focalX, focalY } = camera;
    this.#rows = height * samples;
    this.#pixelRow = Int32Array.from({ length: this.#rows }, (_, row) => Math.floor(row / samples) * width * 3);
    this.#stoneDepth = new Float64Array(this.#rows).map((_, row) => {
      const down = ((row + 0.5) / samples - height / 2) / focalY; // units down for each unit of depth
      return (down > 0 ? PLAYER.eye : PLAYER.eye - ROOM.height) / down;
    });
    this.#stoneShade = this.#stoneDepth.map((depth) => 1 - 0.16 * Math.min(1, Math.max(0, (depth - 60) / 460)));
    // A ray's footprint is long and narrow here: its level is that of the square of the same area.
    this.#stoneLevel = Uint8Array.from(this.#stoneDepth, (depth) =>
      levelFor(STONE, (depth * Math.sqrt(depth / (focalX * focalY * PLAYER.eye))) / samples),
    );
    this.#stoneColumn = new Int32Array(this.#rows);
  }

  /** The room from `eye`: RGB bytes (height, width, 3). */
  draw(eye: Eye): Uint8Array {
    const { width, height, focalX, focalY } = this.#camera;
    const samples = this.#samples;
    for (let row = 0; row < this.#rows; row++) {
      this.#stoneColumn[row] = Math.floor((eye.x + this.#stoneDepth[row]) / (1 << this.#stoneLevel[row]));
    }
    const sums = new Float32Array(width * height * 3);
    const farDepth = ROOM.front - eye.x;
    for (let column = 0; column < width * samples; column++) {
      const right = ((column + 0.5) / samples - width / 2) / focalX; // units to the right for each unit of depth
      const sideDepth = right > 0 ? (eye.y - ROOM.right) / right : (eye.y - ROOM.left) / right;
      const isSide = sideDepth < farDepth;
      const depth = isSide ? sideDepth : farDepth;
      const middle = (height / 2) * samples - 0.5;
      const rowsAUnit = (focalY * samples) / depth;
      const top = Math.ceil(middle - (ROOM.height - PLAYER.eye) * rowsAUnit);
      const bottom = Math.ceil(middle + PLAYER.eye * rowsAUnit);
      const firstWall = Math.max(0, top);
      const lastWall = Math.min(this.#rows, bottom);
      const at = Math.floor(column / samples) * 3;
      this.#drawStone(sums, at, { from: 0, to: firstWall, y: eye.y, right });
      this.#drawBricks(sums, at, {
        from: firstWall,
        to: lastWall,
        along: isSide ? eye.x + depth : eye.y - right * depth,
        level: levelFor(
          BRICKS,
          Math.sqrt(isSide ? 1 / Math.max(Math.min(1, Math.abs(right)), STEEPEST) : 1) /
            rowsAcross(depth, focalX, samples),
        ),
        shade: isSide ? 0.98 - 0.27 * Math.min(1, depth / 500) : FAR_SHADE,
        below: ROOM.height - PLAYER.eye - middle / rowsAUnit,
        unitsARow: 1 / rowsAUnit,
      });
      this.#drawStone(sums, at, { from: lastWall, to: this.#rows, y: eye.y, right });
    }
    const pixels = new Uint8Array(sums.length);
    const share = 1 / (samples * samples);
    for (let i = 0; i < sums.length; i++) pixels[i] = Math.min(255, sums[i] * share + 0.5);
    return pixels;
  }

  #drawStone(sums: Float32Array, column: number, { from, to, y, right }: StoneRays): void {
    const { levels, size } = STONE;
    for (let row = from; row < to; row++) {
      const level = this.#stoneLevel[row];
      const side = size >> level;
      const v = (((y - right * this.#stoneDepth[row]) / (1 << level) + AWAY) | 0) & (side - 1);
      const texel = (v * side + (this.#stoneColumn[row] & (side - 1))) * 3;
      const texels = levels[level];
      const shade = this.#stoneShade[row];
      const at = this.#pixelRow[row] + column;
      sums[at] += texels[texel] * shade;
      sums[at + 1] += texels[texel + 1] * shade;
      sums[at + 2] += texels[texel + 2] * shade;
    }
  }

  #drawBricks(sums: Float32Array, column: number, rays: BrickRays): void {
    const { from, to, level, shade, below, unitsARow } = rays;
    const texels = BRICKS.levels[level];
    const side = BRICKS.size >> level;
    const scale = 1 / (1 << level);
    const u = Math.floor(rays.along * scale) & (side - 1);
    for (let row = from; row < to; row++) {
      const v = (((below + row * unitsARow) * scale) | 0) & (side - 1);
      const texel = (v * side + u) * 3;
      const at = this.#pixelRow[row] + column;
      sums[at] += texels[texel] * shade;
      sums[at + 1] += texels[texel + 1] * shade;
      sums[at + 2] += texels[texel + 2] * shade;
    }
  }
}

/** Part of a column of rays that meets floor or ceiling: rows `from` up to `to`, `right` the rays' slope. */
interface StoneRays {
  readonly from: number;
  readonly to: number;
  readonly y: number;
  readonly right: number;
}

/** The part that meets a wall: where along it, how sharp, how bright, and how far below its top each row is. */
interface BrickRays {
  readonly from: number;
  readonly to: number;
  readonly along: number;
  readonly level: number;
  readonly shade: number;
  readonly below: number; // at row 0; negative when the wall begins further down
  readonly unitsARow: number;
}

function rowsAcross(depth: number, focalX: number, samples: number): number {
  return (focalX * samples) / depth;
}
