import type { Rgb, RoadPicture } from "../car-racing-state.ts";
import type { Camera } from "./camera.ts";
import { CANVAS_HEIGHT, CANVAS_WIDTH, PANEL_TOP, snapped } from "./camera.ts";
import { type CoverageLayer, type Ink, NO_INK } from "./coverage-layer.ts";
import { planRoad, type RoadPlan } from "./road-plan.ts";
import type { Shades } from "./shades.ts";

/** Canvas pixels by which the original's polygons, drawn with their edges, reach over their corners. */
const SPREAD = 0.47;
/** Metres from the middle of a tile to its farthest corner, border included. */
const REACH = 10;
const ROAD_WIDTH = 80 / 6;
/** A border's width as a share of the road's. */
const BORDER = 0.1;
/** How far a border is drawn under the road, as a share of the road's width: no gap shows between them. */
const TUCKED = 0.06;
/** A tile's shade is 2.55 times 0, 1 or 2 brighter than the road, cut to whole numbers. */
const SHADES = [0, 2, 5];

/** Draws the part of the road that is in the picture, tile after tile; a later tile lies over an earlier one. */
export class RoadDrawing {
  readonly #camera: Camera;
  readonly #layer: CoverageLayer;
  readonly #shades: Shades;
  /** White, tinted to red. */
  readonly #borderInk: Ink;
  #road: RoadPicture | undefined;
  #color: Rgb | undefined;
  #ink: Ink = NO_INK;
  #plan: RoadPlan = NO_ROAD;
  #seen = new Uint8Array(0);
  /** Left and right end of each point that is drawn, on the canvas, (tiles × 4). */
  #ends = new Float64Array(0);

  constructor(camera: Camera, layer: CoverageLayer, shades: Shades) {
    this.#camera = camera;
    this.#layer = layer;
    this.#shades = shades;
    const white = shades.of(255);
    this.#borderInk = { ...shades.ink([255, 255, 255]), tintGreen: -white, tintBlue: -white };
  }

  draw(road: RoadPicture, color: Rgb, out: Uint8Array): void {
    if (road !== this.#road) this.#prepare(road);
    if (color !== this.#color) {
      this.#color = color;
      this.#ink = { ...this.#shades.ink(color), tintRed: 1, tintGreen: 1, tintBlue: 1 };
    }
    const { tiles, over } = this.#plan;
    const seen = this.#seen;
    this.#see();
    for (let first = 0; first < tiles; first++) {
      if (seen[first] === 0) continue;
      let last = first;
      while (last + 1 < tiles && seen[last + 1] === 1 && over[last + 1] < first) last++;
      // The strip goes one tile on below the next one, so that nothing shines through where they meet.
      const below = (last + 1) % tiles;
      this.#strip(first, seen[below] === 1 ? last + 1 : last, out);
      first = last;
    }
  }

  #prepare(road: RoadPicture): void {
    this.#road = road;
    this.#plan = planRoad(road);
    this.#seen = new Uint8Array(this.#plan.tiles);
    this.#ends = new Float64Array(this.#plan.tiles * 4);
  }

  /** Which tiles may be in the picture. */
  #see(): void {
    const camera = this.#camera;
    const { tiles, middles } = this.#plan;
    const reach = REACH * camera.zoom + 2;
    const right = CANVAS_WIDTH + reach;
    const top = CANVAS_HEIGHT + reach;
    for (let i = 0; i < tiles; i++) {
      const x = middles[2 * i];
      const y = middles[2 * i + 1];
      const across = camera.canvasX(x, y);
      const up = camera.canvasY(x, y);
      this.#seen[i] = across > -reach && across < right && up > PANEL_TOP - reach && up < top ? 1 : 0;
    }
  }

  /** Tiles first to last, which may be 0 again after the highest. */
  #strip(first: number, last: number, out: Uint8Array): void {
    const { tiles, side } = this.#plan;
    this.#project(first === 0 ? tiles - 1 : first - 1);
    let borders = false;
    for (let tile = first; tile <= last; tile++) {
      const i = tile < tiles ? tile : 0;
      this.#project(i);
      if (side[i] !== 0) borders = true;
    }
    if (borders) {
      for (let tile = first; tile <= last; tile++) {
        const i = tile < tiles ? tile : 0;
        if (side[i] !== 0) this.#addBorder(i, tile === first, tile === last);
      }
      this.#layer.paint(out, this.#borderInk);
    }
    for (let tile = first; tile <= last; tile++) this.#addTile(tile < tiles ? tile : 0, tile === first, tile === last);
    this.#layer.paint(out, this.#ink);
  }

  #project(point: number): void {
    const camera = this.#camera;
    const ends = this.#plan.ends;
    const at = point * 4;
    for (let k = at; k < at + 4; k += 2) {
      this.#ends[k] = snapped(camera.canvasX(ends[k], ends[k + 1]));
      this.#ends[k + 1] = snapped(camera.canvasY(ends[k], ends[k + 1]));
    }
  }

  /** An edge between two places given as point and share of the way from the road's left to its right end. */
  #edge(point: number, share: number, nextPoint: number, nextShare: number, alpha: number, tint: number): void {
    const { scaleX, scaleY } = this.#camera;
    const ends = this.#ends;
    const from = point * 4;
    const to = nextPoint * 4;
    const x0 = ends[from] + share * (ends[from + 2] - ends[from]);
    const y0 = ends[from + 1] + share * (ends[from + 3] - ends[from + 1]);
    const x1 = ends[to] + nextShare * (ends[to + 2] - ends[to]);
    const y1 = ends[to + 1] + nextShare * (ends[to + 3] - ends[to + 1]);
    this.#layer.edge(
      x0 * scaleX,
      (CANVAS_HEIGHT - y0) * scaleY,
      x1 * scaleX,
      (CANVAS_HEIGHT - y1) * scaleY,
      alpha,
      tint,
    );
  }

  #addTile(tile: number, isFirst: boolean, isLast: boolean): void {
    const { tiles, quad } = this.#plan;
    const paint = this.#road!.paint;
    const before = tile === 0 ? tiles - 1 : tile - 1;
    const tint = SHADES[paint[quad[tile]]];
    const spread = SPREAD / (ROAD_WIDTH * this.#camera.zoom);
    const left = -spread * this.#reach(tile, -1);
    const leftBefore = -spread * this.#reach(before, -1);
    const right = 1 + spread * this.#reach(tile, 1);
    const rightBefore = 1 + spread * this.#reach(before, 1);
    this.#edge(tile, left, before, leftBefore, 1, tint);
    this.#edge(before, rightBefore, tile, right, 1, tint);
    if (isFirst) this.#edge(before, leftBefore, before, rightBefore, 1, tint);
    if (isLast) {
      this.#edge(tile, right, tile, left, 1, tint);
    } else {
      const step = SHADES[paint[quad[tile + 1 < tiles ? tile + 1 : 0]]] - tint;
      if (step !== 0) this.#edge(tile, left, tile, right, 0, step);
    }
  }

  /** Whether the road reaches out over a point's end (1) or, along a border, the border reaches in over the road (−1). */
  #reach(point: number, side: number): number {
    const { tiles, side: sides } = this.#plan;
    return sides[point] === side && sides[point + 1 < tiles ? point + 1 : 0] === side ? -1 : 1;
  }

  #addBorder(tile: number, isFirst: boolean, isLast: boolean): void {
    const { tiles, side, red } = this.#plan;
    const before = tile === 0 ? tiles - 1 : tile - 1;
    const after = tile + 1 < tiles ? tile + 1 : 0;
    const spread = SPREAD / (ROAD_WIDTH * this.#camera.zoom);
    const left = side[tile] < 0 ? -BORDER - spread : 1 - TUCKED;
    const right = side[tile] < 0 ? TUCKED : 1 + BORDER + spread;
    const tint = red[tile];
    this.#edge(tile, left, before, left, 1, tint);
    this.#edge(before, right, tile, right, 1, tint);
    if (isFirst || side[before] !== side[tile]) this.#edge(before, left, before, right, 1, tint);
    if (isLast || side[after] !== side[tile]) this.#edge(tile, right, tile, left, 1, tint);
    else if (red[after] !== tint) this.#edge(tile, left, tile, right, 0, red[after] - tint);
  }
}

const NO_ROAD: RoadPlan = {
  tiles: 0,
  ends: new Float64Array(0),
  middles: new Float64Array(0),
  side: new Int8Array(0),
  red: new Uint8Array(0),
  quad: new Uint16Array(0),
  over: new Int16Array(0),
};
