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

/** What a row of rays meets where there is no wall: floor or ceiling, at one depth all along. */
interface StoneRow {
  readonly depth: number;
  readonly shade: number;
  readonly texels: Float32Array; // of the texture's level that suits the rays' footprint
  readonly side: number; // texels a side at that level
  readonly scale: number; // texels a unit
}

/** What a column of rays meets between `from` and `to`: a wall. */
interface BrickColumn {
  readonly from: number;
  readonly to: number;
  readonly along: number; // units along the wall
  readonly level: number;
  readonly shade: number;
  readonly below: number; // units below the wall's top at row 0; negative when it begins further down
  readonly unitsARow: number;
}

/**
 * Draws the empty room. Each pixel is the mean of `samples`² rays, so that distant courses of brick blend instead of
 * flickering when the player moves. What does not depend on the eye's place is worked out once.
 */
export class RoomPainter {
  readonly #camera: Camera;
  readonly #samples: number;
  readonly #right: Float64Array; // by column of rays: units to the right for each unit of depth
  readonly #stone: readonly StoneRow[];
  readonly #wallFrom: Int32Array; // by column of rays: the rows that the wall covers, for the eye being drawn
  readonly #wallTo: Int32Array;

  constructor(camera: Camera, samples: number) {
    this.#camera = camera;
    this.#samples = samples;
    const { width, height, focalX, focalY } = camera;
    const columns = width * samples;
    this.#right = Float64Array.from({ length: columns }, (_, i) => ((i + 0.5) / samples - width / 2) / focalX);
    this.#stone = Array.from({ length: height * samples }, (_, row) => {
      const down = ((row + 0.5) / samples - height / 2) / focalY; // units down for each unit of depth
      const depth = (down > 0 ? PLAYER.eye : PLAYER.eye - ROOM.height) / down;
      const shade = 1 - 0.16 * Math.min(1, Math.max(0, (depth - 60) / 460));
      // A ray's footprint is long and narrow here: its level is that of the square of the same area.
      const level = levelFor(STONE, (depth * Math.sqrt(depth / (focalX * focalY * PLAYER.eye))) / samples);
      return { depth, shade, texels: STONE.levels[level], side: STONE.size >> level, scale: 1 / (1 << level) };
    });
    this.#wallFrom = new Int32Array(columns);
    this.#wallTo = new Int32Array(columns);
  }

  /** The room from `eye`: RGB bytes (height, width, 3). */
  draw(eye: Eye): Uint8Array {
    const { width, height } = this.#camera;
    const sums = new Float32Array(width * height * 3);
    for (let column = 0; column < this.#right.length; column++) {
      const wall = this.#wallAt(column, eye);
      this.#wallFrom[column] = wall.from;
      this.#wallTo[column] = wall.to;
      this.#drawBricks(sums, column, wall);
    }
    for (let row = 0; row < this.#stone.length; row++) this.#drawStone(sums, row, eye);
    const pixels = new Uint8Array(sums.length);
    const share = 1 / (this.#samples * this.#samples);
    for (let i = 0; i < sums.length; i++) pixels[i] = sums[i] * share + 0.5; // the textures stay below 255
    return pixels;
  }

  #wallAt(column: number, eye: Eye): BrickColumn {
    const { height, focalX, focalY } = this.#camera;
    const samples = this.#samples;
    const right = this.#right[column];
    const farDepth = ROOM.front - eye.x;
    const sideDepth = right > 0 ? (eye.y - ROOM.right) / right : (eye.y - ROOM.left) / right;
    const isSide = sideDepth < farDepth;
    const depth = isSide ? sideDepth : farDepth;
    const middle = (height / 2) * samples - 0.5;
    const unitsARow = depth / (focalY * samples);
    // A wall seen at a slant is crossed faster than it recedes.
    const stretch = isSide ? 1 / Math.max(Math.min(1, Math.abs(right)), STEEPEST) : 1;
    return {
      from: Math.max(0, Math.ceil(middle - (ROOM.height - PLAYER.eye) / unitsARow)),
      to: Math.min(height * samples, Math.ceil(middle + PLAYER.eye / unitsARow)),
      along: isSide ? eye.x + depth : eye.y - right * depth,
      level: levelFor(BRICKS, (Math.sqrt(stretch) * depth) / (focalX * samples)),
      shade: isSide ? 0.98 - 0.27 * Math.min(1, depth / 500) : FAR_SHADE,
      below: ROOM.height - PLAYER.eye - middle * unitsARow,
      unitsARow,
    };
  }

  #drawBricks(sums: Float32Array, column: number, wall: BrickColumn): void {
    const { from, to, level, shade, below, unitsARow } = wall;
    const samples = this.#samples;
    const texels = BRICKS.levels[level];
    const side = BRICKS.size >> level;
    const scale = 1 / (1 << level);
    const u = Math.floor(wall.along * scale) & (side - 1);
    const stride = this.#camera.width * 3;
    const pixelColumn = Math.floor(column / samples) * 3;
    for (let row = from; row < to; row++) {
      const v = ((below + row * unitsARow) * scale) & (side - 1);
      const texel = (v * side + u) * 3;
      const at = ((row / samples) | 0) * stride + pixelColumn;
      sums[at] += texels[texel] * shade;
      sums[at + 1] += texels[texel + 1] * shade;
      sums[at + 2] += texels[texel + 2] * shade;
    }
  }

  #drawStone(sums: Float32Array, row: number, eye: Eye): void {
    const { depth, shade, texels, side, scale } = this.#stone[row];
    const samples = this.#samples;
    const u = Math.floor((eye.x + depth) * scale) & (side - 1);
    const start = eye.y * scale + AWAY;
    const step = depth * scale;
    let column = 0;
    let at = Math.floor(row / samples) * this.#camera.width * 3;
    for (const end = at + this.#camera.width * 3; at < end; at += 3) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let sample = 0; sample < samples; sample++, column++) {
        if (row >= this.#wallFrom[column] && row < this.#wallTo[column]) continue;
        const v = (start - this.#right[column] * step) & (side - 1);
        const texel = (v * side + u) * 3;
        red += texels[texel];
        green += texels[texel + 1];
        blue += texels[texel + 2];
      }
      sums[at] += red * shade;
      sums[at + 1] += green * shade;
      sums[at + 2] += blue * shade;
    }
  }
}
