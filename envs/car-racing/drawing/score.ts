import { type CoverageLayer, type Ink, paintStamp, type Stamp } from "./coverage-layer.ts";
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

/** Writes scores; a character is shaped once for each place that it has stood at. */
export class ScoreDrawing {
  readonly #layer: CoverageLayer;
  readonly #scaleX: number;
  readonly #scaleY: number;
  readonly #stamps = new Map<string, Stamp>();

  /** The layer is of the picture's size and is lent. */
  constructor(layer: CoverageLayer, scaleX: number, scaleY: number) {
    this.#layer = layer;
    this.#scaleX = scaleX;
    this.#scaleY = scaleY;
  }

  /** Writes the text over black. */
  draw(text: string, out: Uint8Array): void {
    let left = text[0] === "-" ? LEFT_AFTER_MINUS : LEFT;
    for (const character of text) {
      const key = `${character}${left}`;
      let stamp = this.#stamps.get(key);
      if (!stamp) {
        stamp = this.#shape(character, left);
        this.#stamps.set(key, stamp);
      }
      paintStamp(stamp, out, INK);
      left += character === "-" ? MINUS_STEP : DIGIT_STEP;
    }
  }

  #shape(character: string, left: number): Stamp {
    const layer = this.#layer;
    for (const [row, dots] of DOTS[character].entries()) {
      const top = (TOP + row * DOT_HEIGHT) * this.#scaleY;
      const bottom = top + DOT_HEIGHT * this.#scaleY;
      for (const run of dots.matchAll(/#+/g)) {
        const x0 = (left + SPACE + run.index * DOT_WIDTH) * this.#scaleX;
        const x1 = x0 + run[0].length * DOT_WIDTH * this.#scaleX;
        layer.edge(x0, top, x0, bottom, 1, 0);
        layer.edge(x1, bottom, x1, top, 1, 0);
      }
    }
    return layer.takeStamp();
  }
}
