/*
 * Pictures are drawn in inks, one byte a pixel, and turned into RGB at the very end by a theme's colours. Ink 0 leaves
 * what is behind.
 */

/** The inks by name. */
export const INKS = {
  none: 0,
  outline: 1,
  white: 2,
  // player
  suit: 3,
  suitDark: 4,
  visor: 5,
  glove: 6,
  // coin
  gold: 7,
  goldLight: 8,
  goldDark: 9,
  // hazards
  steel: 10,
  steelLight: 11,
  steelDark: 12,
  lava: 13,
  lavaLight: 14,
  lavaDark: 15,
  // tiles
  grass: 16,
  grassLight: 17,
  grassDark: 18,
  earth: 19,
  earthDark: 20,
  earthLight: 21,
  wood: 22,
  woodLight: 23,
  woodDark: 24,
  pit: 33,
  // backdrop
  cloud: 25,
  cloudShade: 26,
  sun: 27,
  farHill: 28,
  farHillLight: 29,
  nearHill: 30,
  nearHillLight: 31,
  tree: 32,
  sky: 34, // and the inks after it: SKY_BANDS from top to bottom
} as const;

/** Bands of sky. */
export const SKY_BANDS = 16;

/** A picture in inks, rows from the top. */
export interface InkPicture {
  readonly width: number;
  readonly height: number;
  readonly inks: Uint8Array;
}

/** A picture from lines of characters; what `legend` does not know is left out. */
export function inkPicture(lines: readonly string[], legend: Readonly<Record<string, number>>): InkPicture {
  const width = lines[0].length;
  const inks = Uint8Array.from(lines.join(""), (character) => legend[character] ?? INKS.none);
  return { width, height: lines.length, inks };
}

/** The same picture, left and right exchanged. */
export function mirrored({ width, height, inks }: InkPicture): InkPicture {
  const turned = inks.map((_, i) => inks[i - (i % width) + width - 1 - (i % width)]);
  return { width, height, inks: turned };
}
