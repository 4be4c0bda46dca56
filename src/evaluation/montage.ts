import { PNG } from "pngjs";
import { ConfigError } from "../base/errors.ts";
import type { RenderFrame } from "../core/env.ts";
import { blank, blit, type Color } from "./canvas.ts";

/** One picture as a PNG file's bytes. */
export function encodePng({ width, height, data }: RenderFrame): Uint8Array {
  return PNG.sync.write({ width, height, data: Buffer.from(data) } as PNG, { inputColorType: 2, colorType: 2 });
}

export interface MontageOptions {
  readonly columns: number;
  /** Whole times that each frame is enlarged; default 1. */
  readonly scale?: number;
  /** Pixels between frames and around them; default 2. */
  readonly gap?: number;
  readonly background?: Color;
}

/** Frames of one size laid out row by row: observations above their reconstructions, for instance. */
export function montage(
  frames: readonly RenderFrame[],
  { columns, scale = 1, gap = 2, background = [16, 19, 26] }: MontageOptions,
): RenderFrame {
  if (frames.length === 0) throw new ConfigError("Expected at least one frame for a montage, got none.");
  const { width, height } = frames[0];
  const odd = frames.find((frame) => frame.width !== width || frame.height !== height);
  if (odd) throw new ConfigError(`Expected frames of ${width}×${height}, got one of ${odd.width}×${odd.height}.`);
  const [cellWidth, cellHeight] = [width * scale + gap, height * scale + gap];
  const rows = Math.ceil(frames.length / columns);
  const picture = blank({ width: columns * cellWidth + gap, height: rows * cellHeight + gap }, background);
  frames.forEach((frame, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    blit(picture, frame, { x: gap + column * cellWidth, y: gap + row * cellHeight, scale });
  });
  return picture;
}
