import type { Rgb } from "../car-racing-state.ts";

/** What scaling the canvas down takes from a colour: it cuts off once a direction. */
const LOST = 2;

/** A canvas colour (0–255, its integer part is drawn) as it looks in the picture. */
export const shade = (color: number): number => Math.max(0, Math.floor(color) - LOST);

/** A plain colour for a layer. */
export function inkOf(color: Rgb) {
  return {
    red: shade(color[0]),
    green: shade(color[1]),
    blue: shade(color[2]),
    tintRed: 0,
    tintGreen: 0,
    tintBlue: 0,
  };
}
