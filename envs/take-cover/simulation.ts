import type { RandomStream } from "../../src/core/random.ts";
import { type Fireball, flyFireball, throwFireball } from "./fireball.ts";
import { type Imp, newImp, tickImp } from "./imp.ts";
import { hurtPlayer, movePlayer, newPlayer, type Player } from "./player.ts";
import { IMP, TICS_PER_IMP } from "./room.ts";

/** A moment of the room: everything but the generator. */
export interface Scene {
  readonly tic: number;
  readonly player: Readonly<Player>;
  readonly imps: readonly Readonly<Imp>[];
  readonly fireballs: readonly Readonly<Fireball>[];
}

/** A saved moment, structured-cloneable; the generator is saved by who owns it. */
export interface SavedSimulation extends Scene {
  readonly fireballsThrown: number;
}

const DAMAGE = 21; // three of the missile times the scenario's damage factor of seven, for each pip of an eight-sided die

/** The room's physics and its imps, tic by tic, without a picture. */
export class Simulation implements Scene {
  tic = 0;
  player: Player = newPlayer();
  imps: Imp[] = IMP.firstYs.map(newImp).map((imp) => ({ ...imp, tics: imp.tics - 1 })); // a tic before the first state
  fireballs: Fireball[] = [];
  #fireballsThrown = 0;
  readonly #random: RandomStream;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  get dead(): boolean {
    return this.player.health === 0;
  }

  /** One 35th of a second; `direction` is +1 for left (+y), 0, or −1 for right. */
  advance(direction: number): void {
    const { player, imps } = this;
    movePlayer(player, direction, this.tic);
    this.tic++;
    if (this.tic % TICS_PER_IMP === 0) this.#spawnImp();
    for (const imp of imps) {
      if (tickImp(imp, this.#random)) this.fireballs.push(throwFireball(this.#fireballsThrown++, imp, player));
    }
    let burntOut = false;
    for (const ball of this.fireballs) {
      if (ball.burst > 0) {
        if (--ball.burst === 0) burntOut = true;
      } else if (flyFireball(ball, player, imps, this.#random)) {
        hurtPlayer(player, DAMAGE * this.#random.integer(1, 9), ball.x, ball.y);
      }
    }
    if (burntOut) this.fireballs = this.fireballs.filter((ball) => ball.burst > 0 || ball.vx !== 0);
  }

  /** A place taken by another imp stays empty this time. */
  #spawnImp(): void {
    const y = this.#random.uniform(IMP.lowestY, IMP.highestY);
    if (this.imps.every((imp) => Math.abs(imp.y - y) >= 2 * IMP.radius)) this.imps.push(newImp(y));
  }

  save(): SavedSimulation {
    const { tic, player, imps, fireballs } = this;
    const scene = structuredClone({ tic, player, imps, fireballs });
    return { ...scene, fireballsThrown: this.#fireballsThrown };
  }

  static from(saved: SavedSimulation, random: RandomStream): Simulation {
    const simulation = new Simulation(random);
    const { tic, player, imps, fireballs } = structuredClone(saved);
    Object.assign(simulation, { tic, player, imps, fireballs });
    simulation.#fireballsThrown = saved.fireballsThrown;
    return simulation;
  }
}
