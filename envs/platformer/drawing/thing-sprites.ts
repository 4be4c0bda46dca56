import { INKS, inkPicture, mirrored } from "./ink.ts";

const LEGEND = {
  k: INKS.outline,
  w: INKS.white,
  y: INKS.gold,
  Y: INKS.goldLight,
  o: INKS.goldDark,
  s: INKS.steel,
  S: INKS.steelLight,
  D: INKS.steelDark,
};

/** The coin as it turns, each picture for STEPS_A_TURN steps. */
export const COIN = [
  ["..oooo..", ".oYYyyo.", "oYyyyyyo", "oYyooyyo", "oYyooyyo", "oyyyyyyo", ".oyyyyo.", "..oooo.."],
  ["...ooo..", "..oYyyo.", "..oYyyo.", "..oYoyo.", "..oYoyo.", "..oyyyo.", "..oyyyo.", "...ooo.."],
  ["...oo...", "...oYo..", "...oYo..", "...oYo..", "...oYo..", "...oyo..", "...oyo..", "...oo..."],
  ["..ooo...", ".oyyYo..", ".oyyYo..", ".oyoYo..", ".oyoYo..", ".oyyyo..", ".oyyyo..", "..ooo..."],
].map((lines) => inkPicture(lines, LEGEND));

/** What is left of the coin when it is taken. */
export const SPARKLE = inkPicture(
  ["Y..ww..Y", ".Y.ww.Y.", "........", "ww.YY.ww", "ww.YY.ww", "........", ".Y.ww.Y.", "Y..ww..Y"],
  LEGEND,
);

const TEETH = inkPicture(
  [
    "...D.D.D...",
    ".D.sssss.D.",
    "..sSSSsss..",
    "DsSSsssssD.",
    ".sSsskkssDD",
    "DsSskkkssD.",
    ".sSsskkssDD",
    "DsssssssDD.",
    "..sssssDD..",
    ".D.DDDDD.D.",
    "...D.D.D...",
  ],
  LEGEND,
);

/** A saw's blade in its two positions. */
export const SAW = [TEETH, mirrored(TEETH)];
