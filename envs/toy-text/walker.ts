import type { Color } from "../canvas.ts";
import type { TileBrush } from "./tile-brush.ts";

export type Facing = "left" | "down" | "right" | "up";

const OUTLINE: Color = [58, 36, 42];
const SKIN: Color = [246, 190, 148];
const HAIR: Color = [190, 84, 44];
const HAT: Color = [70, 150, 62];
const BRIM: Color = [188, 44, 48];
const COAT: Color = [196, 52, 54];
const COLLAR: Color = [70, 150, 62];
const BOOTS: Color = [84, 52, 46];
const EYES: Color = [44, 30, 36];

/** An elf in a green hat, looking some way. */
export function drawWalker(brush: TileBrush, facing: Facing): void {
  const side = facing === "left" ? -1 : facing === "right" ? 1 : 0;
  brush.ellipse(0.5, 0.85, 0.22, 0.055, [40, 50, 70, 0.3]); // shadow
  for (const x of [0.43, 0.57]) brush.rounded(x - 0.055, 0.74, x + 0.055, 0.86, 0.03, BOOTS);
  brush.rounded(0.33, 0.54, 0.67, 0.8, 0.09, OUTLINE);
  brush.rounded(0.355, 0.56, 0.645, 0.78, 0.075, COAT);
  brush.rectangle(0.36, 0.7, 0.64, 0.735, BOOTS); // belt
  brush.rounded(0.4 + 0.04 * side, 0.55, 0.6 + 0.04 * side, 0.61, 0.03, COLLAR);

  brush.ellipse(0.5, 0.43, 0.215, 0.175, OUTLINE);
  brush.ellipse(0.5, 0.43, 0.19, 0.15, facing === "up" ? HAIR : SKIN);
  if (side !== 0) brush.ellipse(0.5 - 0.1 * side, 0.42, 0.095, 0.12, HAIR);
  if (facing === "down") {
    for (const x of [0.31, 0.69]) brush.ellipse(x, 0.44, 0.055, 0.035, SKIN); // pointed ears
    for (const x of [0.43, 0.57]) brush.ellipse(x, 0.45, 0.024, 0.036, EYES);
    brush.line([0.465, 0.52], [0.535, 0.52], 0.022, [190, 108, 92]);
  } else if (side !== 0) {
    brush.ellipse(0.5 + 0.1 * side, 0.45, 0.024, 0.036, EYES);
    brush.ellipse(0.5 - 0.09 * side, 0.46, 0.055, 0.035, SKIN);
  }

  const tip = 0.5 - 0.17 * (side || -0.6);
  brush.polygon(
    [
      [0.27, 0.35],
      [0.73, 0.35],
      [tip, 0.06],
    ],
    OUTLINE,
  );
  brush.polygon(
    [
      [0.3, 0.335],
      [0.7, 0.335],
      [tip, 0.095],
    ],
    HAT,
  );
  brush.rounded(0.27, 0.315, 0.73, 0.375, 0.03, BRIM);
  brush.ellipse(tip, 0.085, 0.04, 0.04, [250, 240, 220]);
}
