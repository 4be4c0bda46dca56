import type { RenderFrame } from "../src/core/env.ts";

/** Red, green, blue, 0 to 255; and how much it covers, 0 to 1 (default 1). */
export type Color = readonly [red: number, green: number, blue: number, opacity?: number];

/** In pixels from the lower left corner, y upward; pixel (0, 0) covers the square from 0 to 1. */
export type Point = readonly [x: number, y: number];

/** A rectangle's edges, in pixels from the lower left corner. */
export interface Edges {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** A part of a circle's edge, from one angle to a greater one; radians, counter-clockwise, 0 to the right. */
export interface Arc {
  readonly center: Point;
  readonly radius: number;
  readonly width: number;
  readonly from: number;
  readonly to: number;
}

/** A picture to draw on, with anti-aliased edges: an edge pixel is mixed by how far it lies inside the shape. */
export class Canvas {
  readonly width: number;
  readonly height: number;
  readonly #data: Uint8Array;

  constructor(width: number, height: number, background: Color) {
    this.width = width;
    this.height = height;
    this.#data = new Uint8Array(width * height * 3);
    const row = 3 * width;
    for (let i = 0; i < row; i += 3)
      for (let channel = 0; channel < 3; channel++) this.#data[i + channel] = background[channel]!;
    for (let i = 1; i < height; i++) this.#data.copyWithin(i * row, 0, row);
  }

  /** A filled convex polygon, its corners in either order. */
  polygon(corners: readonly Point[], color: Color): void {
    let area = 0;
    for (let i = 0; i < corners.length; i++) {
      const [x, y] = corners[i];
      const [nextX, nextY] = corners[(i + 1) % corners.length];
      area += x * nextY - nextX * y;
    }
    const turn = area < 0 ? -1 : 1; // the inside is on the left of every edge, or on the right of every one
    const edges = corners.flatMap(([x, y], i) => {
      const [nextX, nextY] = corners[(i + 1) % corners.length];
      const length = Math.hypot(nextX - x, nextY - y);
      return length > 0
        ? [{ x, y, normalX: (turn * (y - nextY)) / length, normalY: (turn * (nextX - x)) / length }]
        : [];
    });
    const xs = corners.map(([x]) => x);
    const ys = corners.map(([, y]) => y);
    const edgesOf = { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
    this.#fill(edgesOf, color, (x, y) => {
      let least = Infinity;
      for (const edge of edges) least = Math.min(least, (x - edge.x) * edge.normalX + (y - edge.y) * edge.normalY);
      return least;
    });
  }

  /** A filled rectangle along the axes. */
  rectangle({ left, right, bottom, top }: Edges, color: Color): void {
    this.#fill({ left, right, bottom, top }, color, (x, y) => Math.min(x - left, right - x, y - bottom, top - y));
  }

  /** A filled rectangle along the axes with round corners. */
  roundedRectangle(edges: Edges, radius: number, color: Color): void {
    const { left, right, bottom, top } = edges;
    this.#fill(edges, color, (x, y) => {
      const across = Math.max(left + radius - x, x - right + radius, 0);
      const along = Math.max(bottom + radius - y, y - top + radius, 0);
      if (across > 0 && along > 0) return radius - Math.hypot(across, along);
      return Math.min(x - left, right - x, y - bottom, top - y);
    });
  }

  /** A filled circle. */
  circle([x, y]: Point, radius: number, color: Color): void {
    const edges = { left: x - radius, right: x + radius, bottom: y - radius, top: y + radius };
    this.#fill(edges, color, (px, py) => radius - Math.hypot(px - x, py - y));
  }

  /** A filled ellipse along the axes. */
  ellipse([x, y]: Point, radiusX: number, radiusY: number, color: Color): void {
    const edges = { left: x - radiusX, right: x + radiusX, bottom: y - radiusY, top: y + radiusY };
    const radius = Math.min(radiusX, radiusY);
    this.#fill(edges, color, (px, py) => (1 - Math.hypot((px - x) / radiusX, (py - y) / radiusY)) * radius);
  }

  /** A line with round ends. */
  line([x, y]: Point, [endX, endY]: Point, width: number, color: Color): void {
    const radius = width / 2;
    const edges = {
      left: Math.min(x, endX) - radius,
      right: Math.max(x, endX) + radius,
      bottom: Math.min(y, endY) - radius,
      top: Math.max(y, endY) + radius,
    };
    const dx = endX - x;
    const dy = endY - y;
    const square = dx * dx + dy * dy || 1;
    this.#fill(edges, color, (px, py) => {
      const along = Math.min(1, Math.max(0, ((px - x) * dx + (py - y) * dy) / square));
      return radius - Math.hypot(px - x - along * dx, py - y - along * dy);
    });
  }

  /** A part of a circle's edge. */
  arc({ center: [x, y], radius, width, from, to }: Arc, color: Color): void {
    const reach = radius + width / 2;
    const edges = { left: x - reach, right: x + reach, bottom: y - reach, top: y + reach };
    const turn = 2 * Math.PI;
    this.#fill(edges, color, (px, py) => {
      const angle = Math.atan2(py - y, px - x) - from;
      const past = angle - turn * Math.floor(angle / turn); // 0 … 2π past the beginning
      return past <= to - from ? width / 2 - Math.abs(Math.hypot(px - x, py - y) - radius) : -1;
    });
  }

  /** What has been drawn; the canvas must not be drawn on afterwards. */
  frame(): RenderFrame {
    return { width: this.width, height: this.height, data: this.#data };
  }

  /** Mixes the color into each pixel near the rectangle; `inside` is the distance to the shape's edge, positive within. */
  #fill({ left, right, bottom, top }: Edges, color: Color, inside: (x: number, y: number) => number): void {
    const [red, green, blue, opacity = 1] = color;
    const firstColumn = Math.max(0, Math.floor(left - 0.5));
    const lastColumn = Math.min(this.width - 1, Math.ceil(right + 0.5));
    const firstRow = Math.max(0, Math.floor(bottom - 0.5));
    const lastRow = Math.min(this.height - 1, Math.ceil(top + 0.5));
    const data = this.#data;
    for (let row = firstRow; row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        const coverage = Math.min(1, inside(column + 0.5, row + 0.5) + 0.5) * opacity;
        if (!(coverage > 0)) continue;
        const offset = ((this.height - 1 - row) * this.width + column) * 3;
        data[offset] = Math.round(data[offset] + (red - data[offset]) * coverage);
        data[offset + 1] = Math.round(data[offset + 1] + (green - data[offset + 1]) * coverage);
        data[offset + 2] = Math.round(data[offset + 2] + (blue - data[offset + 2]) * coverage);
      }
    }
  }
}
