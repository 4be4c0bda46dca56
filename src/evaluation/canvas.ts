import type { RenderFrame } from "../core/env.ts";

/** Red, green, blue in 0–255. */
export type Color = readonly [number, number, number];

/** A blank picture of one colour. */
export function blank({ width, height }: { width: number; height: number }, [r, g, b]: Color): RenderFrame {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i += 3) {
    data[i] = r;
    data[i + 1] = g;
    data[i + 2] = b;
  }
  return { width, height, data };
}

/** Copies `source` onto `target` with its top left corner at (x, y), each pixel as a square of `scale`; it must fit. */
export function blit(
  target: RenderFrame,
  source: RenderFrame,
  { x, y, scale }: { x: number; y: number; scale: number },
) {
  const span = source.width * scale * 3;
  for (let row = 0; row < source.height; row++) {
    const first = ((y + row * scale) * target.width + x) * 3;
    for (let column = 0; column < source.width; column++) {
      const from = (row * source.width + column) * 3;
      for (let i = 0; i < scale; i++) {
        const to = first + (column * scale + i) * 3;
        target.data[to] = source.data[from];
        target.data[to + 1] = source.data[from + 1];
        target.data[to + 2] = source.data[from + 2];
      }
    }
    for (let i = 1; i < scale; i++) {
      const to = first + i * target.width * 3;
      target.data.copyWithin(to, first, first + span);
    }
  }
}

/** A filled rectangle, cut at the picture's edges. */
export function fill(
  target: RenderFrame,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  color: Color,
) {
  for (let row = Math.max(0, y); row < Math.min(target.height, y + height); row++) {
    for (let column = Math.max(0, x); column < Math.min(target.width, x + width); column++) {
      target.data.set(color, (row * target.width + column) * 3);
    }
  }
}
