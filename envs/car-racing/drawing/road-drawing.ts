import type { Rgb, RoadPicture } from "../car-racing-state.ts";
import type { Camera } from "./camera.ts";
import { CANVAS_HEIGHT, CANVAS_WIDTH, PANEL_TOP, snapped } from "./camera.ts";
import type { CoverageLayer } from "./coverage-layer.ts";
import { type Ink, NO_INK } from "./ink.ts";
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
/** How much narrower a tongue is at each side, as a share of the road's width. */
const INSET = 0.04;
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
  /** Left and right end of each point that is drawn, in the picture, (tiles × 4); rims: with what lies beyond them. */
  #ends = new Float64Array(0);
  #rims = new Float64Array(0);
  /** Of the polygon at hand. */
  readonly #corners = new Float64Array(8);

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
      this.#strip(first, last, out);
      first = last;
    }
  }

  #prepare(road: RoadPicture): void {
    this.#road = road;
    this.#plan = planRoad(road);
    this.#seen = new Uint8Array(this.#plan.tiles);
    this.#ends = new Float64Array(this.#plan.tiles * 4);
    this.#rims = new Float64Array(this.#plan.tiles * 4);
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

  /** Tiles first to last, and a tongue under the tile that follows. */
  #strip(first: number, last: number, out: Uint8Array): void {
    const { tiles, side } = this.#plan;
    const layer = this.#layer;
    this.#project(first === 0 ? tiles - 1 : first - 1);
    let borders = false;
    for (let tile = first; tile <= last; tile++) {
      this.#project(tile);
      if (side[tile] !== 0) borders = true;
    }
    if (borders) {
      for (let tile = first; tile <= last; tile++) {
        if (side[tile] !== 0) this.#addBorder(tile, tile === first, tile === last);
      }
      layer.paint(out, this.#borderInk);
    }
    for (let tile = first; tile <= last; tile++) this.#addTile(tile, tile === first, tile === last);
    const after = last + 1 < tiles ? last + 1 : 0;
    if (this.#seen[after] === 1) this.#addTongue(last, after);
    layer.paint(out, this.#ink);
  }

  /** Finds a point's two ends in the picture, and its rims: the ends and what the original draws beyond them. */
  #project(point: number): void {
    const camera = this.#camera;
    const { scaleX, scaleY } = camera;
    const { ends } = this.#plan;
    const at = point * 4;
    const x0 = snapped(camera.canvasX(ends[at], ends[at + 1])) * scaleX;
    const y0 = (CANVAS_HEIGHT - snapped(camera.canvasY(ends[at], ends[at + 1]))) * scaleY;
    const x1 = snapped(camera.canvasX(ends[at + 2], ends[at + 3])) * scaleX;
    const y1 = (CANVAS_HEIGHT - snapped(camera.canvasY(ends[at + 2], ends[at + 3]))) * scaleY;
    this.#ends[at] = x0;
    this.#ends[at + 1] = y0;
    this.#ends[at + 2] = x1;
    this.#ends[at + 3] = y1;
    const spread = SPREAD / (ROAD_WIDTH * camera.zoom);
    const left = spread * this.#reach(point, -1);
    const right = spread * this.#reach(point, 1);
    this.#rims[at] = x0 - left * (x1 - x0);
    this.#rims[at + 1] = y0 - left * (y1 - y0);
    this.#rims[at + 2] = x1 + right * (x1 - x0);
    this.#rims[at + 3] = y1 + right * (y1 - y0);
  }

  /** Whether the road reaches out over a point's end (1) or, along a border, the border reaches in over the road (−1). */
  #reach(point: number, side: number): number {
    const { tiles, side: sides } = this.#plan;
    return sides[point] === side && sides[point + 1 < tiles ? point + 1 : 0] === side ? -1 : 1;
  }

  #addTile(tile: number, isFirst: boolean, isLast: boolean): void {
    const { tiles, quad } = this.#plan;
    const paint = this.#road!.paint;
    const layer = this.#layer;
    const rims = this.#rims;
    const left = tile * 4;
    const right = left + 2;
    const leftBefore = (tile === 0 ? tiles - 1 : tile - 1) * 4;
    const rightBefore = leftBefore + 2;
    const tint = SHADES[paint[quad[tile]]];
    layer.edge(rims, left, leftBefore, 1, tint);
    layer.edge(rims, rightBefore, right, 1, tint);
    if (isFirst) layer.edge(rims, leftBefore, rightBefore, 1, tint);
    if (isLast) {
      layer.edge(rims, right, left, 1, tint);
    } else {
      const step = SHADES[paint[quad[tile + 1 < tiles ? tile + 1 : 0]]] - tint;
      if (step !== 0) layer.edge(rims, left, right, 0, step);
    }
  }

  /**
   * Where two strips meet, the pixels that both cover in part would let the ground shine through: a piece of the tile
   * after a strip is drawn with it, a little narrower, so that its sides are not drawn twice.
   */
  #addTongue(last: number, after: number): void {
    this.#project(after);
    this.#placeInset(last, 0, 2);
    this.#placeInset(after, 6, 4);
    this.#layer.polygon(this.#corners, 4, 1, SHADES[this.#road!.paint[this.#plan.quad[after]]]);
  }

  #placeInset(point: number, left: number, right: number): void {
    const ends = this.#ends;
    const at = point * 4;
    const acrossX = INSET * (ends[at + 2] - ends[at]);
    const acrossY = INSET * (ends[at + 3] - ends[at + 1]);
    this.#corners[left] = ends[at] + acrossX;
    this.#corners[left + 1] = ends[at + 1] + acrossY;
    this.#corners[right] = ends[at + 2] - acrossX;
    this.#corners[right + 1] = ends[at + 3] - acrossY;
  }

  #addBorder(tile: number, isFirst: boolean, isLast: boolean): void {
    const { tiles, side, red } = this.#plan;
    const before = tile === 0 ? tiles - 1 : tile - 1;
    const after = tile + 1 < tiles ? tile + 1 : 0;
    this.#projectBorder(before, side[tile], 0);
    this.#projectBorder(tile, side[tile], 4);
    const layer = this.#layer;
    const points = this.#corners; // left and right of the point before, left and right of the tile's own
    const tint = red[tile];
    layer.edge(points, 4, 0, 1, tint);
    layer.edge(points, 2, 6, 1, tint);
    if (isFirst || side[before] !== side[tile]) layer.edge(points, 0, 2, 1, tint);
    if (isLast || side[after] !== side[tile]) layer.edge(points, 6, 4, 1, tint);
    else if (red[after] !== tint) layer.edge(points, 4, 6, 0, red[after] - tint);
  }

  /** Finds the border's left and right end at a point. */
  #projectBorder(point: number, side: number, to: number): void {
    const ends = this.#ends;
    const corners = this.#corners;
    const at = point * 4;
    const spread = SPREAD / (ROAD_WIDTH * this.#camera.zoom);
    const left = side < 0 ? -BORDER - spread : 1 - TUCKED;
    const right = side < 0 ? TUCKED : 1 + BORDER + spread;
    const acrossX = ends[at + 2] - ends[at];
    const acrossY = ends[at + 3] - ends[at + 1];
    corners[to] = ends[at] + left * acrossX;
    corners[to + 1] = ends[at + 1] + left * acrossY;
    corners[to + 2] = ends[at] + right * acrossX;
    corners[to + 3] = ends[at + 1] + right * acrossY;
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
