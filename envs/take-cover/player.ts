import { PLAYER, ROOM } from "./room.ts";

/** The player: place and velocity in map units and units a tic, `health` of 100, `flash` the tics of red screen left. */
export interface Player {
  x: number;
  y: number;
  vx: number;
  vy: number;
  health: number;
  flash: number;
}

const STRAFE = 0.75; // walking side move 24 · 2048 / 65536 units a tic, each tic
const FRICTION = 0.90625; // 0xE800 / 65536
const STOP_SPEED = 0.0625; // 0x1000 / 65536
const SLIDE_MARGIN = 1 / 32; // a slide stops 0x800 / 65536 of the move short of the wall
const THRUST = 0.125; // units a tic of push for each point of damage, at mass 100
const FIRST_INPUT_TIC = 7; // the engine passes no input on before

const REACH = {
  back: ROOM.back + PLAYER.radius,
  front: ROOM.front - PLAYER.radius,
  right: ROOM.right + PLAYER.radius,
  left: ROOM.left - PLAYER.radius,
} as const;

export function newPlayer(): Player {
  return { x: PLAYER.x, y: PLAYER.y, vx: 0, vy: 0, health: PLAYER.health, flash: 0 };
}

/** One tic of Doom's P_PlayerThink and P_XYMovement; `direction` is +1 for left (+y), 0, or −1 for right. */
export function movePlayer(player: Player, direction: number, tic: number): void {
  const input = tic >= FIRST_INPUT_TIC ? direction : 0;
  player.vy += STRAFE * input;
  advance(player);
  const slow = Math.abs(player.vx) < STOP_SPEED && Math.abs(player.vy) < STOP_SPEED;
  const friction = slow && input === 0 ? 0 : FRICTION;
  player.vx *= friction;
  player.vy *= friction;
  if (player.flash > 0) player.flash--;
}

/** Takes `damage` and is pushed away from (x, y). */
export function hurtPlayer(player: Player, damage: number, x: number, y: number): void {
  const angle = Math.atan2(player.y - y, player.x - x);
  player.vx += THRUST * damage * Math.cos(angle);
  player.vy += THRUST * damage * Math.sin(angle);
  player.health = Math.max(0, player.health - damage);
  player.flash = Math.min(100, player.flash + damage);
}

/** Moves by the velocity; at a wall Doom's P_SlideMove: up to it, then what is left of the move along it. */
function advance(player: Player): void {
  for (let tries = 0; tries < 3; tries++) {
    const hitX = fractionToWall(player.x, player.vx, REACH.back, REACH.front);
    const hitY = fractionToWall(player.y, player.vy, REACH.right, REACH.left);
    const hit = Math.min(hitX, hitY);
    const moved = hit < 1 ? Math.max(0, hit - SLIDE_MARGIN) : 1;
    player.x += player.vx * moved;
    player.y += player.vy * moved;
    if (hit >= 1) return;
    // Doom keeps only the remainder of the move as the new velocity, not the velocity along the wall.
    player.vx *= hitX <= hitY ? 0 : 1 - hit;
    player.vy *= hitX <= hitY ? 1 - hit : 0;
  }
}

/** The fraction of a move at which the wall is met; 1 or more when it is not. */
function fractionToWall(position: number, velocity: number, low: number, high: number): number {
  if (velocity === 0) return 1;
  const room = (velocity < 0 ? low : high) - position;
  return Math.max(0, room / velocity);
}
