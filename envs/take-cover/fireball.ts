import type { RandomStream } from "../../src/core/random.ts";
import type { Imp } from "./imp.ts";
import { FIREBALL, IMP, PLAYER, ROOM } from "./room.ts";

/** A fireball in flight, or bursting for `burst` tics more; `thrower` is the y of the imp that threw it. */
export interface Fireball {
  readonly id: number;
  readonly thrower: number;
  x: number;
  y: number;
  vx: number;
  vy: number;
  burst: number;
}

interface Target {
  readonly x: number;
  readonly y: number;
}

const BURST_TICS = 18; // three frames of six tics (S_TBALLX1 …), the first cut short by up to three
const LONGEST_SUBSTEP = FIREBALL.radius - 1;
const PLAYER_REACH = PLAYER.radius + FIREBALL.radius;
const IMP_REACH = IMP.radius + FIREBALL.radius;

/** Thrown straight at where the target stands now; it begins half a tic of flight out (P_CheckMissileSpawn). */
export function throwFireball(id: number, imp: Imp, target: Target): Fireball {
  const dx = target.x - IMP.x;
  const dy = target.y - imp.y;
  const scale = FIREBALL.speed / Math.hypot(dx, dy);
  const vx = dx * scale;
  const vy = dy * scale;
  return { id, thrower: imp.y, x: IMP.x + vx / 2, y: imp.y + vy / 2, vx, vy, burst: 0 };
}

/** One tic of flight, in substeps shorter than its radius as in ZDoom; true when it bursts on the player. */
export function flyFireball(ball: Fireball, player: Target, imps: readonly Imp[], random: RandomStream): boolean {
  const steps = 1 + Math.floor(Math.max(Math.abs(ball.vx), Math.abs(ball.vy)) / LONGEST_SUBSTEP);
  for (let step = 0; step < steps; step++) {
    const x = ball.x + ball.vx / steps;
    const y = ball.y + ball.vy / steps;
    const hitsPlayer = Math.abs(x - player.x) < PLAYER_REACH && Math.abs(y - player.y) < PLAYER_REACH;
    if (hitsPlayer || hitsWall(x, y) || hitsImp(ball, x, y, imps)) {
      ball.vx = 0;
      ball.vy = 0;
      ball.burst = BURST_TICS - random.integer(0, 4);
      return hitsPlayer;
    }
    ball.x = x;
    ball.y = y;
  }
  return false;
}

function hitsWall(x: number, y: number): boolean {
  const { radius } = FIREBALL;
  return x - radius < ROOM.back || x + radius > ROOM.front || y - radius < ROOM.right || y + radius > ROOM.left;
}

/** Imps take no harm from one another's fireballs, but stop them; its own thrower does not. */
function hitsImp(ball: Fireball, x: number, y: number, imps: readonly Imp[]): boolean {
  if (Math.abs(x - IMP.x) >= IMP_REACH) return false;
  return imps.some((imp) => imp.y !== ball.thrower && Math.abs(y - imp.y) < IMP_REACH);
}
