import { ConfigError } from "../base/errors.ts";
import type { RenderFrame } from "../core/env.ts";
import { encodeGif } from "../media/gif.ts";
import { blank, blit, type Color, fill } from "./canvas.ts";
import { drawText, TEXT_HEIGHT, textWidth } from "./pixel-font.ts";

/** The same actions twice: what the real environment showed, and what the dream decoded. */
export interface FramePair {
  readonly real: readonly RenderFrame[];
  readonly dream: readonly RenderFrame[];
  /** Frames a second; default 20 (a GIF counts in hundredths of a second). */
  readonly fps?: number;
}

const BACKGROUND: Color = [16, 19, 26];
const REAL: Color = [255, 178, 102];
const DREAM: Color = [138, 180, 255];
const TRACK: Color = [44, 50, 64];
const PANEL = 192; // px: height that each side is scaled to, in whole multiples
const MARGIN = 12;
const HEADER = 34;
const FOOTER = 18;
const TEXT_SCALE = 3;

/** Real left, dream right, as long as the shorter side: RGB frames with labels and a bar of time. */
export function sideBySideFrames({ real, dream }: FramePair): RenderFrame[] {
  const length = Math.min(real.length, dream.length);
  if (length === 0) {
    throw new ConfigError(`Expected at least one real and one dreamt frame, got ${real.length} and ${dream.length}.`);
  }
  for (const [name, frames] of [["real", real] as const, ["dream", dream] as const]) {
    const { width, height } = frames[0];
    const odd = frames.find(
      (frame) => frame.width !== width || frame.height !== height || frame.data.length !== width * height * 3,
    );
    if (odd) {
      throw new ConfigError(
        `Expected ${name} frames of ${width}×${height} RGB, got one of ${odd.width}×${odd.height} with ${odd.data.length} bytes.`,
      );
    }
  }
  const left = panel(real[0]);
  const right = panel(dream[0]);
  const height = Math.max(left.height, right.height);
  const size = { width: left.width + right.width + 3 * MARGIN, height: height + HEADER + FOOTER };
  const rightAt = left.width + 2 * MARGIN;

  const base = blank(size, BACKGROUND);
  label(base, "real", { centre: MARGIN + left.width / 2, color: REAL });
  label(base, "dream", { centre: rightAt + right.width / 2, color: DREAM });
  const track = { x: MARGIN, y: HEADER + height + 8, width: size.width - 2 * MARGIN, height: 3 };
  fill(base, track, TRACK);

  return Array.from({ length }, (_, i) => {
    const frame = { ...size, data: base.data.slice() };
    blit(frame, real[i], { x: MARGIN, y: HEADER + ((height - left.height) >> 1), scale: left.scale });
    blit(frame, dream[i], { x: rightAt, y: HEADER + ((height - right.height) >> 1), scale: right.scale });
    fill(frame, { ...track, width: Math.round((track.width * (i + 1)) / length) }, DREAM);
    return frame;
  });
}

/** The GIF of a frame pair: one palette for all frames, and only the changed pixels after the first. */
export function encodeSideBySide(pair: FramePair): Uint8Array<ArrayBuffer> {
  return encodeGif(sideBySideFrames(pair), { fps: pair.fps ?? 20 });
}

function panel({ width, height }: RenderFrame): { scale: number; width: number; height: number } {
  const scale = Math.max(1, Math.round(PANEL / height));
  return { scale, width: width * scale, height: height * scale };
}

function label(frame: RenderFrame, text: string, { centre, color }: { centre: number; color: Color }): void {
  const x = Math.round(centre - textWidth(text, TEXT_SCALE) / 2);
  drawText(frame, text, { x, y: Math.round((HEADER - TEXT_HEIGHT * TEXT_SCALE) / 2), scale: TEXT_SCALE, color });
}
