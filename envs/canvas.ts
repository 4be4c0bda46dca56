import type { RenderFrame } from "../src/core/env.ts";

/** Red, green, blue; 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

/** In pixels from the lower left corner, y upward; pixel (0, 0) covers the square from 0 to 1. */
export type Point = readonly [x: number, y: number];

/** A picture to draw on, with anti-aliased edges: an edge pixel is mixed by how far it lies inside the shape. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #data: Uint8Array;

  constructor(width: number, height: number, background: Color) {
    this.width = width;
    this.height = height;
    this.#data = new Uint8Array(width * height * 3);
    for (let i = 0; i < this.#data.length; i += 3) this.#data.set(background, i);
  }

  /** A filled convex polygon, its corners counter-clockwise. */
  polygon(corners: readonly Point[], color: Color): void {
    const xs = corners.map(([x]) => x);
    const ys = corners.map(([, y]) => y);
    const edges = corners.map(([x, y], i) => {
      const [nextX, nextY] = corners[(i + 1) % corners.length];
      const length = Math.hypot(nextX - x, nextY - y);
      return { x, y, normalX: (y - nextY) / length, normalY: (nextX - x) / length }; // pointing inward
    });
    const inside = (x: number, y: number) => {
      let least = Infinity;
      for (const edge of edges) {
        least = Math.min(least, (x - edge.x) * edge.normalX + (y - edge.y) * edge.normalY);
      }
      return least;
    };
    this.#fill(Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys), inside, color);
  }

  /** A filled circle. */
  circle([x, y]: Point, radius: number, color: Color): void {
    const inside = (px: number, py: number) => radius - Math.hypot(px - x, py - y);
    this.#fill(x - radius, x + radius, y - radius, y + radius, inside, color);
  }

  /** What has been drawn; the canvas must not be drawn on afterwards. */
  frame(): RenderFrame {
    return { width: this.width, height: this.height, data: this.#data };
  }

  /** Mixes the color into each pixel of the rectangle; `inside` is the distance to the shape's edge, positive within. */
  #fill(
    left: number,
    right: number,
    bottom: number,
    top: number,
    inside: (x: number, y: number) => number,
    color: Color,
  ): void {
    const firstColumn = Math.max(0, Math.floor(left - 0.5));
    const lastColumn = Math.min(this.width - 1, Math.ceil(right + 0.5));
    const firstRow = Math.max(0, Math.floor(bottom - 0.5));
    const lastRow = Math.min(this.height - 1, Math.ceil(top + 0.5));
    for (let row = firstRow; row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        const coverage = Math.min(1, inside(column + 0.5, row + 0.5) + 0.5);
        if (!(coverage > 0)) continue;
        const offset = ((this.height - 1 - row) * this.width + column) * 3;
        for (let channel = 0; channel < 3; channel++) {
          const under = this.#data[offset + channel];
          this.#data[offset + channel] = Math.round(under + (color[channel] - under) * coverage);
        }
      }
    }
  }
}
