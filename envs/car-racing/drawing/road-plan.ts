import { RED_BORDER, type RoadPicture, WHITE_BORDER } from "../car-racing-state.ts";

/** Metres; two tiles whose middles are nearer than this may lie over each other: road 13⅓ wide, a border, half a tile. */
const MAY_OVERLAP = 20;
/** Tiles this near along the road lie side by side: the sharpest turn has a radius of 11.3 m. */
const NEIGHBOURS = 8;

/** A road as points where one tile ends and the next begins, ready to be drawn in strips. Point i ends tile i. */
export interface RoadPlan {
  readonly tiles: number;
  /** Left and right end of each point in metres, x and y, (tiles × 4). */
  readonly ends: Float64Array;
  /** Middle of each tile in metres, (tiles × 2). */
  readonly middles: Float64Array;
  /** −1 or 1: a border left or right of the tile; 0: none. */
  readonly side: Int8Array;
  /** 1 where the border is red, 0 where it is white or there is none. */
  readonly red: Uint8Array;
  /** The tile's quad in the picture. */
  readonly quad: Uint16Array;
  /** The latest earlier tile that this one may lie over, where the road meets itself; −1: none. */
  readonly over: Int16Array;
}

/** Finds the strips in a road's quads, once a track. */
export function planRoad({ quads, corners, paint }: RoadPicture): RoadPlan {
  let tiles = 0;
  for (let q = 0; q < quads; q++) if (paint[q] < WHITE_BORDER) tiles++;
  const plan = {
    tiles,
    ends: new Float64Array(tiles * 4),
    middles: new Float64Array(tiles * 2),
    side: new Int8Array(tiles),
    red: new Uint8Array(tiles),
    quad: new Uint16Array(tiles),
    over: new Int16Array(tiles).fill(-1),
  };
  let tile = -1;
  for (let q = 0; q < quads; q++) {
    const at = q * 8;
    if (paint[q] < WHITE_BORDER) {
      tile++;
      plan.quad[tile] = q;
      for (let k = 0; k < 4; k++) plan.ends[tile * 4 + k] = corners[at + k];
      plan.middles[tile * 2] = (corners[at] + corners[at + 2] + corners[at + 4] + corners[at + 6]) / 4;
      plan.middles[tile * 2 + 1] = (corners[at + 1] + corners[at + 3] + corners[at + 5] + corners[at + 7]) / 4;
    } else {
      plan.side[tile] = beyondRight(plan.ends, tile, corners[at + 2], corners[at + 3]) ? 1 : -1;
      plan.red[tile] = paint[q] === RED_BORDER ? 1 : 0;
    }
  }
  findOverlaps(plan);
  return plan;
}

/** Whether a place lies on the right of the road at a point. */
function beyondRight(ends: Float64Array, point: number, x: number, y: number): boolean {
  const at = point * 4;
  const across = (x - ends[at]) * (ends[at + 2] - ends[at]) + (y - ends[at + 1]) * (ends[at + 3] - ends[at + 1]);
  return across > 0;
}

function findOverlaps({ tiles, middles, over }: RoadPlan): void {
  for (let i = NEIGHBOURS + 1; i < tiles; i++) {
    for (let j = i - NEIGHBOURS - 1; j >= 0; j--) {
      if (tiles - i + j <= NEIGHBOURS) break; // neighbours across the start
      const dx = middles[2 * i] - middles[2 * j];
      const dy = middles[2 * i + 1] - middles[2 * j + 1];
      if (dx * dx + dy * dy > MAY_OVERLAP * MAY_OVERLAP) continue;
      over[i] = j;
      break;
    }
  }
}
