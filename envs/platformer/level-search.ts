import type { Level } from "./level.ts";
import { movePlayer, newPlayer, type Player } from "./player.ts";
import { touched } from "./touch.ts";
import { TILE_SHIFT } from "./world.ts";

const HOLD = 3; // steps for which the search holds an action
const CHOICES = [2, 5, 0, 3, 1]; // right, jump-right, noop, jump, left: of places alike the first one wins

/** Places followed at once, and how many of them in one column of tiles, so that a dead end does not crowd out the rest. */
interface Beam {
  readonly width: number;
  readonly aColumn: number;
}
const BEAMS: readonly Beam[] = [
  { width: 12, aColumn: 3 },
  { width: 96, aColumn: 8 }, // where the narrow one, eight times as fast, finds nothing
];

/** A place reached, and how. */
interface Node {
  readonly player: Player;
  readonly action: number;
  readonly before: Node | undefined;
}

/**
 * Actions that take the player from the start of a level to its coin, found by a beam search over the game itself: a
 * proof that the level can be solved, and an expert's episode. `undefined` where none was found within `steps`.
 */
export function solveLevel(level: Level, steps = 500): number[] | undefined {
  for (const beam of BEAMS) {
    const actions = search(level, steps, beam);
    if (actions) return actions;
  }
  return undefined;
}

function search(level: Level, steps: number, limits: Beam): number[] | undefined {
  let beam: Node[] = [{ player: newPlayer(level), action: 0, before: undefined }];
  for (let step = 0; step + HOLD <= steps && beam.length > 0; step += HOLD) {
    const seen = new Set<number>();
    const reached: Node[] = [];
    for (const before of beam) {
      for (const action of CHOICES) {
        const player = { ...before.player };
        let held = 0;
        let outcome = touched(player, level, step);
        while (held < HOLD && outcome === "playing") {
          held++;
          movePlayer(player, action, level);
          outcome = touched(player, level, step + held);
        }
        if (outcome === "coin") return actionsTo(before).concat(Array<number>(held).fill(action));
        if (outcome === "dead") continue;
        const key = roughly(player);
        if (seen.has(key)) continue;
        seen.add(key);
        reached.push({ player, action, before });
      }
    }
    beam = furthest(reached, limits);
  }
  return undefined;
}

/** Places so alike that one of them stands for all: within four pixels and a pixel a step. */
function roughly({ x, y, vx, vy }: Player): number {
  return (((x >> 6) * 64 + ((y + 1024) >> 6)) * 8 + ((vx + 32) >> 4)) * 16 + ((vy + 64) >> 4);
}

function furthest(nodes: Node[], { width, aColumn }: Beam): Node[] {
  const inColumn = new Map<number, number>();
  const kept: Node[] = [];
  for (const node of nodes.sort((a, b) => b.player.x - a.player.x)) {
    const column = node.player.x >> TILE_SHIFT;
    const already = inColumn.get(column) ?? 0;
    if (already === aColumn) continue;
    inColumn.set(column, already + 1);
    if (kept.push(node) === width) break;
  }
  return kept;
}

function actionsTo(node: Node): number[] {
  const actions: number[] = [];
  for (let at: Node | undefined = node; at?.before; at = at.before) {
    for (let i = 0; i < HOLD; i++) actions.push(at.action);
  }
  return actions.reverse();
}
