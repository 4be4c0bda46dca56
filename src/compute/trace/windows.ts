import { sizeOf } from "../array.ts";
import type { WindowAxis } from "../linear-map.ts";
import { tracer } from "./backend.ts";

/* Windows over the flattened pixels of an image or a volume: (N, pixels, C) to (N, positions · taps, C), and back. */

/** Elements that each of some rows is moved to; a row may be moved to several places and a place may be nobody's. */
export interface WindowIndex {
  /** For each position and tap, the pixel that lies there; `pixels` where that is padding. */
  readonly index: Int32Array;
  readonly pixels: number;
  readonly positions: number;
  readonly taps: number;
  readonly padded: boolean;
}

/** Where each tap of each window lies. Positions and taps are in row-major order of the axes. */
export function windowIndex(axes: readonly WindowAxis[]): WindowIndex {
  let places = Int32Array.of(0); // −1 for padding
  let [positions, taps] = [1, 1];
  for (const { length, count, size, stride, dilation, before } of axes) {
    const next = new Int32Array(places.length * count * size);
    let n = 0;
    for (let position = 0; position < positions; position++) {
      for (let i = 0; i < count; i++) {
        for (let tap = 0; tap < taps; tap++) {
          const outer = places[position * taps + tap];
          for (let j = 0; j < size; j++) {
            const place = i * stride + j * dilation - before;
            next[n++] = outer < 0 || place < 0 || place >= length ? -1 : outer * length + place;
          }
        }
      }
    }
    places = next;
    positions *= count;
    taps *= size;
  }
  const pixels = sizeOf(axes.map(({ length }) => length));
  const padded = places.includes(-1);
  return { index: places.map((place) => (place < 0 ? pixels : place)), pixels, positions, taps, padded };
}

/** Rows of a (N, rows, C) value at constant places: (N, places, C). */
function takeRows(value: string, index: Int32Array): string {
  const { graph } = tracer;
  const { shape, dtype } = graph.info(value);
  const places = graph.constant(index, [index.length], "int32");
  return graph.one("Gather", [value, places], { shape: [shape[0], index.length, shape[2]], dtype }, { axis: 1 });
}

/** A (N, rows, C) value with one more row of a constant. */
function withRow(value: string, filler: number): string {
  return tracer.graph.pad(
    value,
    [
      [0, 0],
      [0, 1],
      [0, 0],
    ],
    filler,
  );
}

/** The pixels under every tap of every window: (N, pixels, C) to (N, positions · taps, C). */
export function takeWindows(value: string, { index, padded }: WindowIndex, filler = 0): string {
  return takeRows(padded ? withRow(value, filler) : value, index);
}

/**
 * The transpose of `takeWindows`: what lies in the windows is summed onto the pixels. For each pixel the places that saw
 * it are known, so this is a Gather and a sum, in a fixed order, where a scatter would be slow and unordered.
 */
export function addWindows(value: string, { index, pixels }: WindowIndex): string {
  const { graph } = tracer;
  const [batch, places, channels] = graph.info(value).shape;
  const seen: number[][] = Array.from({ length: pixels }, () => []);
  for (const [place, pixel] of index.entries()) if (pixel < pixels) seen[pixel].push(place);
  const width = seen.reduce((most, list) => Math.max(most, list.length), 0);
  if (width === 0) return graph.expand(graph.scalar(0), [batch, pixels, channels]);
  const full = seen.every((list) => list.length === width);
  const back = new Int32Array(pixels * width).fill(places); // the row after the last is zero
  for (const [pixel, list] of seen.entries()) back.set(list, pixel * width);
  const rows = takeRows(full ? value : withRow(value, 0), back);
  if (width === 1) return rows;
  const spread = graph.reshape(rows, [batch * pixels, width, channels]);
  const info = { shape: [batch * pixels, channels], dtype: "float32" } as const;
  const sums = graph.one("ReduceSum", [spread, graph.integers([1])], info, { keepdims: 0 });
  return graph.reshape(sums, [batch, pixels, channels]);
}
