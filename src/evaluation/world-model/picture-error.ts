/** PSNR of pictures that agree to the last bit, or nearly: infinity would swallow every mean. In dB. */
export const PSNR_CAP = 60;

/** A pixel has changed where a channel differs by more than this from the frame before, in 1/255. */
const CHANGED = 8;
/** A changed pixel is right where every channel is as close as this, in 1/255. */
const CLOSE = 16;

/** Mean squared difference of two 8-bit pictures, in squared levels of 255. */
export function squaredError(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum / a.length;
}

/** Peak signal-to-noise ratio of 8-bit pictures in dB, 10·log₁₀(255² / error), at most PSNR_CAP. */
export function psnr(squaredError: number): number {
  return squaredError === 0 ? PSNR_CAP : Math.min(PSNR_CAP, 10 * Math.log10(255 ** 2 / squaredError));
}

/** How well a picture shows what has changed since the frame before. */
export interface ChangedPixels {
  readonly count: number;
  /** On changed pixels only, in squared levels of 255. */
  readonly squaredError: number;
  /** Share of them whose colour is within 16/255 in every channel. */
  readonly accuracy: number;
}

/** Compares `picture` with `truth` where `truth` differs from `before`; undefined where nothing has changed. */
export function changedPixels(
  picture: Uint8Array,
  { truth, before, channels }: { truth: Uint8Array; before: Uint8Array; channels: number },
): ChangedPixels | undefined {
  let [count, squares, right] = [0, 0, 0];
  for (let at = 0; at < truth.length; at += channels) {
    let [changed, close, error] = [false, true, 0];
    for (let i = at; i < at + channels; i++) {
      if (Math.abs(truth[i] - before[i]) > CHANGED) changed = true;
      const difference = Math.abs(picture[i] - truth[i]);
      if (difference > CLOSE) close = false;
      error += difference ** 2;
    }
    if (!changed) continue;
    count++;
    squares += error;
    if (close) right++;
  }
  if (count === 0) return undefined;
  return { count, squaredError: squares / (count * channels), accuracy: right / count };
}
