import { type Level, widthInPixels } from "./level.ts";
import { movePlayer, newPlayer, type Player } from "./player.ts";
import { type Outcome, touched } from "./touch.ts";
import { SUBPIXELS, TILE_SUBPIXELS, VIEW } from "./world.ts";

/** A saved moment, structured-cloneable; the level is made again from its number. */
export interface SavedSimulation {
  readonly level: number;
  readonly step: number;
  readonly player: Readonly<Player>;
  readonly outcome: Outcome;
  readonly furthest: number;
}

const PLAYER_COLUMN = 24; // of the view, where the player stays while the camera follows: more is seen of what is ahead

/** One level being played, without a picture. Nothing in it is random: saws run by the clock. */
export class Simulation {
  readonly level: Level;
  step = 0;
  player: Player;
  outcome: Outcome = "playing";
  /** The largest x that the player has reached, in subpixels. */
  furthest: number;

  constructor(level: Level) {
    this.level = level;
    this.player = newPlayer(level);
    this.furthest = this.player.x;
  }

  /** One step with an action; returns by how many tiles the player got further than ever before. */
  advance(action: number): number {
    this.step++;
    movePlayer(this.player, action, this.level);
    this.outcome = touched(this.player, this.level, this.step);
    const gained = Math.max(0, this.player.x - this.furthest);
    this.furthest += gained;
    return gained / TILE_SUBPIXELS;
  }

  /** The view's left edge in pixels: it follows the player, and stops at the level's ends. */
  get cameraX(): number {
    const wanted = (this.player.x >> 4) - PLAYER_COLUMN;
    return Math.max(0, Math.min(widthInPixels(this.level) - VIEW, wanted));
  }

  /** Pixels from the player's left edge to the coin's; negative where the player is beyond it. */
  get coinDistance(): number {
    return this.level.coin.x - this.player.x / SUBPIXELS;
  }

  save(): SavedSimulation {
    const { level, step, player, outcome, furthest } = this;
    return { level: level.number, step, player: { ...player }, outcome, furthest };
  }

  static from({ step, player, outcome, furthest }: SavedSimulation, level: Level): Simulation {
    return Object.assign(new Simulation(level), { step, player: { ...player }, outcome, furthest });
  }
}
