import type { Pcg64 } from "../../src/core/pcg64.ts";
import type { CarRacingColours, Rgb } from "./car-racing-state.ts";

const BRIGHTEST = 210; // of a randomised colour
const GRASS_TINT = 20;

/** Grey road, green field, lighter green squares. */
export const STANDARD_COLOURS: CarRacingColours = {
  road: [102, 102, 102],
  background: [102, 204, 102],
  grass: [102, 230, 102],
};

/** What `domainRandomize` draws: any road on any field, whose squares are brighter in one channel. */
export function randomColours(generator: Pcg64): CarRacingColours {
  const road = randomColour(generator);
  const background = randomColour(generator);
  const tinted = generator.integers(0, 3);
  const [red, green, blue] = background;
  const tint = (channel: number) => (channel === tinted ? GRASS_TINT : 0);
  return { road, background, grass: [red + tint(0), green + tint(1), blue + tint(2)] };
}

function randomColour(generator: Pcg64): Rgb {
  const red = generator.uniform(0, BRIGHTEST);
  const green = generator.uniform(0, BRIGHTEST);
  return [red, green, generator.uniform(0, BRIGHTEST)];
}
