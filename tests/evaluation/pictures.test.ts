import { PNG } from "pngjs";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import type { RenderFrame } from "../../src/core/env.ts";
import { RandomStream } from "../../src/core/random.ts";
import { encodePng, montage } from "../../src/evaluation/montage.ts";
import { drawText, textWidth } from "../../src/evaluation/pixel-font.ts";
import { encodeSideBySide, sideBySideFrames } from "../../src/evaluation/side-by-side.ts";
import { readGif } from "./read-gif.ts";

/** A dark square with a bright block that moves right, one pixel a frame. */
function scene(t: number, color: readonly [number, number, number], size = 16): RenderFrame {
  const data = new Uint8Array(size * size * 3).fill(40);
  for (let y = 4; y < 8; y++) {
    for (let x = t; x < t + 3; x++) data.set(color, (y * size + x) * 3);
  }
  return { width: size, height: size, data };
}

const pixel = ({ width, data }: { width: number; data: Uint8Array }, x: number, y: number): number[] =>
  Array.from(data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3));

const real = Array.from({ length: 9 }, (_, t) => scene(t, [250, 200, 0]));
const dream = Array.from({ length: 7 }, (_, t) => scene(t, [0, 120, 250]));

describe("real beside dream", () => {
  test("as long as the shorter side, each pixel a square, real left and dream right", () => {
    const frames = sideBySideFrames({ real, dream });
    expect(frames).toHaveLength(7);
    const { width, height } = frames[0];
    expect([width, height]).toEqual([2 * 192 + 3 * 12, 192 + 34 + 18]); // 16 px, each 12 times
    for (const [t, frame] of frames.entries()) {
      const [x, y] = [12 + 12 * t, 34 + 12 * 4];
      expect(pixel(frame, x, y)).toEqual([250, 200, 0]);
      expect(pixel(frame, x + 35, y + 47)).toEqual([250, 200, 0]);
      expect(pixel(frame, x + 36, y + 47)).toEqual([40, 40, 40]);
      expect(pixel(frame, x + 204, y)).toEqual([0, 120, 250]);
    }
  });

  test("the GIF plays back to the composed frames", () => {
    const composed = sideBySideFrames({ real, dream });
    const gif = readGif(encodeSideBySide({ real, dream, fps: 10 }));
    expect(gif).toMatchObject({ width: composed[0].width, height: composed[0].height, loops: 0 });
    expect(gif.frames.map(({ delay }) => delay)).toEqual(Array(7).fill(100));
    gif.frames.forEach(({ pixels }, i) => {
      const worst = pixels.reduce((most, value, k) => Math.max(most, Math.abs(value - composed[i].data[k])), 0);
      expect(worst).toBeLessThanOrEqual(8); // few colours: the palette holds each, rounded to 5 or 6 bits
    });
  });

  test("a noisy picture of more colours than a palette holds stays near", () => {
    const random = new RandomStream(5);
    const noisy = Array.from({ length: 3 }, () => ({
      width: 32,
      height: 32,
      data: Uint8Array.from({ length: 32 * 32 * 3 }, () => random.integer(0, 256)),
    }));
    const composed = sideBySideFrames({ real: noisy, dream: noisy });
    const gif = readGif(encodeSideBySide({ real: noisy, dream: noisy }));
    for (const [i, { pixels }] of gif.frames.entries()) {
      const off = pixels.reduce((sum, value, k) => sum + Math.abs(value - composed[i].data[k]), 0) / pixels.length;
      expect(off).toBeLessThan(16); // of 255, uniform noise on 255 colours
    }
  });

  test("nothing to show and frames of changing size are refused", () => {
    expect(() => sideBySideFrames({ real: [], dream })).toThrow("got 0 and 7");
    expect(() => sideBySideFrames({ real: [real[0], scene(0, [1, 2, 3], 18)], dream })).toThrow(
      "Expected real frames of 16×16 RGB, got one of 18×18 with 972 bytes.",
    );
  });
});

test("letters keep their width, and unknown ones get a box", () => {
  const board = { width: 40, height: 12, data: new Uint8Array(40 * 12 * 3) };
  drawText(board, "il", { x: 2, y: 1, scale: 2, color: [255, 0, 0] });
  expect(textWidth("il", 2)).toBe(8);
  const lit = Array.from({ length: 40 * 12 }, (_, i) => i).filter((i) => board.data[i * 3] === 255);
  expect(lit.length).toBe(4 * (4 + 5)); // i has 4 dots, l has 5, each 2×2
  expect(Math.max(...lit.map((i) => i % 40))).toBe(9);
  expect(textWidth("é", 1)).toBe(3);
});

test("a montage lays frames out in rows and survives PNG", () => {
  const picture = montage(real.slice(0, 5), { columns: 3, scale: 2, gap: 4 });
  expect([picture.width, picture.height]).toEqual([3 * 36 + 4, 2 * 36 + 4]);
  expect(pixel(picture, 4 + 36 + 2, 40 + 4 + 8 - 4)).toEqual([40, 40, 40]);
  expect(pixel(picture, 4 + 36 + 2 * 4, 40 + 2 * 4)).toEqual([250, 200, 0]); // frame 4: second row, second column
  const back = PNG.sync.read(Buffer.from(encodePng(picture)));
  const rgb = Array.from(back.data).filter((_, i) => i % 4 < 3);
  expect(rgb).toEqual(Array.from(picture.data));
  expect(() => montage([], { columns: 2 })).toThrow(ConfigError);
  expect(() => montage([real[0], scene(0, [1, 2, 3], 18)], { columns: 2 })).toThrow("Expected frames of 16×16");
});
