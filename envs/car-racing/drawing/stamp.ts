import type { Ink } from "./ink.ts";

/** A shape's pixels: where their bytes start, and how much of each is covered. */
export interface Stamp {
  readonly offsets: Int32Array;
  readonly shares: Float64Array;
}

/** Paints a stamp over RGB bytes of the size that it was made for. */
export function paintStamp({ offsets, shares }: Stamp, out: Uint8Array, { red, green, blue }: Ink): void {
  for (let k = 0; k < offsets.length; k++) {
    const i = offsets[k];
    const share = shares[k];
    const kept = 1 - share;
    out[i] = out[i] * kept + red * share + 0.5; // + ½: bytes cut fractions off
    out[i + 1] = out[i + 1] * kept + green * share + 0.5;
    out[i + 2] = out[i + 2] * kept + blue * share + 0.5;
  }
}
