import type { Rgb } from "../car-racing-state.ts";
import { CANVAS_HEIGHT, CANVAS_WIDTH } from "./camera.ts";
import type { Ink } from "./ink.ts";

/**
 * How the canvas's colours look in a picture of a given size: scaling down cuts fractions off, once a direction, and its
 * weights add up to a little less than 1 where canvas pixels are split. So 102 becomes 100 at 96 × 96, 101 at 600 × 400.
 */
export class Shades {
  readonly #lost: number;

  constructor(width: number, height: number) {
    this.#lost = (CANVAS_WIDTH % width === 0 ? 0 : 1) + (CANVAS_HEIGHT % height === 0 ? 0 : 1);
  }

  /** A canvas colour, 0–255, of which the integer part is drawn. */
  of(color: number): number {
    return Math.max(0, Math.floor(color) - this.#lost);
  }

  /** A plain colour for a layer. */
  ink(color: Rgb): Ink {
    return {
      red: this.of(color[0]),
      green: this.of(color[1]),
      blue: this.of(color[2]),
      tintRed: 0,
      tintGreen: 0,
      tintBlue: 0,
    };
  }
}
