import type { Sprite } from "./imp-sprite.ts";

/** A sprite averaged down to screen pixels: premultiplied RGBA, colours 0 to 255 and coverage 0 to 1. */
export interface Stamp {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

export interface StampOptions {
  /** Where in its first pixel the sprite begins, 0 to 1. */
  readonly offsetX: number;
  readonly offsetY: number;
  /** The sprite's texels to one screen pixel. */
  readonly texelsAcross: number;
  readonly texelsDown: number;
}

/** Averages the sprite over each screen pixel it touches. */
export function makeStamp(sprite: Sprite, { offsetX, offsetY, texelsAcross, texelsDown }: StampOptions): Stamp {
  const width = Math.ceil(offsetX + sprite.width / texelsAcross);
  const height = Math.ceil(offsetY + sprite.height / texelsDown);
  const data = new Float32Array(width * height * 4);
  const across = Math.max(2, Math.ceil(texelsAcross));
  const down = Math.max(2, Math.ceil(texelsDown));
  const share = 1 / (across * down);
  for (let y = 0; y < height * down; y++) {
    const row = Math.floor(((y + 0.5) / down - offsetY) * texelsDown);
    if (row < 0 || row >= sprite.height) continue;
    for (let x = 0; x < width * across; x++) {
      const column = Math.floor(((x + 0.5) / across - offsetX) * texelsAcross);
      if (column < 0 || column >= sprite.width) continue;
      const from = (row * sprite.width + column) * 4;
      const to = (Math.floor(y / down) * width + Math.floor(x / across)) * 4;
      for (let c = 0; c < 4; c++) data[to + c] += sprite.data[from + c] * share;
    }
  }
  return { width, height, data };
}

interface Picture {
  readonly width: number;
  readonly height: number;
}

/** Lays the stamp over RGB bytes, its corner at pixel (left, top); what lies outside is cut off. */
export function blendStamp(
  pixels: Uint8Array,
  picture: Picture,
  stamp: Stamp,
  { left, top }: { left: number; top: number },
): void {
  const firstX = Math.max(0, -left);
  const lastX = Math.min(stamp.width, picture.width - left);
  const lastY = Math.min(stamp.height, picture.height - top);
  for (let y = Math.max(0, -top); y < lastY; y++) {
    for (let x = firstX; x < lastX; x++) {
      const from = (y * stamp.width + x) * 4;
      const coverage = stamp.data[from + 3];
      if (coverage === 0) continue;
      const to = ((y + top) * picture.width + x + left) * 3;
      const kept = 1 - coverage;
      pixels[to] = pixels[to] * kept + stamp.data[from];
      pixels[to + 1] = pixels[to + 1] * kept + stamp.data[from + 1];
      pixels[to + 2] = pixels[to + 2] * kept + stamp.data[from + 2];
    }
  }
}
