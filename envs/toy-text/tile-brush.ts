import type { Canvas, Color, Point } from "../canvas.ts";

/** Where a tile lies: pixels from the upper left corner of the canvas. */
export interface TileEdges {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Draws within one tile: (0, 0) is its upper left corner, (1, 1) its lower right one. */
export class TileBrush {
  readonly #canvas: Canvas;
  readonly #tile: TileEdges;

  constructor(canvas: Canvas, tile: TileEdges) {
    this.#canvas = canvas;
    this.#tile = tile;
  }

  rectangle(left: number, top: number, right: number, bottom: number, color: Color): void {
    const [x, y] = this.#at(left, bottom);
    const [endX, endY] = this.#at(right, top);
    this.#canvas.rectangle({ left: x, right: endX, bottom: y, top: endY }, color);
  }

  rounded(left: number, top: number, right: number, bottom: number, radius: number, color: Color): void {
    const [x, y] = this.#at(left, bottom);
    const [endX, endY] = this.#at(right, top);
    this.#canvas.roundedRectangle({ left: x, right: endX, bottom: y, top: endY }, radius * this.#tile.width, color);
  }

  ellipse(x: number, y: number, radiusX: number, radiusY: number, color: Color): void {
    this.#canvas.ellipse(this.#at(x, y), radiusX * this.#tile.width, radiusY * this.#tile.height, color);
  }

  polygon(corners: readonly Point[], color: Color): void {
    this.#canvas.polygon(
      corners.map(([x, y]) => this.#at(x, y)),
      color,
    );
  }

  /** A line with round ends, `width` in widths of the tile. */
  line(from: Point, to: Point, width: number, color: Color): void {
    this.#canvas.line(this.#at(...from), this.#at(...to), width * this.#tile.width, color);
  }

  #at(x: number, y: number): Point {
    const { left, top, width, height } = this.#tile;
    return [left + x * width, this.#canvas.height - top - y * height];
  }
}
