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
const FIXED = 65536; // Doom's fixed point has 16 bits after it
const FINE_ANGLES = 8192; // of a turn, in Doom's sine table
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
  player.vx = fixedProduct(player.vx, friction);
  player.vy = fixedProduct(player.vy, friction);
  if (player.flash > 0) player.flash--;
}

/** Takes `damage` and is pushed away from (x, y). */
export function hurtPlayer(player: Player, damage: number, x: number, y: number): void {
  const angle = fineAngle(player.x - x, player.y - y);
  player.vx += fixedProduct(THRUST * damage, fineSine(angle + FINE_ANGLES / 4));
  player.vy += fixedProduct(THRUST * damage, fineSine(angle));
  player.health = Math.max(0, player.health - damage);
  player.flash = Math.min(100, player.flash + damage);
}

/** Doom's product of two fixed-point numbers: rounded down, which over hundreds of tics moves the player a little. */
function fixedProduct(a: number, b: number): number {
  return Math.floor(a * b * FIXED) / FIXED;
}

/** The direction of (dx, dy) in 8192nds of a turn, rounded down. */
function fineAngle(dx: number, dy: number): number {
  return Math.floor((Math.atan2(dy, dx) / (2 * Math.PI)) * FINE_ANGLES);
}

/** ZDoom's sine table: its second and fourth quarters mirror the others one entry late. */
function fineSine(angle: number): number {
  const quarter = FINE_ANGLES / 4;
  const index = angle & (FINE_ANGLES - 1);
  const turn = Math.floor(index / quarter);
  const entry = index % quarter;
  const radians = ((turn % 2 === 0 ? entry : quarter - 1 - entry) / FINE_ANGLES) * 2 * Math.PI;
  const sine = Math.round(Math.sin(radians) * FIXED) / FIXED;
  return turn < 2 ? sine : -sine;
}

/** Moves by the velocity; at a wall Doom's P_SlideMove: up to it, then what is left of the move along it. */
function advance(player: Player): void {
  for (let tries = 0; tries < 3; tries++) {
    const hitX = fractionToWall(player.x, player.vx, REACH.back, REACH.front);
    const hitY = fractionToWall(player.y, player.vy, REACH.right, REACH.left);
    const hit = Math.min(hitX, hitY);
    const moved = hit < 1 ? Math.max(0, hit - SLIDE_MARGIN) : 1;
    player.x += fixedProduct(player.vx, moved);
    player.y += fixedProduct(player.vy, moved);
    if (hit >= 1) return;
    // Doom keeps only the remainder of the move as the new velocity, not the velocity along the wall.
    player.vx = hitX <= hitY ? 0 : fixedProduct(player.vx, 1 - hit);
    player.vy = hitX <= hitY ? fixedProduct(player.vy, 1 - hit) : 0;
  }
}

/** The fraction of a move at which the wall is met; 1 or more when it is not. */
function fractionToWall(position: number, velocity: number, low: number, high: number): number {
  if (velocity === 0) return 1;
  const room = (velocity < 0 ? low : high) - position;
  return Math.max(0, room / velocity);
}
