import type { PictureShape } from "./held-out.ts";

const SIGMA = 1.5; // pixels
const WINDOW = 11; // pixels
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/**
 * Structural similarity of 8-bit pictures (Wang et al. 2004), in [−1, 1]: an 11×11 Gaussian window with σ = 1.5, only where
 * it lies wholly inside, averaged over places and channels. Smaller pictures have the largest odd window that fits.
 */
export function ssim(a: Uint8Array, b: Uint8Array, shape: PictureShape): number {
  const fitting = Math.min(WINDOW, shape.height, shape.width);
  const weights = gaussian(fitting - 1 + (fitting % 2));
  const blurred = (value: (x: number, y: number) => number): Float64Array => {
    const values = new Float64Array(a.length);
    for (let i = 0; i < a.length; i++) values[i] = value(a[i], b[i]);
    return blur(values, shape, weights);
  };
  const meansA = blurred((x) => x);
  const meansB = blurred((_, y) => y);
  const squares = blurred((x, y) => x * x + y * y); // the variances are needed as a sum only
  const products = blurred((x, y) => x * y);
  let sum = 0;
  for (let i = 0; i < products.length; i++) {
    const product = meansA[i] * meansB[i];
    const both = meansA[i] ** 2 + meansB[i] ** 2;
    sum += ((2 * product + C1) * (2 * (products[i] - product) + C2)) / ((both + C1) * (squares[i] - both + C2));
  }
  return sum / products.length;
}

function gaussian(size: number): Float64Array {
  const weights = new Float64Array(size);
  let sum = 0;
  for (let i = 0; i < size; i++) {
    weights[i] = Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * SIGMA ** 2));
    sum += weights[i];
  }
  return weights.map((weight) => weight / sum);
}

/** Weighted means along rows, then along columns, of the windows that fit: smaller by size − 1 each way, channels last as before. */
function blur(values: Float64Array, { height, width, channels }: PictureShape, weights: Float64Array): Float64Array {
  const size = weights.length;
  const rows = height - size + 1;
  const [from, to] = [width * channels, (width - size + 1) * channels]; // numbers in a row, before and after
  const half = size >> 1;
  const along = new Float64Array(height * to);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < to; i++) {
      const centre = y * from + i + half * channels;
      let sum = weights[half] * values[centre];
      for (let k = 1; k <= half; k++)
        sum += weights[half + k] * (values[centre - k * channels] + values[centre + k * channels]);
      along[y * to + i] = sum;
    }
  }
  const across = new Float64Array(rows * to);
  for (let y = 0; y < rows; y++) {
    for (let i = 0; i < to; i++) {
      const centre = (y + half) * to + i;
      let sum = weights[half] * along[centre];
      for (let k = 1; k <= half; k++) sum += weights[half + k] * (along[centre - k * to] + along[centre + k * to]);
      across[y * to + i] = sum;
    }
  }
  return across;
}
