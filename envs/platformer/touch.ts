import { type Level, TILES, tileAt } from "./level.ts";
import type { Player } from "./player.ts";
import { sawX, sawY } from "./saw.ts";
import { BODY, SAW_RADIUS, SUBPIXELS, TILE, TILE_SHIFT, TILE_SUBPIXELS, VIEW } from "./world.ts";

const SPIKE_TOP = 3 * SUBPIXELS; // below the tile's top
const SPIKE_SIDE = 1 * SUBPIXELS;
const LAVA_TOP = 2 * SUBPIXELS;
const DEEPEST = (VIEW - 3) * SUBPIXELS; // of the box's top: the last of the fall can still be seen

/** What a step came to. */
export type Outcome = "playing" | "coin" | "dead";

/** What the player touches at a step: death goes before the coin. */
export function touched(player: Player, level: Level, step: number): Outcome {
  if (player.y > DEEPEST || touchesTile(player, level) || touchesSaw(player, level, step)) return "dead";
  return touchesCoin(player, level) ? "coin" : "playing";
}

function touchesTile({ x, y }: Player, level: Level): boolean {
  const lastRow = (y + BODY.height - 1) >> TILE_SHIFT;
  const lastColumn = (x + BODY.width - 1) >> TILE_SHIFT;
  for (let row = y >> TILE_SHIFT; row <= lastRow; row++) {
    for (let column = x >> TILE_SHIFT; column <= lastColumn; column++) {
      const tile = tileAt(level, column, row);
      if (tile !== TILES.spikes && tile !== TILES.lava) continue;
      const top = row * TILE_SUBPIXELS + (tile === TILES.spikes ? SPIKE_TOP : LAVA_TOP);
      const side = tile === TILES.spikes ? SPIKE_SIDE : 0;
      const left = column * TILE_SUBPIXELS + side;
      const right = (column + 1) * TILE_SUBPIXELS - side;
      if (y + BODY.height > top && x < right && x + BODY.width > left) return true;
    }
  }
  return false;
}

/** A disc against the box: the box's nearest point lies within the radius. */
function touchesSaw({ x, y }: Player, { saws }: Level, step: number): boolean {
  for (const saw of saws) {
    const centreX = sawX(saw, step);
    const centreY = sawY(saw, step);
    const dx = Math.max(x, Math.min(centreX, x + BODY.width)) - centreX;
    const dy = Math.max(y, Math.min(centreY, y + BODY.height)) - centreY;
    if (dx * dx + dy * dy < SAW_RADIUS * SAW_RADIUS) return true;
  }
  return false;
}

function touchesCoin({ x, y }: Player, { coin }: Level): boolean {
  const left = coin.x * SUBPIXELS;
  const top = coin.y * SUBPIXELS;
  const side = TILE * SUBPIXELS;
  return x < left + side && x + BODY.width > left && y < top + side && y + BODY.height > top;
}
