import type { Wheel } from "./car.ts";
import type { HullScene } from "./car-racing-state.ts";
import { HULL_PARTS, WHEEL_PART } from "./car-shape.ts";
import { withinSkin } from "./convex-quad.ts";
import type { Road } from "./road.ts";
import { singleSinCos } from "./single-trig.ts";

const f = Math.fround;

/** Box2D's polygons touch when they are this close, in metres: each has a skin of 0.01. */
const SKIN = 0.02;
/** No part of the car is farther from the hull's origin, wheels that are not yet pulled in included; metres. */
const CAR_REACH = 3.2;
/** No corner of a wheel is farther from its axle, skin included; metres. */
const WHEEL_REACH = 0.65;
/** The finish. */
const FIRST_TILE = 0;
const TURN = new Float32Array(2); // sine and cosine of the part that is being placed

export interface SavedTileContacts {
  readonly visited: Uint8Array;
  readonly paint: Uint8Array;
  readonly onFirst: number;
}

/**
 * Which tiles the car touches, in place of Box2D's sensors. `update` belongs at the start of a physics step, after the
 * car's own forces: that is when Box2D looks, so that grip follows a touch by one step.
 */
export class TileContacts {
  /** Tiles that a wheel has touched. */
  count = 0;
  /** Of the latest update: tiles touched for the first time. */
  newTiles = 0;
  /** Of the latest update: how many tiles were visited when the first one was, 0: it was not visited in this update. */
  countAtFirstTile = 0;
  /** Of the latest update: a wheel came onto the first tile. */
  enteredFirstTile = false;

  readonly #road: Road;
  readonly #visited: Uint8Array;
  readonly #hull = HULL_PARTS.map((corners) => new Part(corners));
  readonly #wheels = Array.from({ length: 4 }, () => new Part(WHEEL_PART));
  #onFirst = 0; // bit i: wheel i touches the first tile

  constructor(road: Road) {
    this.#road = road;
    this.#visited = new Uint8Array(road.tiles);
  }

  /** Looks up what lies under the car, and sets each wheel's `onRoad`. */
  update(hull: HullScene, wheels: readonly Wheel[]): void {
    const road = this.#road;
    const { boxes } = road;
    const minX = hull.x - CAR_REACH;
    const minY = hull.y - CAR_REACH;
    const maxX = hull.x + CAR_REACH;
    const maxY = hull.y + CAR_REACH;
    for (let i = 0; i < wheels.length; i++) {
      const wheel = wheels[i];
      wheel.onRoad = false;
      this.#wheels[i].place(wheel.x, wheel.y, wheel.angle);
    }
    let hullPlaced = false;
    let onFirst = 0;
    this.newTiles = 0;
    this.countAtFirstTile = 0;
    for (let tile = 0, box = 0; tile < road.tiles; tile++, box += 4) {
      if (boxes[box] > maxX || boxes[box + 2] < minX || boxes[box + 1] > maxY || boxes[box + 3] < minY) continue;
      const touching = this.#wheelsOn(tile, wheels);
      if (touching !== 0) this.#visit(tile);
      if (tile === FIRST_TILE) onFirst = touching;
      if (road.shade(tile) === 0) continue;
      if (!hullPlaced) for (const part of this.#hull) part.place(hull.x, hull.y, hull.angle);
      hullPlaced = true;
      if (touching !== 0 || this.#hullOn(tile)) road.unshade(tile);
    }
    this.enteredFirstTile = (onFirst & ~this.#onFirst) !== 0;
    this.#onFirst = onFirst;
  }

  save(): SavedTileContacts {
    return { visited: this.#visited.slice(), paint: this.#road.picture.paint.slice(), onFirst: this.#onFirst };
  }

  load({ visited, paint, onFirst }: SavedTileContacts): void {
    this.#visited.set(visited);
    this.#road.picture.paint.set(paint);
    this.#onFirst = onFirst;
    this.count = visited.reduce((sum, tile) => sum + tile, 0);
  }

  #visit(tile: number): void {
    if (this.#visited[tile] === 1) return;
    this.#visited[tile] = 1;
    this.count++;
    this.newTiles++;
    if (tile === FIRST_TILE) this.countAtFirstTile = this.count;
  }

  /** Bit i: wheel i touches the tile. */
  #wheelsOn(tile: number, wheels: readonly Wheel[]): number {
    const { boxes } = this.#road;
    const box = 4 * tile;
    let touching = 0;
    for (let i = 0; i < wheels.length; i++) {
      const wheel = wheels[i];
      if (wheel.x < boxes[box] - WHEEL_REACH || wheel.x > boxes[box + 2] + WHEEL_REACH) continue;
      if (wheel.y < boxes[box + 1] - WHEEL_REACH || wheel.y > boxes[box + 3] + WHEEL_REACH) continue;
      if (!this.#touches(tile, this.#wheels[i])) continue;
      wheel.onRoad = true;
      touching |= 1 << i;
    }
    return touching;
  }

  #hullOn(tile: number): boolean {
    for (const part of this.#hull) if (this.#touches(tile, part)) return true;
    return false;
  }

  #touches(tile: number, { corners, count }: Part): boolean {
    const { hulls, hullCounts } = this.#road;
    return withinSkin(hulls, 8 * tile, hullCounts[tile], corners, 0, count, SKIN);
  }
}

type Corners = readonly (readonly [number, number])[];

/** A convex part of the car as it lies in the world, its corners counter-clockwise however they are given. */
class Part {
  readonly corners: Float64Array;
  readonly count: number;
  readonly #own: Float32Array;

  constructor(corners: Corners) {
    const twiceArea = corners.reduce((sum, [x, y], i) => {
      const [nextX, nextY] = corners[(i + 1) % corners.length];
      return sum + x * nextY - nextX * y;
    }, 0);
    this.#own = Float32Array.from((twiceArea > 0 ? corners : corners.toReversed()).flat());
    this.count = corners.length;
    this.corners = new Float64Array(this.#own.length);
  }

  /** In float32, as Box2D does: corners some hundred metres out are rounded by more than its tolerance. */
  place(x: number, y: number, angle: number): void {
    singleSinCos(angle, TURN);
    const sin = TURN[0];
    const cos = TURN[1];
    for (let i = 0; i < this.#own.length; i += 2) {
      this.corners[i] = f(f(f(cos * this.#own[i]) - f(sin * this.#own[i + 1])) + x);
      this.corners[i + 1] = f(f(f(sin * this.#own[i]) + f(cos * this.#own[i + 1])) + y);
    }
  }
}
