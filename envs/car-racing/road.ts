import { RED_BORDER, type RoadPicture, WHITE_BORDER } from "./car-racing-state.ts";
import { convexHull } from "./convex-quad.ts";
import { TRACK_WIDTH, type Track } from "./track.ts";

const BORDER_WIDTH = 8 / 6; // metres
const SHADES = 3; // neighbouring tiles differ a little in colour

/** The tiles of a track as convex polygons to touch and as quads to see. */
export class Road {
  readonly tiles: number;
  /** Corners by tile, counter-clockwise, as convex-quad.ts has them, (tiles × 8). */
  readonly hulls: Float64Array;
  /** Corners of each tile's hull, 3 or 4. */
  readonly hullCounts: Uint8Array;
  /** minX, minY, maxX, maxY by tile, (tiles × 4). */
  readonly boxes: Float64Array;
  readonly picture: RoadPicture;
  /** The quad of the picture that shows a tile. */
  readonly #quadOfTile: Uint16Array;

  constructor(track: Track) {
    const { tiles } = track;
    this.tiles = tiles;
    this.hulls = new Float64Array(tiles * 8);
    this.hullCounts = new Uint8Array(tiles);
    this.boxes = new Float64Array(tiles * 4);
    this.#quadOfTile = new Uint16Array(tiles);
    const borders = track.border.reduce((sum, border) => sum + border, 0);
    const quads = tiles + borders;
    const corners = new Float64Array(quads * 8);
    const paint = new Uint8Array(quads);
    const single = new Float64Array(8);
    const hull = new Float64Array(8);

    let quad = 0;
    for (let i = 0; i < tiles; i++) {
      strip(track, i, -TRACK_WIDTH, TRACK_WIDTH, corners, quad * 8);
      paint[quad] = i % SHADES;
      this.#quadOfTile[i] = quad;
      for (let k = 0; k < 8; k++) single[k] = Math.fround(corners[quad * 8 + k]); // as Box2D holds it
      this.hullCounts[i] = convexHull(single, hull, 0);
      this.hulls.set(hull, i * 8);
      this.boxes[i * 4] = Math.min(single[0], single[2], single[4], single[6]);
      this.boxes[i * 4 + 1] = Math.min(single[1], single[3], single[5], single[7]);
      this.boxes[i * 4 + 2] = Math.max(single[0], single[2], single[4], single[6]);
      this.boxes[i * 4 + 3] = Math.max(single[1], single[3], single[5], single[7]);
      quad++;
      if (!track.border[i]) continue;
      const side = Math.sign(track.beta[before(track, i)] - track.beta[i]); // the outer side of the turn
      strip(track, i, side * TRACK_WIDTH, side * (TRACK_WIDTH + BORDER_WIDTH), corners, quad * 8);
      paint[quad] = i % 2 === 0 ? WHITE_BORDER : RED_BORDER;
      quad++;
    }
    this.picture = { quads, corners, paint };
  }

  /** 0, 1 or 2. */
  shade(tile: number): number {
    return this.picture.paint[this.#quadOfTile[tile]];
  }

  /** Where the car has been, the road loses its shades. */
  unshade(tile: number): void {
    this.picture.paint[this.#quadOfTile[tile]] = 0;
  }
}

/** From a tile's point back to the one before it, between two distances to the right: near left, near right, far right, far left. */
function strip(track: Track, i: number, left: number, right: number, corners: Float64Array, at: number): void {
  const j = before(track, i);
  const cos = Math.cos(track.beta[i]);
  const sin = Math.sin(track.beta[i]);
  const cosBefore = Math.cos(track.beta[j]);
  const sinBefore = Math.sin(track.beta[j]);
  corners[at] = track.x[i] + left * cos;
  corners[at + 1] = track.y[i] + left * sin;
  corners[at + 2] = track.x[i] + right * cos;
  corners[at + 3] = track.y[i] + right * sin;
  corners[at + 4] = track.x[j] + right * cosBefore;
  corners[at + 5] = track.y[j] + right * sinBefore;
  corners[at + 6] = track.x[j] + left * cosBefore;
  corners[at + 7] = track.y[j] + left * sinBefore;
}

const before = (track: Track, i: number): number => (i === 0 ? track.tiles - 1 : i - 1);
