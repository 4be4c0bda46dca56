import { createRequire } from "node:module";
import type { Gifenc } from "gifenc";
import type { Picture } from "./picture.ts";

// CommonJS whose names Node cannot see from outside, and whose default export bundlers understand in two ways.
const gifenc = createRequire(import.meta.url)("gifenc") as Gifenc;

const PALETTE_FRAMES = 12; // sampled for the shared palette

/** RGB frames of one size as an endless GIF: one palette for all, and after the first frame only the pixels that change. */
export function encodeGif(frames: readonly Picture[], { fps }: { fps: number }): Uint8Array<ArrayBuffer> {
  const { width, height } = frames[0];
  const palette = sharedPalette(frames); // index `clear` is kept for pixels that stay as they were
  const clear = palette.length;
  const withClear = [...palette, [0, 0, 0]];
  const nearest = paletteLookup(palette);
  const delay = Math.max(20, Math.round(100 / fps) * 10);
  const gif = gifenc.GIFEncoder({ initialCapacity: 1 << 20 });
  let before: Uint8Array | undefined;
  for (const frame of frames) {
    const index = nearest(frame.data);
    if (!before) {
      gif.writeFrame(index, width, height, { palette: withClear, delay, repeat: 0, dispose: 1 });
    } else {
      const changed = new Uint8Array(index.length);
      for (let i = 0; i < index.length; i++) changed[i] = index[i] === before[i] ? clear : index[i];
      gif.writeFrame(changed, width, height, { delay, transparent: true, transparentIndex: clear, dispose: 1 });
    }
    before = index;
  }
  gif.finish();
  return gif.bytes();
}

/** At most 255 colours, from frames spread over the whole sequence. */
function sharedPalette(frames: readonly Picture[]): number[][] {
  const count = Math.min(PALETTE_FRAMES, frames.length);
  const pixels = frames[0].width * frames[0].height;
  const rgba = new Uint8Array(count * pixels * 4);
  for (let k = 0; k < count; k++) {
    const { data } = frames[Math.floor((k * (frames.length - 1)) / Math.max(1, count - 1))];
    for (let i = 0; i < pixels; i++) {
      const to = (k * pixels + i) * 4;
      rgba[to] = data[i * 3];
      rgba[to + 1] = data[i * 3 + 1];
      rgba[to + 2] = data[i * 3 + 2];
      rgba[to + 3] = 255;
    }
  }
  return gifenc.quantize(rgba, 255).map((color) => color.slice(0, 3));
}

/** Maps RGB to the nearest entry, remembering every colour (6 bits a channel) it has seen. */
function paletteLookup(palette: readonly number[][]): (rgb: Uint8Array) => Uint8Array {
  const known = new Int16Array(1 << 18).fill(-1);
  const find = (r: number, g: number, b: number): number => {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < palette.length; i++) {
      const [pr, pg, pb] = palette[i];
      const distance = 2 * (r - pr) ** 2 + 4 * (g - pg) ** 2 + 3 * (b - pb) ** 2; // the eye's weights, roughly
      if (distance < least) {
        least = distance;
        best = i;
      }
    }
    return best;
  };
  return (rgb) => {
    const index = new Uint8Array(rgb.length / 3);
    for (let i = 0; i < index.length; i++) {
      const [r, g, b] = [rgb[i * 3], rgb[i * 3 + 1], rgb[i * 3 + 2]];
      const key = ((r >> 2) << 12) | ((g >> 2) << 6) | (b >> 2);
      if (known[key] < 0) known[key] = find(r, g, b);
      index[i] = known[key];
    }
    return index;
  };
}
