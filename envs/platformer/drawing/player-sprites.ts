import { DIRECTIONS, jumps } from "../action.ts";
import type { Player } from "../player.ts";
import { INKS, type InkPicture, inkPicture, mirrored } from "./ink.ts";

/*
 * The pose tells what is pressed: legs stride while a direction is, arms go up while jump is. With facing, place and
 * speed that makes a step's action visible in the frame after it.
 */

const LEGEND = { k: INKS.outline, r: INKS.suit, d: INKS.suitDark, v: INKS.visor, w: INKS.white, y: INKS.glove };

const HEAD = ["..kkkk..", ".krrrrk.", "krrvvvvk", "krrvkvkk", "krrvvvvk"];
const ARMS_DOWN = [".krrrrk.", "kyrrryk."];
const ARMS_UP = ["ykrrrrky", ".kdrrrk."];
const LEGS: Readonly<Record<string, readonly string[]>> = {
  stand: [".kdrrdk.", ".kdkkdk.", ".kk..kk."],
  strideOut: [".kdrrdk.", "kddkkddk", "kk....kk"],
  strideIn: [".kdrrdk.", "..kddk..", "..kkkk.."],
  hang: [".kdrrdk.", "..dkdk..", "..k.k..."],
  leap: [".kdrrddk", "kdkk.kk.", "kk......"],
};
const STRIDE = 6; // pixels run to each half of a stride

const POSES = new Map<string, InkPicture>();
for (const [legs, lines] of Object.entries(LEGS)) {
  for (const arms of [ARMS_DOWN, ARMS_UP]) {
    const right = inkPicture([...HEAD, ...arms, ...lines], LEGEND);
    POSES.set(poseName(legs, arms === ARMS_UP, 1), right);
    POSES.set(poseName(legs, arms === ARMS_UP, -1), mirrored(right));
  }
}

/** How the player looks: 8 × 10 inks, a pixel wider than its box on either side. */
export function playerPose({ x, onGround, action, facing }: Player): InkPicture {
  const striding = DIRECTIONS[action] !== 0;
  const grounded = (x >> 4) % (2 * STRIDE) < STRIDE ? "strideOut" : "strideIn";
  const legs = onGround ? (striding ? grounded : "stand") : striding ? "leap" : "hang";
  return POSES.get(poseName(legs, jumps(action), facing))!;
}

function poseName(legs: string, armsUp: boolean, facing: number): string {
  return `${legs} ${armsUp} ${facing}`;
}

/** Pale all over: the player in the step that kills it. */
export function hurt(pose: InkPicture): InkPicture {
  return { ...pose, inks: pose.inks.map((ink) => (ink === INKS.none || ink === INKS.outline ? ink : INKS.white)) };
}
