import type { Canvas, Color } from "../canvas.ts";

/* Letters of 5 × 7 squares, a row of five bits each from the top: as many as Blackjack's table has need of. */
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  "0": [14, 17, 19, 21, 25, 17, 14],
  "1": [4, 12, 4, 4, 4, 4, 14],
  "2": [14, 17, 1, 6, 8, 16, 31],
  "3": [14, 17, 1, 6, 1, 17, 14],
  "4": [2, 6, 10, 18, 31, 2, 2],
  "5": [31, 16, 30, 1, 1, 17, 14],
  "6": [6, 8, 16, 30, 17, 17, 14],
  "7": [31, 1, 2, 4, 8, 8, 8],
  "8": [14, 17, 17, 14, 17, 17, 14],
  "9": [14, 17, 17, 15, 1, 2, 12],
  A: [14, 17, 17, 31, 17, 17, 17],
  D: [30, 17, 17, 17, 17, 17, 30],
  J: [7, 2, 2, 2, 2, 18, 12],
  K: [17, 18, 20, 24, 20, 18, 17],
  P: [30, 17, 17, 30, 16, 16, 16],
  Q: [14, 17, 17, 17, 21, 18, 13],
  a: [0, 0, 14, 1, 15, 17, 15],
  b: [16, 16, 30, 17, 17, 17, 30],
  c: [0, 0, 14, 17, 16, 17, 14],
  e: [0, 0, 14, 17, 31, 16, 14],
  l: [12, 4, 4, 4, 4, 4, 14],
  r: [0, 0, 22, 25, 16, 16, 16],
  s: [0, 0, 15, 16, 14, 1, 30],
  u: [0, 0, 17, 17, 17, 17, 15],
  y: [0, 17, 17, 17, 15, 1, 14],
  ":": [0, 4, 0, 0, 0, 4, 0],
  " ": [0, 0, 0, 0, 0, 0, 0],
};
const ADVANCE = 6; // squares from one letter to the next

export interface PixelText {
  /** From the canvas's left edge to the text's. */
  readonly left: number;
  /** From the canvas's upper edge to the text's. */
  readonly top: number;
  /** Pixels a square's side; whole, as the text's place is rounded to whole pixels. */
  readonly scale: number;
  readonly color: Color;
}

/** How wide a text will be, in pixels. */
export function pixelTextWidth(text: string, scale: number): number {
  return (text.length * ADVANCE - 1) * scale;
}

/** Writes a text. */
export function drawPixelText(canvas: Canvas, text: string, { left, top, scale, color }: PixelText): void {
  for (const [i, letter] of [...text].entries()) {
    for (const [row, bits] of GLYPHS[letter].entries()) {
      for (let column = 0; column < 5; column++) {
        if (((bits >> (4 - column)) & 1) === 0) continue;
        const x = Math.round(left) + (i * ADVANCE + column) * scale;
        const y = canvas.height - Math.round(top) - (row + 1) * scale;
        canvas.rectangle({ left: x, right: x + scale, bottom: y, top: y + scale }, color);
      }
    }
  }
}
