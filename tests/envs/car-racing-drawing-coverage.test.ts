import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CoverageLayer } from "../../envs/car-racing/drawing/coverage-layer.ts";
import type { Ink } from "../../envs/car-racing/drawing/ink.ts";
import { paintStamp } from "../../envs/car-racing/drawing/stamp.ts";

type Point = readonly [number, number];

const WIDTH = 37; // no multiple of 32: the last word of marks is not full
const HEIGHT = 19;
const SAMPLES = 24; // each way
const WHITE: Ink = { red: 255, green: 255, blue: 255, tintRed: 0, tintGreen: 0, tintBlue: 0 };

function add(layer: CoverageLayer, corners: readonly Point[], alpha = 1, tint = 0): void {
  layer.polygon(Float64Array.from(corners.flat()), corners.length, alpha, tint);
}

/** Shares of each pixel's area, by the layer's stamp. */
function coverage(corners: readonly Point[], width = WIDTH, height = HEIGHT): Float64Array {
  const layer = new CoverageLayer(width, height);
  add(layer, corners);
  const { offsets, shares } = layer.takeStamp();
  const all = new Float64Array(width * height);
  for (const [i, offset] of offsets.entries()) all[offset / 3] = shares[i];
  return all;
}

/** The area of a convex polygon, counter-clockwise on the screen, within a pixel: cut to the pixel, side by side. */
function exactShare(corners: readonly Point[], column: number, row: number): number {
  let cut = corners;
  const sides: ((p: Point) => number)[] = [
    ([x]) => x - column,
    ([x]) => column + 1 - x,
    ([, y]) => y - row,
    ([, y]) => row + 1 - y,
  ];
  for (const inside of sides) {
    cut = cut.flatMap((from, i) => {
      const to = cut[(i + 1) % cut.length];
      const [a, b] = [inside(from), inside(to)];
      const kept: Point[] = a >= 0 ? [from] : [];
      if (a >= 0 !== b >= 0) {
        const share = a / (a - b);
        kept.push([from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]);
      }
      return kept;
    });
  }
  return Math.abs(area(cut));
}

function area(corners: readonly Point[]): number {
  return corners.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = corners[(i + 1) % corners.length];
    return sum + (x * nextY - nextX * y) / 2;
  }, 0);
}

/** A share of samples in a pixel that lie inside. */
function sampledShare(corners: readonly Point[], column: number, row: number): number {
  let count = 0;
  for (let j = 0; j < SAMPLES; j++) {
    for (let i = 0; i < SAMPLES; i++) {
      const x = column + (i + 0.5) / SAMPLES;
      const y = row + (j + 0.5) / SAMPLES;
      const inside = corners.every(([ax, ay], k) => {
        const [bx, by] = corners[(k + 1) % corners.length];
        return (bx - ax) * (y - ay) - (by - ay) * (x - ax) <= 0;
      });
      if (inside) count++;
    }
  }
  return count / SAMPLES ** 2;
}

/** Convex polygons on an ellipse in and around the picture, counter-clockwise on the screen (y down). */
const polygons = fc
  .record({
    x: fc.double({ min: -20, max: WIDTH + 20, noNaN: true }),
    y: fc.double({ min: -15, max: HEIGHT + 15, noNaN: true }),
    radiusX: fc.double({ min: 0.05, max: 40, noNaN: true }),
    radiusY: fc.double({ min: 0.05, max: 40, noNaN: true }),
    angles: fc.uniqueArray(fc.integer({ min: 0, max: 359 }), { minLength: 3, maxLength: 8 }),
  })
  .map(({ x, y, radiusX, radiusY, angles }): Point[] => {
    return angles
      .sort((a, b) => b - a)
      .map((degrees) => {
        const angle = (degrees * Math.PI) / 180;
        return [x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle)];
      });
  });

describe("CoverageLayer", () => {
  it("covers each pixel by the polygon's exact area in it, wherever the polygon lies", () => {
    fc.assert(
      fc.property(polygons, (corners) => {
        const shares = coverage(corners);
        let worst = 0;
        for (let i = 0; i < shares.length; i++) {
          const exact = exactShare(corners, i % WIDTH, Math.floor(i / WIDTH));
          worst = Math.max(worst, Math.abs(shares[i] - exact));
        }
        return worst < 1 / 512; // what is nearly empty is left out
      }),
      { numRuns: 400, seed: 1 },
    );
  });

  it("agrees with 24 × 24 samples a pixel", () => {
    fc.assert(
      fc.property(polygons, (corners) => {
        const shares = coverage(corners, 12, 9);
        for (let i = 0; i < shares.length; i++) {
          expect(Math.abs(shares[i] - sampledShare(corners, i % 12, Math.floor(i / 12)))).toBeLessThan(0.08);
        }
      }),
      { numRuns: 40, seed: 2 },
    );
  });

  it("keeps rectangles on whole pixels sharp, at the picture's edges too", () => {
    const box = (left: number, top: number, right: number, bottom: number): Point[] => [
      [left, top],
      [left, bottom],
      [right, bottom],
      [right, top],
    ];
    for (const [left, top, right, bottom] of [
      [0, 0, WIDTH, HEIGHT],
      [31, 3, 33, 5],
      [-4, -4, 1, 1],
      [WIDTH - 1, HEIGHT - 1, WIDTH + 9, HEIGHT + 9],
    ]) {
      const shares = coverage(box(left, top, right, bottom));
      for (let y = 0; y < HEIGHT; y++) {
        for (let x = 0; x < WIDTH; x++) {
          const inside = x >= left && x < right && y >= top && y < bottom;
          expect(shares[y * WIDTH + x]).toBe(inside ? 1 : 0);
        }
      }
    }
    expect(coverage(box(-9, 2, -1, 5)).every((share) => share === 0)).toBe(true);
    expect(coverage(box(WIDTH, 2, WIDTH + 5, 5)).every((share) => share === 0)).toBe(true);
    expect(coverage(box(2, -7, 5, 0)).every((share) => share === 0)).toBe(true);
    expect(coverage(box(2, HEIGHT, 5, HEIGHT + 4)).every((share) => share === 0)).toBe(true);
  });

  it("shows no seam between polygons that share an edge", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -30, max: 60, noNaN: true }),
        fc.double({ min: -30, max: 60, noNaN: true }),
        (a, b) => {
          const layer = new CoverageLayer(WIDTH, HEIGHT);
          // The line from (a, −1) to (b, HEIGHT + 1) cuts a polygon larger than the picture in two.
          const left: Point[] = [
            [a, -1],
            [-40, -1],
            [-40, HEIGHT + 1],
            [b, HEIGHT + 1],
          ];
          const right: Point[] = [
            [a, -1],
            [b, HEIGHT + 1],
            [70, HEIGHT + 1],
            [70, -1],
          ];
          add(layer, left);
          add(layer, right);
          const out = new Uint8Array(WIDTH * HEIGHT * 3);
          layer.paint(out, WHITE);
          return out.every((byte) => byte === 255);
        },
      ),
      { seed: 3 },
    );
  });

  it("mixes colour and tint by their shares", () => {
    const layer = new CoverageLayer(4, 1);
    const ink: Ink = { red: 100, green: 100, blue: 100, tintRed: 2, tintGreen: 0, tintBlue: -100 };
    const strip = (left: number, right: number): Point[] => [
      [left, 0],
      [left, 1],
      [right, 1],
      [right, 0],
    ];
    add(layer, strip(0.5, 3), 1, 0);
    add(layer, strip(1.5, 3), 0, 1);
    const out = new Uint8Array(12).fill(20);
    layer.paint(out, ink);
    expect([...out]).toEqual([60, 60, 60, 101, 100, 50, 102, 100, 0, 20, 20, 20]);
  });

  it("counts more than a whole pixel as a whole pixel", () => {
    const layer = new CoverageLayer(3, 1);
    const corners: Point[] = [
      [0.5, 0],
      [0.5, 1],
      [3, 1],
      [3, 0],
    ];
    for (let i = 0; i < 3; i++) add(layer, corners);
    const out = new Uint8Array(9);
    layer.paint(out, WHITE);
    expect([...out]).toEqual([255, 255, 255, 255, 255, 255, 255, 255, 255]);
  });

  it("is empty after painting and after giving a stamp, and a stamp paints the same", () => {
    fc.assert(
      fc.property(polygons, (corners) => {
        const layer = new CoverageLayer(WIDTH, HEIGHT);
        const painted = new Uint8Array(WIDTH * HEIGHT * 3).fill(30);
        add(layer, corners);
        layer.paint(painted, WHITE);
        const stamped = new Uint8Array(WIDTH * HEIGHT * 3).fill(30);
        add(layer, corners);
        paintStamp(layer.takeStamp(), stamped, WHITE);
        const untouched = new Uint8Array(WIDTH * HEIGHT * 3).fill(30);
        layer.paint(untouched, WHITE);
        return untouched.every((byte) => byte === 30) && painted.every((byte, i) => Math.abs(byte - stamped[i]) <= 1);
      }),
      { numRuns: 200, seed: 4 },
    );
  });
});
