import type { Car, SavedCar } from "./car.ts";
import type { CarRacingColours, CarRacingScene } from "./car-racing-state.ts";
import { TIME_STEP } from "./chassis.ts";
import { Road } from "./road.ts";
import { type SavedTileContacts, TileContacts } from "./tile-contacts.ts";
import { PLAYFIELD, type Track } from "./track.ts";

const STEP_REWARD = -0.1;
const TRACK_REWARD = 1000; // for all tiles together
const OFF_FIELD_REWARD = -100;

/** When a lap counts as complete. */
export interface LapRule {
  /**
   * All tiles visited, or else: `faithful`, the first tile is visited for the first time after more than the given share
   * of all, which cannot happen to a car that starts on it; `fixed`, a wheel comes back onto the first tile after more
   * than that share.
   */
  readonly lapComplete: "faithful" | "fixed";
  /** A share of the tiles, 0–1. */
  readonly lapCompletePercent: number;
}

export interface SimulationOptions extends LapRule {
  readonly track: Track;
  readonly colours: CarRacingColours;
  /** The simulation takes it over: one car, one simulation at a time. */
  readonly car: Car;
  /** Where the car starts. */
  readonly startTile: number;
}

export interface SavedSimulation {
  readonly track: Track; // never changes: no copy
  readonly colours: CarRacingColours;
  readonly car: SavedCar;
  readonly contacts: SavedTileContacts;
  readonly t: number;
  readonly score: number;
  readonly settled: number;
  readonly lapDone: boolean;
}

/**
 * CarRacing without pixels: one episode of one car on one track. A step is `control`, `advance`, `settle`: what is to be
 * seen is seen between the last two, with the step's new tiles in the score and without its −0.1.
 */
export class Simulation {
  readonly scene: CarRacingScene;
  readonly track: Track;
  /** What the latest `settle` found. */
  reward = 0;
  terminated = false;
  /** Of an episode that has terminated: by a finished lap, not off the field. */
  lapFinished = false;

  readonly #rule: LapRule;
  readonly #car: Car;
  readonly #contacts: TileContacts;
  #settled = 0; // the score up to the latest settled step
  #lapDone = false;

  /** The car stands on the track, and one step without an action has been made, as by the original's `reset`. */
  constructor({ track, colours, car, startTile, ...rule }: SimulationOptions) {
    this.track = track;
    this.#rule = rule;
    this.#car = car;
    const road = new Road(track);
    this.#contacts = new TileContacts(road);
    this.scene = { road: road.picture, colours, hull: car.hull, wheels: car.wheels, skids: car.skids, t: 0, score: 0 };
    car.place(track.x[startTile], track.y[startTile], track.beta[startTile]);
    this.advance();
  }

  get tilesVisited(): number {
    return this.#contacts.count;
  }

  /** `steer` −1 … 1, positive to the right; `gas` and `brake` 0 … 1. */
  control(steer: number, gas: number, brake: number): void {
    this.#car.steer(-steer);
    this.#car.gas(gas);
    this.#car.brake(brake);
  }

  /** A fiftieth of a second passes. */
  advance(): void {
    const { scene } = this;
    const car = this.#car;
    const contacts = this.#contacts;
    car.drive();
    contacts.update(car.hull, car.wheels);
    car.move();
    scene.t += TIME_STEP;

    const { tiles } = this.track;
    for (let i = 0; i < contacts.newTiles; i++) scene.score += TRACK_REWARD / tiles; // one by one: the last digit counts
    const { lapComplete, lapCompletePercent } = this.#rule;
    const countAtFinish =
      lapComplete === "faithful" ? contacts.countAtFirstTile : contacts.enteredFirstTile ? contacts.count : 0;
    if (countAtFinish / tiles > lapCompletePercent) this.#lapDone = true;
  }

  /** What the step was worth, and whether it was the last. */
  settle(): void {
    const { scene } = this;
    scene.score += STEP_REWARD;
    this.reward = scene.score - this.#settled;
    this.#settled = scene.score;
    this.lapFinished = this.#lapDone || this.tilesVisited === this.track.tiles;
    this.terminated = this.lapFinished;
    if (Math.abs(scene.hull.x) > PLAYFIELD || Math.abs(scene.hull.y) > PLAYFIELD) {
      this.terminated = true;
      this.lapFinished = false;
      this.reward = OFF_FIELD_REWARD;
    }
  }

  save(): SavedSimulation {
    const { t, score, colours } = this.scene;
    return {
      track: this.track,
      colours,
      car: this.#car.save(),
      contacts: this.#contacts.save(),
      t,
      score,
      settled: this.#settled,
      lapDone: this.#lapDone,
    };
  }

  /** Goes on where `save` was called. */
  static from(saved: SavedSimulation, { car, ...rule }: LapRule & { readonly car: Car }): Simulation {
    const { track, colours } = saved;
    const simulation = new Simulation({ track, colours, car, startTile: 0, ...rule });
    car.load(saved.car);
    simulation.#contacts.load(saved.contacts);
    simulation.scene.t = saved.t;
    simulation.scene.score = saved.score;
    simulation.#settled = saved.settled;
    simulation.#lapDone = saved.lapDone;
    return simulation;
  }
}
