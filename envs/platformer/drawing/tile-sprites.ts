import { type Level, TILES, tileAt } from "../level.ts";
import { ROWS, TILE } from "../world.ts";
import { INKS, type InkPicture, inkPicture } from "./ink.ts";

const LEGEND = {
  k: INKS.outline,
  g: INKS.grass,
  G: INKS.grassLight,
  d: INKS.grassDark,
  e: INKS.earth,
  E: INKS.earthLight,
  x: INKS.earthDark,
  w: INKS.wood,
  W: INKS.woodLight,
  b: INKS.woodDark,
  s: INKS.steel,
  S: INKS.steelLight,
  D: INKS.steelDark,
  l: INKS.lava,
  L: INKS.lavaLight,
  r: INKS.lavaDark,
  p: INKS.pit,
};

const GRASS = inkPicture(
  ["GGGGGGGG", "gGggGggg", "gggggggg", "dgddgddg", "xdeeddee", "eeeeeeee", "eEeeexee", "eeeeeeee"],
  LEGEND,
);
const EARTH = inkPicture(
  ["eeeeeeee", "exeeeeEe", "eeeeeeee", "eeeeeeee", "eeeeexee", "eEeeeeee", "eeeeeeee", "eeeeeeee"],
  LEGEND,
);
const CRATE = inkPicture(
  ["bbbbbbbb", "bWWWWWWb", "bWbwwbwb", "bWwbbwwb", "bWwbbwwb", "bWbwwbwb", "bwwwwwwb", "bbbbbbbb"],
  LEGEND,
);
const PLATFORM = inkPicture(
  ["WWWWWWWW", "wwwbwwwb", "bbbbbbbb", "..b..b..", "........", "........", "........", "........"],
  LEGEND,
);
const SPIKES = inkPicture(
  ["........", "........", ".S....S.", ".S....S.", ".sD..sD.", "SsD.SsD.", "SssDSssD", "DDDDDDDD"],
  LEGEND,
);
const LAVA = inkPicture(
  ["........", "LLL..LLL", "LlLLLLlL", "llllllll", "llLlllll", "lllllrll", "lrllllll", "lllllllr"],
  LEGEND,
);

const PIT = inkPicture(
  ["........", "........", "p.p.p.p.", ".p.p.p.p", "pppppppp", "pppppppp", "pppppppp", "pppppppp"],
  LEGEND,
);

const PICTURES: Readonly<Record<number, InkPicture | undefined>> = {
  [TILES.ground]: EARTH,
  [TILES.crate]: CRATE,
  [TILES.platform]: PLATFORM,
  [TILES.spikes]: SPIKES,
  [TILES.lava]: LAVA,
};

/** All tiles of a level: (64 × width in pixels) inks, with holes where there is nothing. */
export function drawTiles(level: Level): InkPicture {
  const width = level.width * TILE;
  const height = ROWS * TILE;
  const inks = new Uint8Array(width * height);
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < level.width; column++) {
      const picture = pictureOf(level, column, row);
      if (!picture) continue;
      const { inks: drawn } = picture;
      for (let y = 0; y < TILE; y++) {
        inks.set(drawn.subarray(y * TILE, (y + 1) * TILE), (row * TILE + y) * width + column * TILE);
      }
      if (tileAt(level, column, row) === TILES.ground) drawCliffs(level, { column, row }, inks, width);
    }
  }
  return { width, height, inks };
}

/** How a tile looks; at the bottom of a gap it is dark. */
function pictureOf(level: Level, column: number, row: number): InkPicture | undefined {
  if (isTurf(level, column, row)) return GRASS;
  const tile = tileAt(level, column, row);
  return tile === TILES.empty && row === ROWS - 1 ? PIT : PICTURES[tile];
}

function isTurf(level: Level, column: number, row: number): boolean {
  return tileAt(level, column, row) === TILES.ground && tileAt(level, column, row - 1) !== TILES.ground;
}

/** Ground has a dark edge towards a gap or a lower stretch. */
function drawCliffs(
  level: Level,
  { column, row }: { column: number; row: number },
  inks: Uint8Array,
  width: number,
): void {
  const top = isTurf(level, column, row) ? 4 : 0; // the turf hangs over
  for (const [beside, at] of [
    [-1, 0],
    [1, TILE - 1],
  ]) {
    if (column + beside < 0 || column + beside >= level.width) continue;
    if (tileAt(level, column + beside, row) === TILES.ground) continue;
    for (let y = top; y < TILE; y++) inks[(row * TILE + y) * width + column * TILE + at] = INKS.earthDark;
  }
}
