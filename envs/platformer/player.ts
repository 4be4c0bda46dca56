import { DIRECTIONS, jumps } from "./action.ts";
import { isSolid, type Level, TILES, tileAt } from "./level.ts";
import { BODY, JUMP, RUN, SUBPIXELS, TILE_SHIFT, TILE_SUBPIXELS } from "./world.ts";

/** The player: left and top of its box, velocity, in subpixels and subpixels a step. */
export interface Player {
  x: number;
  y: number;
  vx: number;
  vy: number;
  onGround: boolean;
  /** Where it looks: −1 left, 1 right. */
  facing: number;
  /** The action of the last step: it shows in the pose. */
  action: number;
}

/** The player where a level begins, standing. */
export function newPlayer({ start }: Level): Player {
  return { x: start.x * SUBPIXELS, y: start.y * SUBPIXELS, vx: 0, vy: 0, onGround: true, facing: 1, action: 0 };
}

/** One step of running, jumping and falling; ground, crates and platforms stop it. */
export function movePlayer(player: Player, action: number, level: Level): void {
  const direction = DIRECTIONS[action];
  player.action = action;
  if (direction !== 0) player.facing = direction;
  player.vx = nextRun(player, direction);
  player.vy = nextFall(player, jumps(action));
  moveAcross(player, level);
  moveDown(player, level);
}

function nextRun({ vx, onGround }: Player, direction: number): number {
  if (direction !== 0) return Math.max(-RUN.speed, Math.min(RUN.speed, vx + direction * RUN.acceleration));
  const slowing = onGround ? RUN.friction : RUN.airDrag;
  return vx > 0 ? Math.max(0, vx - slowing) : Math.min(0, vx + slowing);
}

function nextFall({ vy, onGround }: Player, jump: boolean): number {
  if (onGround && jump) return -JUMP.speed;
  const gravity = vy < 0 && !jump ? JUMP.cutGravity : JUMP.gravity;
  return Math.min(JUMP.fallSpeed, vy + gravity);
}

function moveAcross(player: Player, level: Level): void {
  const { vx, y } = player;
  if (vx === 0) return;
  let x = player.x + vx;
  const column = (vx > 0 ? x + BODY.width - 1 : x) >> TILE_SHIFT;
  const last = (y + BODY.height - 1) >> TILE_SHIFT;
  for (let row = y >> TILE_SHIFT; row <= last; row++) {
    if (!isSolid(tileAt(level, column, row))) continue;
    x = vx > 0 ? column * TILE_SUBPIXELS - BODY.width : (column + 1) * TILE_SUBPIXELS;
    player.vx = 0;
    break;
  }
  const end = level.width * TILE_SUBPIXELS - BODY.width;
  if (x < 0 || x > end) {
    x = x < 0 ? 0 : end;
    player.vx = 0;
  }
  player.x = x;
}

function moveDown(player: Player, level: Level): void {
  const { vy, x } = player;
  const y = player.y + vy;
  const before = player.y + BODY.height - 1; // the lowest row of subpixels, before the step
  const row = (vy < 0 ? y : y + BODY.height - 1) >> TILE_SHIFT;
  const last = (x + BODY.width - 1) >> TILE_SHIFT;
  player.y = y;
  player.onGround = false;
  for (let column = x >> TILE_SHIFT; column <= last; column++) {
    const tile = tileAt(level, column, row);
    const carries = tile === TILES.platform && vy >= 0 && before < row * TILE_SUBPIXELS;
    if (!carries && !isSolid(tile)) continue;
    player.y = vy < 0 ? (row + 1) * TILE_SUBPIXELS : row * TILE_SUBPIXELS - BODY.height;
    player.vy = 0;
    player.onGround = vy >= 0;
    return;
  }
}
