import type { RenderFrame } from "../core/env.ts";
import { type Color, fill } from "./canvas.ts";

/** Rows from the top, five of them; # is ink. Letters are lower case, three to five columns wide. */
const GLYPHS: Readonly<Record<string, string>> = {
  a: ".##.|...#|.###|#..#|.###",
  b: "#...|###.|#..#|#..#|###.",
  c: ".##|#..|#..|#..|.##",
  d: "...#|.###|#..#|#..#|.###",
  e: ".##.|#..#|####|#...|.###",
  f: ".##|#..|##.|#..|#..",
  g: ".###|#..#|.###|...#|.##.",
  h: "#...|###.|#..#|#..#|#..#",
  i: "#|.|#|#|#",
  j: ".#|..|.#|.#|#.",
  k: "#..#|#.#.|##..|#.#.|#..#",
  l: "#.|#.|#.|#.|.#",
  m: ".....|####.|#.#.#|#.#.#|#.#.#",
  n: "....|###.|#..#|#..#|#..#",
  o: "....|.##.|#..#|#..#|.##.",
  p: "....|###.|#..#|###.|#...",
  q: "....|.###|#..#|.###|...#",
  r: "...|#.#|##.|#..|#..",
  s: ".###|#...|.##.|...#|###.",
  t: ".#.|###|.#.|.#.|..#",
  u: "....|#..#|#..#|#..#|.###",
  v: ".....|#...#|#...#|.#.#.|..#..",
  w: ".....|#.#.#|#.#.#|#.#.#|.#.#.",
  x: "...|#.#|.#.|#.#|#.#",
  y: "#..#|#..#|.###|...#|.##.",
  z: "....|####|..#.|.#..|####",
  "0": ".##.|#..#|#..#|#..#|.##.",
  "1": ".#|##|.#|.#|.#",
  "2": "###.|...#|.##.|#...|####",
  "3": "###.|...#|.##.|...#|###.",
  "4": "#..#|#..#|####|...#|...#",
  "5": "####|#...|###.|...#|###.",
  "6": ".##.|#...|###.|#..#|.##.",
  "7": "####|...#|..#.|.#..|.#..",
  "8": ".##.|#..#|.##.|#..#|.##.",
  "9": ".##.|#..#|.###|...#|.##.",
  " ": "..|..|..|..|..",
  "-": "...|...|###|...|...",
  ".": ".|.|.|.|#",
  ":": ".|#|.|#|.",
  "/": "..#|..#|.#.|#..|#..",
  "%": "#..#|...#|.##.|#...|#..#",
  "+": "...|.#.|###|.#.|...",
};
const UNKNOWN = "###|#.#|#.#|#.#|###";

/** Height of a line of text in pixels at scale 1. */
export const TEXT_HEIGHT = 5;

/** Width in pixels of a text at a scale. */
export function textWidth(text: string, scale: number): number {
  const widths = rowsOf(text).map(([first]) => first.length);
  return scale * (widths.reduce((sum, width) => sum + width, 0) + Math.max(0, widths.length - 1));
}

/** Writes in a tiny pixel font with the top left corner at (x, y); ink beyond the edges is lost. */
export function drawText(
  target: RenderFrame,
  text: string,
  { x, y, scale, color }: { x: number; y: number; scale: number; color: Color },
): void {
  let left = x;
  for (const rows of rowsOf(text)) {
    rows.forEach((row, i) => {
      for (let column = 0; column < row.length; column++) {
        if (row[column] !== "#") continue;
        fill(target, { x: left + column * scale, y: y + i * scale, width: scale, height: scale }, color);
      }
    });
    left += (rows[0].length + 1) * scale;
  }
}

function rowsOf(text: string): string[][] {
  return Array.from(text.toLowerCase(), (letter) => (GLYPHS[letter] ?? UNKNOWN).split("|"));
}
