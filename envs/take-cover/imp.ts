import type { RandomStream } from "../../src/core/random.ts";

/**
 * An imp's clock: Doom's states for it, in the order it goes through them (linuxdoom `info.c`, S_TROO_*).
 * It looks, sees the player, and from then on "chases": with speed zero every step of the chase succeeds on the
 * spot, so all that is left of Doom's monster AI is the timing of its throws.
 */
export type ImpAction = "look" | "chase" | "raise" | "aim" | "throw";

/** `tics` until the next action; `moveCount` and `reactionTime` are Doom's counters; `stride` counts the walk's frames. */
export interface Imp {
  readonly y: number;
  action: ImpAction;
  tics: number;
  moveCount: number;
  reactionTime: number;
  justAttacked: boolean;
  stride: number;
}

const LOOK_TICS = 10;
const CHASE_TICS = 3;
const RAISE_TICS = 8;
const AIM_TICS = 8;
const THROW_TICS = 6;
const REACTION_TIME = 8; // chase calls before the first throw
const HOLD_FIRE = 200; // of 256: P_CheckMissileRange caps the distance here, and no imp is nearer than that

export function newImp(y: number): Imp {
  return {
    y,
    action: "look",
    tics: LOOK_TICS,
    moveCount: 0,
    reactionTime: REACTION_TIME,
    justAttacked: false,
    stride: 0,
  };
}

/** One tic; true in the tic in which the imp throws. */
export function tickImp(imp: Imp, random: RandomStream): boolean {
  if (--imp.tics > 0) return false;
  switch (imp.action) {
    case "raise":
      imp.action = "aim";
      imp.tics = AIM_TICS;
      return false;
    case "aim":
      imp.action = "throw";
      imp.tics = THROW_TICS;
      return true;
    default:
      imp.action = "chase";
      imp.tics = CHASE_TICS;
      imp.stride++;
      chase(imp, random);
      return false;
  }
}

/** Doom's A_Chase for a monster that cannot walk away: only when its move has run out does it think of throwing. */
function chase(imp: Imp, random: RandomStream): void {
  if (imp.reactionTime > 0) imp.reactionTime--;
  if (imp.justAttacked) {
    imp.justAttacked = false;
    imp.moveCount = newMove(random);
    return;
  }
  if (imp.moveCount === 0 && imp.reactionTime === 0 && random.integer(0, 256) >= HOLD_FIRE) {
    imp.action = "raise";
    imp.tics = RAISE_TICS;
    imp.justAttacked = true;
    return;
  }
  if (--imp.moveCount < 0) imp.moveCount = newMove(random);
}

/** P_NewChaseDir: a new direction, kept for 0 to 15 calls. */
function newMove(random: RandomStream): number {
  return random.integer(0, 16);
}
