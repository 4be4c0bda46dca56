import type { Ink } from "./ink.ts";
import type { Stamp } from "./stamp.ts";

/*
 * Polygons as exact pixel coverage. An edge adds, to the pixels of each row it crosses, by how much the area to its
 * right within the pixel grows from one pixel to the next; a running sum along the row is then the covered share of each
 * pixel, whatever number of polygons was added. Edges shared by neighbours cancel, so that strips of quads need no inner
 * edges and show no seams. Pixels where the sum changes are marked in bits: between marks the layer is painted in spans.
 *
 * Two sums are kept: `alpha`, how much of the pixel is covered, and `tint`, how much of the second colour is added.
 */

const EMPTY = 1 / 1024; // of a pixel: less is rounding of the sums
const FULL = 1 - EMPTY;
const OVERLAPPING = 1 + EMPTY;

const X0 = 0;
const Y0 = 1;
const X1 = 2;
const Y1 = 3;
const SLOPE = 4; // columns a row

/** Gathers the edges of polygons over width × height pixels, then paints them all at once and is empty again. */
export class CoverageLayer {
  readonly width: number;
  readonly height: number;
  /** Growth of alpha and of tint, (height, width + 2, 2): what falls beyond the last column is never read. */
  readonly #growth: Float64Array;
  readonly #growthStride: number;
  /** A bit for each pixel whose growth may differ from 0, (height, words a row). */
  readonly #marks: Int32Array;
  readonly #marksStride: number;
  /** The edge at hand: X0, Y0, X1, Y1, SLOPE. */
  readonly #segment = new Float64Array(5);
  /** Rows with marks: first ≤ row < end. */
  #firstRow: number;
  #endRow = 0;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#growthStride = (width + 2) * 2;
    this.#growth = new Float64Array(height * this.#growthStride);
    this.#marksStride = Math.ceil((width + 2) / 32);
    this.#marks = new Int32Array(height * this.#marksStride);
    this.#firstRow = height;
  }

  /**
   * Adds a polygon: its corners are the first `count` points, x and y in turn, counter-clockwise as seen on the screen
   * (down the left side, up the right one). Only integers are handed on, and that goes for all of this class: a fraction
   * as an argument would be put on the heap.
   */
  polygon(points: Float64Array, count: number, alpha: number, tint: number): void {
    const last = 2 * count - 2;
    this.edge(points, last, 0, alpha, tint);
    for (let at = 0; at < last; at += 2) this.edge(points, at, at + 2, alpha, tint);
  }

  /** Adds alpha and tint to all that lies right of the edge between the points that start at two indices. */
  edge(points: Float64Array, from: number, to: number, alpha: number, tint: number): void {
    if (points[from + 1] < points[to + 1]) this.#down(points, from, to, alpha, tint);
    else if (points[from + 1] > points[to + 1]) this.#down(points, to, from, 0 - alpha, 0 - tint); // −0 is no small integer
  }

  /** Cuts the edge, which runs down, to the picture: what is above, below or right of it has no effect. */
  #down(points: Float64Array, from: number, to: number, alpha: number, tint: number): void {
    const { width, height } = this;
    const x0 = points[from];
    const y0 = points[from + 1];
    const x1 = points[to];
    const y1 = points[to + 1];
    if (y1 <= 0 || y0 >= height || (x0 >= width && x1 >= width)) return;
    const slope = (x1 - x0) / (y1 - y0);
    const top = Math.max(y0, 0);
    const bottom = Math.min(y1, height);
    const xTop = x0 + slope * (top - y0);
    const xBottom = x0 + slope * (bottom - y0);
    if (top < this.#firstRow) this.#firstRow = Math.floor(top);
    if (bottom > this.#endRow) this.#endRow = Math.ceil(bottom);
    const segment = this.#segment;
    segment[X0] = xTop;
    segment[Y0] = top;
    segment[X1] = xBottom;
    segment[Y1] = bottom;
    segment[SLOPE] = slope;
    if (Math.min(xTop, xBottom) >= 0 && Math.max(xTop, xBottom) <= width) this.#add(alpha, tint);
    else this.#cut(alpha, tint);
  }

  /** The segment crosses the picture's left or right side, or lies left of it. */
  #cut(alpha: number, tint: number): void {
    const { width } = this;
    const segment = this.#segment;
    const xTop = segment[X0];
    const top = segment[Y0];
    const xBottom = segment[X1];
    const bottom = segment[Y1];
    const slope = segment[SLOPE];
    // Where it crosses the sides; without a slope it lies left of the picture from end to end.
    const yLeft = slope === 0 ? bottom : Math.min(Math.max(top - xTop / slope, top), bottom);
    const yRight = slope === 0 ? bottom : Math.min(Math.max(top + (width - xTop) / slope, top), bottom);
    const start = slope < 0 ? yRight : yLeft;
    const end = slope < 0 ? yLeft : yRight;
    if (end > start) {
      segment[X0] = Math.min(Math.max(xTop + slope * (start - top), 0), width);
      segment[Y0] = start;
      segment[X1] = Math.min(Math.max(xTop + slope * (end - top), 0), width);
      segment[Y1] = end;
      this.#add(alpha, tint);
    }
    // Left of the picture it counts as if it ran along the side: all of the row lies right of it.
    segment[X0] = 0;
    segment[X1] = 0;
    segment[SLOPE] = 0;
    segment[Y0] = xTop < 0 ? top : yLeft;
    segment[Y1] = xBottom < 0 ? bottom : yLeft;
    if (Math.min(xTop, xBottom) < 0) this.#add(alpha, tint);
  }

  /** Adds the segment, which lies within the picture. */
  #add(alpha: number, tint: number): void {
    const x0 = this.#segment[X0];
    const y0 = this.#segment[Y0];
    const x1 = this.#segment[X1];
    const y1 = this.#segment[Y1];
    const slope = this.#segment[SLOPE];
    const growth = this.#growth;
    const growthStride = this.#growthStride;
    const rowsPerColumn = slope < 0 ? -1 / slope : 1 / slope;
    const endRow = Math.ceil(y1);
    let y = y0;
    let x = x0;
    for (let row = y0 | 0; row < endRow; row++) {
      const yNext = Math.min(row + 1, y1);
      const xNext = yNext < y1 ? x0 + slope * (yNext - y0) : x1;
      const dy = yNext - y;
      const a = alpha * dy;
      const left = Math.min(x, xNext);
      const right = Math.max(x, xNext);
      const first = left | 0;
      const last = right | 0;
      let at = row * growthStride + first * 2;
      if (first === last) {
        const share = (left + right) * 0.5 - first; // of the pixel, left of the edge
        growth[at] += a - a * share;
        growth[at + 2] += a * share;
        if (tint !== 0) {
          const t = tint * dy;
          growth[at + 1] += t - t * share;
          growth[at + 3] += t * share;
        }
      } else {
        const perColumn = dy === 1 ? rowsPerColumn : rowsPerColumn / dy;
        const inFirst = first + 1 - left;
        const inLast = right - last;
        const t = tint * dy;
        let before = perColumn * inFirst * inFirst * 0.5; // share of the rows' height that covers the pixel
        growth[at] += a * before;
        growth[at + 1] += t * before;
        for (let column = first + 1; column < last; column++) {
          const share = perColumn * (column + 0.5 - left);
          at += 2;
          growth[at] += a * (share - before);
          growth[at + 1] += t * (share - before);
          before = share;
        }
        const share = 1 - perColumn * inLast * inLast * 0.5;
        growth[at + 2] += a * (share - before);
        growth[at + 3] += t * (share - before);
        growth[at + 4] += a * (1 - share);
        growth[at + 5] += t * (1 - share);
      }
      this.#mark(row * this.#marksStride, first, last + 1);
      y = yNext;
      x = xNext;
    }
  }

  #mark(row: number, first: number, last: number): void {
    const marks = this.#marks;
    const firstWord = row + (first >> 5);
    const lastWord = row + (last >> 5);
    const fromFirst = -1 << (first & 31);
    const toLast = -1 >>> (31 - (last & 31));
    if (firstWord === lastWord) {
      marks[firstWord] |= fromFirst & toLast;
    } else {
      marks[firstWord] |= fromFirst;
      for (let word = firstWord + 1; word < lastWord; word++) marks[word] = -1;
      marks[lastWord] |= toLast;
    }
  }

  /** Takes what was gathered out of the layer, to be laid over pictures again and again. */
  takeStamp(): Stamp {
    const offsets: number[] = [];
    const shares: number[] = [];
    for (let row = this.#firstRow; row < this.#endRow; row++) {
      let alpha = 0;
      for (let column = 0; column < this.width; column++) {
        const cell = row * this.#growthStride + column * 2;
        alpha += this.#growth[cell];
        this.#growth[cell] = 0;
        this.#growth[cell + 1] = 0;
        if (alpha < EMPTY) continue;
        offsets.push((row * this.width + column) * 3);
        shares.push(Math.min(alpha, 1));
      }
    }
    this.#marks.fill(0);
    this.#firstRow = this.height;
    this.#endRow = 0;
    return { offsets: Int32Array.from(offsets), shares: Float64Array.from(shares) };
  }

  /** Paints what was gathered over RGB bytes (≥ height, width, 3) and empties the layer. Shares over 1 count as 1. */
  paint(out: Uint8Array, ink: Ink): void {
    const { width } = this;
    const growth = this.#growth;
    const marks = this.#marks;
    const marksStride = this.#marksStride;
    const { red, green, blue, tintRed, tintGreen, tintBlue } = ink;
    for (let row = this.#firstRow; row < this.#endRow; row++) {
      let alpha = 0;
      let tint = 0;
      const pixels = row * width * 3;
      const cells = row * this.#growthStride;
      const words = row * marksStride;
      let word = 0;
      let bits = marks[words];
      marks[words] = 0;
      for (;;) {
        while (bits === 0 && ++word < marksStride) {
          bits = marks[words + word];
          marks[words + word] = 0;
        }
        if (bits === 0) break;
        const column = word * 32 + 31 - Math.clz32(bits & -bits);
        if (column >= width) break;
        bits &= bits - 1;
        const cell = cells + column * 2;
        alpha += growth[cell];
        tint += growth[cell + 1];
        growth[cell] = 0;
        growth[cell + 1] = 0;
        if (alpha < EMPTY) continue;

        // The sums hold up to the next mark.
        while (bits === 0 && ++word < marksStride) {
          bits = marks[words + word];
          marks[words + word] = 0;
        }
        const next = bits === 0 ? width : word * 32 + 31 - Math.clz32(bits & -bits);
        const end = pixels + Math.min(next, width) * 3;
        let i = pixels + column * 3;
        if (alpha > FULL) {
          const t = alpha > OVERLAPPING ? tint / alpha : tint;
          const inkRed = (red + tintRed * t + 0.5) | 0; // + ½: bytes cut fractions off
          const inkGreen = (green + tintGreen * t + 0.5) | 0;
          const inkBlue = (blue + tintBlue * t + 0.5) | 0;
          for (; i < end; i += 3) {
            out[i] = inkRed;
            out[i + 1] = inkGreen;
            out[i + 2] = inkBlue;
          }
        } else {
          const kept = 1 - alpha;
          const inkRed = red * alpha + tintRed * tint + 0.5;
          const inkGreen = green * alpha + tintGreen * tint + 0.5;
          const inkBlue = blue * alpha + tintBlue * tint + 0.5;
          for (; i < end; i += 3) {
            out[i] = (out[i] * kept + inkRed) | 0;
            out[i + 1] = (out[i + 1] * kept + inkGreen) | 0;
            out[i + 2] = (out[i + 2] * kept + inkBlue) | 0;
          }
        }
      }
    }
    this.#firstRow = this.height;
    this.#endRow = 0;
  }
}
