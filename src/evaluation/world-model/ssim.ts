import type { PictureShape } from "./held-out.ts";

const SIGMA = 1.5; // pixels
const WINDOW = 11; // pixels
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/**
 * Structural similarity of 8-bit pictures (Wang et al. 2004), in [−1, 1]: an 11×11 Gaussian window with σ = 1.5, only where
 * it lies wholly inside, averaged over places and channels. Smaller pictures have the largest odd window that fits.
 */
export function ssim(a: Uint8Array, b: Uint8Array, { height, width, channels }: PictureShape): number {
  const fitting = Math.min(WINDOW, height, width);
  const weights = gaussian(fitting - 1 + (fitting % 2));
  let sum = 0;
  for (let channel = 0; channel < channels; channel++) {
    const [x, y] = [a, b].map((picture) => plane(picture, channel, channels));
    const size = { height, width };
    const means = [x, y].map((values) => blur(values, size, weights));
    const [xx, yy, xy] = [
      [x, x],
      [y, y],
      [x, y],
    ].map(([left, right]) =>
      blur(
        left.map((value, i) => value * right[i]),
        size,
        weights,
      ),
    );
    let total = 0;
    for (let i = 0; i < xx.length; i++) {
      const [mx, my] = [means[0][i], means[1][i]];
      const [vx, vy, cov] = [xx[i] - mx * mx, yy[i] - my * my, xy[i] - mx * my];
      total += ((2 * mx * my + C1) * (2 * cov + C2)) / ((mx * mx + my * my + C1) * (vx + vy + C2));
    }
    sum += total / xx.length;
  }
  return sum / channels;
}

function gaussian(size: number): Float64Array {
  const weights = Float64Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * SIGMA ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function plane(picture: Uint8Array, channel: number, channels: number): Float64Array {
  return Float64Array.from({ length: picture.length / channels }, (_, i) => picture[i * channels + channel]);
}

/** Weighted means along rows, then along columns, of the windows that fit: smaller by size − 1 each way. */
function blur(
  values: Float64Array,
  { height, width }: { height: number; width: number },
  weights: Float64Array,
): Float64Array {
  const size = weights.length;
  const [rows, columns] = [height - size + 1, width - size + 1];
  const along = new Float64Array(height * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += weights[k] * values[y * width + x + k];
      along[y * columns + x] = sum;
    }
  }
  const across = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += weights[k] * along[(y + k) * columns + x];
      across[y * columns + x] = sum;
    }
  }
  return across;
}
