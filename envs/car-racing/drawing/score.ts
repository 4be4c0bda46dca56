import type { CoverageLayer } from "./coverage-layer.ts";
import type { Ink } from "./ink.ts";
import type { Shades } from "./shades.ts";
import { paintStamp, type Stamp } from "./stamp.ts";

/* The score in four characters. The letters are our own, with the proportions of the original's bold sans serif. */

/** Canvas pixels: the middle of the text, its upper edge, and a character's step to the right. */
const MIDDLE = 60;
const TOP = 733;
const DIGIT_STEP = 24;
const MINUS_STEP = 13;
/** A dot of a character in canvas pixels, and the space before the first. */
const DOT_WIDTH = 2.66;
const DOT_HEIGHT = 2.6;
const SPACE = 1.2;

const CHARACTERS = "0123456789-";
/** Their dots, 8 × 12 each. */
const DOTS = `
..####.. ....##.. ..####.. ..####.. .....##. .######. ..####.. ######## ..####.. ..####.. ........
.######. ...###.. .######. .######. ....###. .######. .######. ######## .######. .######. ........
.##..##. ..####.. ###..### ##...##. ....###. .##..... ##....## ......## ##....## .##..##. ........
##....## .#####.. ##....## ##....## ...####. .#...... ##...... .....##. ##....## ##....## ........
##....## ....##.. ......## .....##. ..#####. ######.. ##.###.. .....##. .##..##. ##....## ........
##....## ....##.. .....##. ...####. ..#.###. #######. #######. ....##.. ..####.. .##..### ........
##....## ....##.. ....###. ...####. .##..##. ##...### ###..##. ....##.. .######. .####### ####....
##....## ....##.. ...###.. ......## ##...##. ......## ##....## ...###.. ##....## ..###.## ####....
##....## ....##.. ..###... ##....## ######## ......## ##....## ...##... ##....## ......## ........
.##..##. ....##.. .###.... ##....## ######## ##...### .##..##. ...##... ##....## ##....## ........
.######. ....##.. ######## .######. .....##. .######. .######. ..###... .######. .######. ........
..####.. ....##.. ######## ..####.. .....##. ..####.. ..####.. ..##.... ..####.. ..####.. ........
`
  .trim()
  .split("\n")
  .map((line) => line.split(" "));

const stepAfter = (character: string): number => (character === "-" ? MINUS_STEP : DIGIT_STEP);

/** Python's `f"{score:04.0f}"`: halves to even, a minus before the zeros. */
export function formatScore(score: number): string {
  const rounded = roundHalfToEven(score);
  const digits = String(Math.abs(rounded));
  return rounded < 0 || Object.is(rounded, -0) ? `-${digits.padStart(3, "0")}` : digits.padStart(4, "0");
}

/** The nearest whole number, of two the even one; what is negative becomes −0 at least. */
export function roundHalfToEven(value: number): number {
  const size = Math.abs(value);
  const down = Math.floor(size);
  const rest = size - down;
  const rounded = rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

/** Writes scores; a character is shaped once for each place that it has stood at. */
export class ScoreDrawing {
  readonly #layer: CoverageLayer;
  readonly #scaleX: number;
  readonly #scaleY: number;
  readonly #ink: Ink;
  readonly #stamps = new Map<string, Stamp>();

  /** The layer is of the picture's size and is lent. */
  constructor(layer: CoverageLayer, scaleX: number, scaleY: number, shades: Shades) {
    this.#layer = layer;
    this.#scaleX = scaleX;
    this.#scaleY = scaleY;
    this.#ink = shades.ink([255, 255, 255]);
  }

  /** Writes the text over black. */
  draw(text: string, out: Uint8Array): void {
    let width = 0;
    for (const character of text) width += stepAfter(character);
    let left = MIDDLE - Math.floor(width / 2);
    for (const character of text) {
      const key = `${character}${left}`;
      let stamp = this.#stamps.get(key);
      if (!stamp) {
        stamp = this.#shape(character, left);
        this.#stamps.set(key, stamp);
      }
      paintStamp(stamp, out, this.#ink);
      left += stepAfter(character);
    }
  }

  #shape(character: string, left: number): Stamp {
    const layer = this.#layer;
    for (const [row, line] of DOTS.entries()) {
      const dots = line[CHARACTERS.indexOf(character)];
      const top = (TOP + row * DOT_HEIGHT) * this.#scaleY;
      const bottom = top + DOT_HEIGHT * this.#scaleY;
      for (const run of dots.matchAll(/#+/g)) {
        const x0 = (left + SPACE + run.index * DOT_WIDTH) * this.#scaleX;
        const x1 = x0 + run[0].length * DOT_WIDTH * this.#scaleX;
        layer.polygon(Float64Array.of(x0, top, x0, bottom, x1, bottom, x1, top), 4, 1, 0);
      }
    }
    return layer.takeStamp();
  }
}
