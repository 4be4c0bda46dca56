import type { Camera } from "./camera.ts";
import { PLAYER, ROOM } from "./room.ts";
import { brickTexture, levelFor, stoneTexture } from "./texture.ts";

const BRICKS = brickTexture();
const STONE = stoneTexture();

const FAR_SHADE = 1; // Doom draws walls along y brighter than walls along x, whose light falls off with distance
const STEEPEST = 0.1; // slopes below are as if this, or a wall seen along its length would be all blur

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
  readonly #slope: Float64Array; // units down for each unit of depth, by row of rays
  readonly #stoneDepth: Float64Array; // where floor or ceiling is met
  readonly #stoneLevel: Uint8Array;
  readonly #stoneShade: Float64Array;

  constructor(camera: Camera, samples: number) {
    this.#camera = camera;
    this.#samples = samples;
    const { height, focalX, focalY } = camera;
    const rows = height * samples;
    this.#slope = Float64Array.from({ length: rows }, (_, row) => ((row + 0.5) / samples - height / 2) / focalY);
    this.#stoneDepth = this.#slope.map((down) => (down > 0 ? PLAYER.eye : PLAYER.eye - ROOM.height) / down);
    this.#stoneShade = this.#stoneDepth.map((depth) => 1 - 0.16 * Math.min(1, Math.max(0, (depth - 60) / 460)));
    // A ray's footprint is long and narrow here: its level is that of the square of the same area.
    this.#stoneLevel = Uint8Array.from(this.#stoneDepth, (depth) =>
      levelFor(STONE, (depth * Math.sqrt(depth / (focalX * focalY * PLAYER.eye))) / samples),
    );
  }

  /** The room from `eye`: RGB bytes (height, width, 3). */
  draw(eye: Eye): Uint8Array {
    const { width, height, focalX } = this.#camera;
    const samples = this.#samples;
    const sums = new Float32Array(width * height * 3);
    const farDepth = ROOM.front - eye.x;
    for (let column = 0; column < width * samples; column++) {
      const right = ((column + 0.5) / samples - width / 2) / focalX; // units to the right for each unit of depth
      const sideDepth = right > 0 ? (eye.y - ROOM.right) / right : (eye.y - ROOM.left) / right;
      const isSide = sideDepth < farDepth;
      const wallDepth = isSide ? sideDepth : farDepth;
      const along = isSide ? eye.x + wallDepth : eye.y - right * wallDepth;
      const stretch = isSide ? 1 / Math.min(1, Math.max(Math.abs(right), STEEPEST)) : 1;
      const level = levelFor(BRICKS, (wallDepth / (focalX * samples)) * Math.sqrt(stretch));
      const shade = isSide ? 0.98 - 0.27 * Math.min(1, wallDepth / 500) : FAR_SHADE;
      this.#drawColumn(sums, column, { eye, right, wallDepth, along, level, shade });
    }
    const pixels = new Uint8Array(sums.length);
    const share = 1 / (samples * samples);
    for (let i = 0; i < sums.length; i++) pixels[i] = Math.min(255, sums[i] * share + 0.5);
    return pixels;
  }

  #drawColumn(sums: Float32Array, column: number, ray: ColumnOfRays): void {
    const samples = this.#samples;
    const width = this.#camera.width;
    const { eye, right, wallDepth, level, shade } = ray;
    const bricks = BRICKS.levels[level];
    const brickScale = 1 / (1 << level);
    const brickMask = (BRICKS.size >> level) - 1;
    const brickColumn = Math.floor(ray.along * brickScale) & brickMask;
    const pixelColumn = Math.floor(column / samples);
    const rows = this.#slope.length;
    for (let row = 0; row < rows; row++) {
      const z = PLAYER.eye - this.#slope[row] * wallDepth;
      const at = (Math.floor(row / samples) * width + pixelColumn) * 3;
      let texels = bricks;
      let from: number;
      let light = shade;
      if (z >= 0 && z < ROOM.height) {
        const brickRow = Math.floor((ROOM.height - z) * brickScale) & brickMask;
        from = (brickRow * (brickMask + 1) + brickColumn) * 3;
      } else {
        const depth = this.#stoneDepth[row];
        const stoneLevel = this.#stoneLevel[row];
        const scale = 1 / (1 << stoneLevel);
        const mask = (STONE.size >> stoneLevel) - 1;
        const u = Math.floor((eye.x + depth) * scale) & mask;
        const v = Math.floor((eye.y - right * depth) * scale) & mask;
        texels = STONE.levels[stoneLevel];
        from = (v * (mask + 1) + u) * 3;
        light = this.#stoneShade[row];
      }
      sums[at] += texels[from] * light;
      sums[at + 1] += texels[from + 1] * light;
      sums[at + 2] += texels[from + 2] * light;
    }
  }
}

/** One column of rays: `right` its slope, and the wall it meets: how deep, where along it, how sharp, how bright. */
interface ColumnOfRays {
  readonly eye: Eye;
  readonly right: number;
  readonly wallDepth: number;
  readonly along: number;
  readonly level: number;
  readonly shade: number;
}
