import { ConfigError } from "../../base/errors.ts";
import type { RenderFrame } from "../../core/env.ts";
import { blank, blit, type Color, fill } from "../canvas.ts";
import { drawText, TEXT_HEIGHT, textWidth } from "../pixel-font.ts";
import type { Prediction } from "./prediction.ts";

const BACKGROUND: Color = [16, 19, 26];
const TRUTH: Color = [255, 178, 102];
const DREAM: Color = [138, 180, 255];
const DIFFERENCE: Color = [160, 166, 178];
const PROMPT: Color = [110, 200, 130];
const GAP = 4; // px between cells
const BLOCK_GAP = 14; // px between windows
const TEXT_SCALE = 2;
const LABELS = textWidth("difference", TEXT_SCALE) + 2 * GAP; // px
const HEADER = TEXT_HEIGHT * TEXT_SCALE + 2 * GAP; // px
const PROMPTS = 4; // frames of a prompt that are shown, its last
const WIDEST = 1600; // px: cells are enlarged as long as the picture stays below

/**
 * What came and what was dreamt as one picture: for each window a row of truth, a row of dream and a row of what is between
 * them, step by step from left to right; prompt frames stand at the left of all, framed in green.
 */
export function drawPredictions(predictions: readonly Prediction[]): RenderFrame {
  const [first] = predictions;
  if (!first) throw new ConfigError("Expected at least one prediction to draw, got none.");
  const { width, height } = first.truth[0];
  const prompts = Math.min(PROMPTS, first.prompt.length);
  const steps = Math.max(...predictions.map(({ truth }) => truth.length));
  const scale = Math.max(1, Math.floor((WIDEST - LABELS) / ((prompts + steps) * (width + GAP))));
  const cell = { width: width * scale + GAP, height: height * scale + GAP };
  const block = 3 * cell.height + BLOCK_GAP;
  const picture = blank(
    { width: LABELS + (prompts + steps) * cell.width + GAP, height: HEADER + predictions.length * block },
    BACKGROUND,
  );
  const left = (column: number) => LABELS + GAP + column * cell.width;

  for (let column = 0; column < prompts + steps; column++) {
    const step = column - prompts + 1; // 0 is the prompt's last frame
    drawText(picture, String(step), { x: left(column), y: GAP, scale: TEXT_SCALE, color: step > 0 ? DREAM : PROMPT });
  }
  predictions.forEach(({ prompt, truth, dream }, i) => {
    const top = (row: number) => HEADER + GAP + i * block + row * cell.height;
    for (const [row, [label, color]] of ROWS.entries())
      drawText(picture, label, { x: GAP, y: top(row) + GAP, scale: TEXT_SCALE, color });
    prompt.slice(-prompts).forEach((frame, column) => {
      for (const row of [0, 1]) {
        const [x, y] = [left(column), top(row)];
        fill(picture, { x: x - 2, y: y - 2, width: width * scale + 4, height: height * scale + 4 }, PROMPT);
        blit(picture, frame, { x, y, scale });
      }
    });
    truth.forEach((frame, k) => {
      const rows = [frame, dream[k], difference(frame, dream[k])];
      for (const [row, shown] of rows.entries()) blit(picture, shown, { x: left(prompts + k), y: top(row), scale });
    });
  });
  return picture;
}

const ROWS: readonly (readonly [string, Color])[] = [
  ["truth", TRUTH],
  ["dream", DREAM],
  ["difference", DIFFERENCE],
];

/** Twice the absolute difference in each channel, cut off at white: black is agreement. */
function difference(a: RenderFrame, b: RenderFrame): RenderFrame {
  const data = Uint8Array.from(a.data, (value, i) => Math.min(255, 2 * Math.abs(value - b.data[i])));
  return { width: a.width, height: a.height, data };
}
