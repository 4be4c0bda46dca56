import { VIEW } from "../world.ts";
import { INKS, inkPicture, SKY_BANDS } from "./ink.ts";

/** A strip behind the level that repeats every PERIOD pixels and scrolls more slowly than it: (VIEW × LAYER_WIDTH) inks. */
export interface Layer {
  readonly inks: Uint8Array;
  /** The camera's pixels for one of its own. */
  readonly slowness: number;
}

/** A power of two, so that a bit mask wraps around. */
export const PERIOD = 256;

/** A view more than the period, so that a view that begins anywhere in it needs no wrapping around. */
export const LAYER_WIDTH = PERIOD + VIEW;

/** A hill: the column and row of its top, and half its width where it has fallen by `drop` rows. */
interface Hill {
  readonly x: number;
  readonly top: number;
  readonly width: number;
}

const HORIZON = 52; // row in which the sky is palest
const DROP = 16;

const FAR_HILLS: readonly Hill[] = [
  { x: 20, top: 27, width: 26 },
  { x: 70, top: 33, width: 30 },
  { x: 112, top: 22, width: 24 },
  { x: 160, top: 31, width: 34 },
  { x: 205, top: 25, width: 22 },
  { x: 240, top: 34, width: 28 },
];

/** Rows above this one show no hills. */
export const HILLS_TOP = Math.min(...FAR_HILLS.map(({ top }) => top));

const NEAR_HILLS: readonly Hill[] = [
  { x: 10, top: 41, width: 24 },
  { x: 58, top: 36, width: 20 },
  { x: 96, top: 44, width: 30 },
  { x: 140, top: 38, width: 22 },
  { x: 186, top: 42, width: 26 },
  { x: 228, top: 36, width: 18 },
];

/** Where trees stand on the near hills. */
const TREES = [24, 31, 76, 120, 127, 160, 206, 212, 250];
const TREE = inkPicture(["..t..", ".ttt.", ".ttt.", "ttttt", "ttttt", "..t..", "..t.."], { t: INKS.tree });

const CLOUD_LEGEND = { c: INKS.cloud, s: INKS.cloudShade };
const LARGE_CLOUD = inkPicture(
  ["......cccc.......", "....cccccccc.....", "..cccccccccccccc.", "ccccccccccccccccc", ".sssssssssssssss."],
  CLOUD_LEGEND,
);
const SMALL_CLOUD = inkPicture(["...ccc....", ".cccccccc.", "cccccccccc", ".ssssssss."], CLOUD_LEGEND);
const SUN = inkPicture(
  [
    "...uuuu...",
    ".uuuuuuuu.",
    ".uuuuuuuu.",
    "uuuuuuuuuu",
    "uuuuuuuuuu",
    "uuuuuuuuuu",
    "uuuuuuuuuu",
    ".uuuuuuuu.",
    ".uuuuuuuu.",
    "...uuuu...",
  ],
  { u: INKS.sun },
);

/** The layers from the farthest to the nearest; the first has no holes. */
export const LAYERS: readonly Layer[] = [
  { inks: widened(sky()), slowness: 8 },
  { inks: widened(hills(FAR_HILLS, INKS.farHill, INKS.farHillLight)), slowness: 4 },
  { inks: widened(nearHills()), slowness: 2 },
];

/** Its first columns once more at the end. */
function widened(inks: Uint8Array): Uint8Array {
  const wide = new Uint8Array(VIEW * LAYER_WIDTH);
  for (let row = 0; row < VIEW; row++) {
    wide.set(inks.subarray(row * PERIOD, (row + 1) * PERIOD), row * LAYER_WIDTH);
    wide.set(inks.subarray(row * PERIOD, row * PERIOD + VIEW), row * LAYER_WIDTH + PERIOD);
  }
  return wide;
}

function sky(): Uint8Array {
  const inks = new Uint8Array(VIEW * PERIOD);
  for (let row = 0; row < VIEW; row++) {
    const band = Math.min(SKY_BANDS - 1, Math.floor((row * SKY_BANDS) / HORIZON));
    inks.fill(INKS.sky + band, row * PERIOD, (row + 1) * PERIOD);
  }
  stamp(inks, SUN, 46, 5);
  stamp(inks, LARGE_CLOUD, 8, 8);
  stamp(inks, SMALL_CLOUD, 33, 16);
  stamp(inks, LARGE_CLOUD, 72, 11);
  stamp(inks, SMALL_CLOUD, 104, 5);
  stamp(inks, LARGE_CLOUD, 132, 6);
  stamp(inks, SMALL_CLOUD, 164, 14);
  stamp(inks, LARGE_CLOUD, 196, 10);
  stamp(inks, SMALL_CLOUD, 232, 6);
  return inks;
}

/** Parabolas: whole numbers in, the same rows on every machine. The uppermost rows are lit. */
function hills(shapes: readonly Hill[], ink: number, light: number): Uint8Array {
  const inks = new Uint8Array(VIEW * PERIOD);
  for (let column = 0; column < PERIOD; column++) {
    const top = hillTop(shapes, column);
    for (let row = top; row < VIEW; row++) inks[row * PERIOD + column] = row < top + 2 ? light : ink;
  }
  return inks;
}

function hillTop(shapes: readonly Hill[], column: number): number {
  const tops = shapes.map(({ x, top, width }) => {
    const apart = Math.abs(column - x);
    const distance = Math.min(apart, PERIOD - apart);
    return top + Math.floor((DROP * distance * distance) / (width * width));
  });
  return Math.min(VIEW, ...tops);
}

function nearHills(): Uint8Array {
  const inks = hills(NEAR_HILLS, INKS.nearHill, INKS.nearHillLight);
  for (const column of TREES) stamp(inks, TREE, column - 2, hillTop(NEAR_HILLS, column) - TREE.height + 2);
  return inks;
}

function stamp(inks: Uint8Array, picture: ReturnType<typeof inkPicture>, left: number, top: number): void {
  for (const [i, ink] of picture.inks.entries()) {
    if (ink === INKS.none) continue;
    const column = (left + (i % picture.width)) & (PERIOD - 1);
    inks[(top + Math.floor(i / picture.width)) * PERIOD + column] = ink;
  }
}
