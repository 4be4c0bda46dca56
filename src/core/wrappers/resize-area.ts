/* OpenCV's cv::resize with INTER_AREA for bytes, in its order of operations (float32 sums, halves to even). */

interface Size {
  readonly height: number;
  readonly width: number;
}

/** A share that one source row or column has in a target row or column. */
interface Share {
  readonly target: number;
  readonly source: number;
  readonly weight: number;
}

const { fround } = Math;
const FIXED = 2048; // the fixed-point one of bilinear weights, 11 bits

/**
 * An image of another size. Shrunk, each pixel is the mean of the area that it covers; where one side grows, OpenCV
 * interpolates linearly between whole pixels, and so does this.
 */
export function resizeArea(image: Uint8Array, from: Size & { readonly channels: number }, to: Size): Uint8Array {
  const scaleX = from.width / to.width;
  const scaleY = from.height / to.height;
  if (scaleX < 1 || scaleY < 1) return resizeLinear(image, from, to);
  if (Number.isInteger(scaleX) && Number.isInteger(scaleY)) return meanOfBlocks(image, from, to);
  return meanOfAreas(image, from, to);
}

/** Both scales are integers: whole pixels are averaged. */
function meanOfBlocks(image: Uint8Array, from: Size & { channels: number }, to: Size): Uint8Array {
  const { channels } = from;
  const blockWidth = from.width / to.width;
  const blockHeight = from.height / to.height;
  const share = fround(1 / (blockWidth * blockHeight));
  const pairs = blockWidth === 2 && blockHeight === 2;
  const resized = new Uint8Array(to.height * to.width * channels);
  for (let y = 0, i = 0; y < to.height; y++) {
    for (let x = 0; x < to.width; x++) {
      for (let c = 0; c < channels; c++, i++) {
        let sum = 0;
        for (let dy = 0; dy < blockHeight; dy++) {
          let j = ((y * blockHeight + dy) * from.width + x * blockWidth) * channels + c;
          for (let dx = 0; dx < blockWidth; dx++, j += channels) sum += image[j];
        }
        resized[i] = pairs ? (sum + 2) >> 2 : roundHalfEven(fround(sum * share));
      }
    }
  }
  return resized;
}

function meanOfAreas(image: Uint8Array, from: Size & { channels: number }, to: Size): Uint8Array {
  const { channels } = from;
  const columns = shares(from.width, to.width);
  const rows = shares(from.height, to.height);
  const span = to.width * channels;
  const resized = new Uint8Array(to.height * span);
  const line = new Float32Array(span);
  const sum = new Float32Array(span);
  for (let k = 0; k < rows.length; k++) {
    const { target, source, weight } = rows[k];
    line.fill(0);
    for (const { target: x, source: sx, weight: share } of columns) {
      const start = (source * from.width + sx) * channels;
      for (let c = 0; c < channels; c++) {
        const i = x * channels + c;
        line[i] = line[i] + fround(image[start + c] * share);
      }
    }
    const first = k === 0 || rows[k - 1].target !== target;
    for (let i = 0; i < span; i++) sum[i] = first ? weight * line[i] : sum[i] + fround(weight * line[i]);
    if (k + 1 < rows.length && rows[k + 1].target === target) continue;
    for (let i = 0; i < span; i++) resized[target * span + i] = roundHalfEven(sum[i]);
  }
  return resized;
}

/** Which part of each source line lies in each target line; a part below a thousandth counts as none. */
function shares(from: number, to: number): Share[] {
  const scale = from / to;
  const all: Share[] = [];
  for (let target = 0; target < to; target++) {
    const begin = target * scale;
    const end = begin + scale;
    const width = Math.min(scale, from - begin);
    const last = Math.min(Math.floor(end), from - 1);
    const first = Math.min(Math.ceil(begin), last);
    if (first - begin > 1e-3) all.push({ target, source: first - 1, weight: fround((first - begin) / width) });
    for (let source = first; source < last; source++) all.push({ target, source, weight: fround(1 / width) });
    if (end - last > 1e-3) {
      all.push({ target, source: last, weight: fround(Math.min(end - last, 1, width) / width) });
    }
  }
  return all;
}

function resizeLinear(image: Uint8Array, from: Size & { channels: number }, to: Size): Uint8Array {
  const { channels } = from;
  const columns = neighbours(from.width, to.width);
  const rows = neighbours(from.height, to.height);
  const resized = new Uint8Array(to.height * to.width * channels);
  let i = 0;
  for (const row of rows) {
    const above = row.source * from.width;
    const below = Math.min(row.source + 1, from.height - 1) * from.width;
    for (const column of columns) {
      const right = Math.min(column.source + 1, from.width - 1);
      for (let c = 0; c < channels; c++, i++) {
        const across = (line: number) =>
          image[(line + column.source) * channels + c] * (FIXED - column.weight) +
          image[(line + right) * channels + c] * column.weight;
        const top = ((FIXED - row.weight) * (across(above) >> 4)) >> 16;
        const bottom = (row.weight * (across(below) >> 4)) >> 16;
        resized[i] = (top + bottom + 2) >> 2;
      }
    }
  }
  return resized;
}

/** For each target line: the source line before it, and the fixed-point weight of the one after. */
function neighbours(from: number, to: number): { source: number; weight: number }[] {
  const scale = 1 / (to / from);
  return Array.from({ length: to }, (_, target) => {
    const source = Math.floor(target * scale);
    if (source >= from - 1) return { source: from - 1, weight: 0 };
    const part = fround(target + 1 - (source + 1) * (to / from));
    return { source, weight: part <= 0 ? 0 : roundHalfEven(fround(part - Math.floor(part)) * FIXED) };
  });
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
