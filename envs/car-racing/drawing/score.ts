import type { CoverageLayer, Ink } from "./coverage-layer.ts";
import { inkOf } from "./shades.ts";

/* The score in four characters. The letters are our own, with the proportions of the original's bold sans serif. */

const INK: Ink = inkOf([255, 255, 255]);
/** Canvas pixels: where a line of four digits starts, the line's upper edge, and a character's step to the right. */
const LEFT = 12;
const LEFT_AFTER_MINUS = 18;
const TOP = 731;
const DIGIT_STEP = 24;
const MINUS_STEP = 13;
/** A dot of a character in canvas pixels, and the space before the first. */
const DOT_WIDTH = 2.66;
const DOT_HEIGHT = 2.6;
const SPACE = 1.2;

/** Dots by character, 8 × 12 but for the minus. */
const DOTS: Readonly<Record<string, readonly string[]>> = {
  "0": [
    "..####..",
    ".######.",
    ".##..##.",
    "##....##",
    "##....##",
    "##....##",
    "##....##",
    "##....##",
    "##....##",
    ".##..##.",
    ".######.",
    "..####..",
  ],
  "1": [
    "....##..",
    "...###..",
    "..####..",
    ".#####..",
    "....##..",
    "....##..",
    "....##..",
    "....##..",
    "....##..",
    "....##..",
    "....##..",
    "....##..",
  ],
  "2": [
    "..####..",
    ".######.",
    "###..###",
    "##....##",
    "......##",
    ".....##.",
    "....###.",
    "...###..",
    "..###...",
    ".###....",
    "########",
    "########",
  ],
  "3": [
    "..####..",
    ".######.",
    "##...##.",
    "##....##",
    ".....##.",
    "...####.",
    "...####.",
    "......##",
    "##....##",
    "##....##",
    ".######.",
    "..####..",
  ],
  "4": [
    ".....##.",
    "....###.",
    "....###.",
    "...####.",
    "..#####.",
    "..#.###.",
    ".##..##.",
    "##...##.",
    "########",
    "########",
    ".....##.",
    ".....##.",
  ],
  "5": [
    ".######.",
    ".######.",
    ".##.....",
    ".#......",
    "######..",
    "#######.",
    "##...###",
    "......##",
    "......##",
    "##...###",
    ".######.",
    "..####..",
  ],
  "6": [
    "..####..",
    ".######.",
    "##....##",
    "##......",
    "##.###..",
    "#######.",
    "###..##.",
    "##....##",
    "##....##",
    ".##..##.",
    ".######.",
    "..####..",
  ],
  "7": [
    "########",
    "########",
    "......##",
    ".....##.",
    ".....##.",
    "....##..",
    "....##..",
    "...###..",
    "...##...",
    "...##...",
    "..###...",
    "..##....",
  ],
  "8": [
    "..####..",
    ".######.",
    "##....##",
    "##....##",
    ".##..##.",
    "..####..",
    ".######.",
    "##....##",
    "##....##",
    "##....##",
    ".######.",
    "..####..",
  ],
  "9": [
    "..####..",
    ".######.",
    ".##..##.",
    "##....##",
    "##....##",
    ".##..###",
    ".#######",
    "..###.##",
    "......##",
    "##....##",
    ".######.",
    "..####..",
  ],
  "-": ["", "", "", "", "", "", "####", "####", "", "", "", ""],
};

/** Python's `f"{score:04.0f}"`: halves to even, a minus before the zeros. */
export function formatScore(score: number): string {
  const size = Math.abs(score);
  const down = Math.floor(size);
  const rest = size - down;
  const rounded = rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
  const negative = score < 0 || Object.is(score, -0);
  return negative ? `-${String(rounded).padStart(3, "0")}` : String(rounded).padStart(4, "0");
}

/** Writes the text over the panel of RGB bytes of the layer's size. */
export function drawScore(text: string, layer: CoverageLayer, scaleX: number, scaleY: number, out: Uint8Array): void {
  let left = text[0] === "-" ? LEFT_AFTER_MINUS : LEFT;
  for (const character of text) {
    const rows = DOTS[character];
    for (const [row, dots] of rows.entries()) {
      const top = (TOP + row * DOT_HEIGHT) * scaleY;
      const bottom = (TOP + (row + 1) * DOT_HEIGHT) * scaleY;
      for (const run of dots.matchAll(/#+/g)) {
        const x0 = (left + SPACE + run.index * DOT_WIDTH) * scaleX;
        const x1 = x0 + run[0].length * DOT_WIDTH * scaleX;
        layer.edge(x0, top, x0, bottom, 1, 0);
        layer.edge(x1, bottom, x1, top, 1, 0);
      }
    }
    left += character === "-" ? MINUS_STEP : DIGIT_STEP;
  }
  layer.paint(out, INK);
}
