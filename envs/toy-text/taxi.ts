import { z } from "zod";
import type { Env, EnvState, Info, RenderFrame, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { ResetNeededError } from "../../src/core/errors.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { parseConfig } from "../parse-config.ts";
import { colorize } from "./colorize.ts";
import { TabularEpisode } from "./tabular-episode.ts";
import {
  decodeTaxi,
  encodeTaxi,
  TAXI_MAP,
  TAXI_STOPS,
  type TaxiState,
  taxiActionMask,
  taxiTransitions,
} from "./taxi-model.ts";
import { drawTaxi } from "./taxi-picture.ts";
import { drawIndex, type TransitionTable } from "./transition.ts";

const ACTIONS = ["South", "North", "East", "West", "Pickup", "Dropoff"];
const IN_TAXI = 4;

/** Any place, the passenger at a stop, the destination another one: 300 states, all as likely. */
const STARTS = Array.from({ length: 500 }, (_, number) => {
  const { passenger, destination } = decodeTaxi(number);
  return passenger < IN_TAXI && passenger !== destination ? 1 / 300 : 0;
});

/** What `new Taxi` and `make("Taxi-v4")` take. */
export const TaxiConfig = z.strictObject({
  renderMode: z.enum(["ansi", "rgb_array"]).optional(),
  /** Whether the taxi may slide to either side of the way it is sent. */
  isRainy: z.boolean().default(false),
  /** In the rain: the probability of going ahead; the sides share the rest. */
  rainyProbability: z.number().min(0).max(1).default(0.8),
  /** Whether the passenger may think of another destination on the first move. */
  ficklePassenger: z.boolean().default(false),
  /** The probability that a fickle passenger does. */
  fickleProbability: z.number().min(0).max(1).default(0.3),
});
export type TaxiConfig = z.output<typeof TaxiConfig>;

/**
 * Gymnasium's Taxi (Dietterich 2000): drive (0 south, 1 north, 2 east, 3 west) to the passenger, pick up (4), drop off (5)
 * at the destination.
 *
 * Observation: a number that `decode` takes apart. −1 a step, −10 for picking up or dropping off in vain, +20 at the
 * destination. `info.prob` is the probability of what happened, `info.action_mask` has a 1 for each action that changes
 * something: `actionSpace.sample(random, { mask })`. `P` is the whole model, a fickle passenger's mind apart.
 */
export class Taxi implements Env<number, number> {
  static readonly metadata = { renderModes: ["ansi", "rgb_array"], renderFps: 4 } as const;

  readonly config: TaxiConfig;
  readonly P: TransitionTable;
  readonly actionSpace = new Discrete(6);
  readonly observationSpace = new Discrete(500);
  readonly metadata = Taxi.metadata;

  readonly #episode = new TabularEpisode();
  /** The way that the taxi was last sent, 0 to 3. */
  #heading = 0;
  /** The passenger will change destination on the first move. */
  #fickle = false;

  constructor(config: z.input<typeof TaxiConfig> = {}) {
    this.config = parseConfig(TaxiConfig, config, "Taxi");
    this.P = taxiTransitions(this.config.isRainy ? this.config.rainyProbability : undefined);
  }

  get renderMode(): "ansi" | "rgb_array" | undefined {
    return this.config.renderMode;
  }

  reset({ seed }: ResetOptions = {}): Reset<number> {
    const { ficklePassenger, fickleProbability } = this.config;
    const observation = this.#episode.begin(seed, (generator) => drawIndex(STARTS, generator));
    this.#fickle = ficklePassenger && this.#episode.generator.random() < fickleProbability;
    this.#heading = 0;
    return { observation, info: this.#info(1) };
  }

  step(action: number): Step<number> {
    const before = this.#episode.state;
    const { probability, state, reward, terminated } = this.#episode.follow(this.P, action, this.actionSpace);
    if (this.#fickle) this.#episode.state = this.#changeMind(before, state);
    if (action < 4) this.#heading = action;
    return { observation: this.#episode.state, reward, terminated, truncated: false, info: this.#info(probability) };
  }

  /** An observation's parts. */
  decode(observation: number): TaxiState {
    return decodeTaxi(observation);
  }

  /** The observation of a state. */
  encode(state: TaxiState): number {
    return encodeTaxi(state);
  }

  /** 1 for each action that changes something in the state of an observation. */
  actionMask(observation: number): Int8Array {
    return taxiActionMask(observation);
  }

  /** 550 × 350; or the map as text: the taxi yellow, green with its passenger, who waits in blue; the goal magenta. */
  render(): RenderFrame | string | undefined {
    if (this.renderMode === undefined) return undefined;
    if (this.#episode.state < 0) throw new ResetNeededError("render()");
    const state = decodeTaxi(this.#episode.state);
    return this.renderMode === "ansi" ? this.#text(state) : drawTaxi(state, this.#heading);
  }

  close(): void {}

  snapshot(): EnvState {
    return { ...this.#episode.save(), heading: this.#heading, fickle: this.#fickle };
  }

  restore(saved: EnvState): void {
    const { heading, fickle } = saved as { heading: number; fickle: boolean };
    this.#episode.restore(saved);
    this.#heading = heading;
    this.#fickle = fickle;
  }

  /** The state that a fickle passenger makes of the next one: another destination once the taxi has moved with them. */
  #changeMind(state: number, next: number): number {
    const before = decodeTaxi(state);
    const after = decodeTaxi(next);
    const moved = after.row !== before.row || after.column !== before.column;
    if (before.passenger !== IN_TAXI || !moved) return next;
    this.#fickle = false;
    const others = [0, 1, 2, 3].filter((stop) => stop !== before.destination);
    return encodeTaxi({ ...after, destination: others[this.#episode.generator.integers(0, 3)] });
  }

  #info(prob: number): Info {
    return { prob, action_mask: taxiActionMask(this.#episode.state) };
  }

  #text({ row, column, passenger, destination }: TaxiState): string {
    const letters = TAXI_MAP.map((line) => [...line]);
    const paint = (at: { row: number; column: number }, change: (letter: string) => string) => {
      const line = letters[1 + at.row];
      line[2 * at.column + 1] = change(line[2 * at.column + 1]);
    };
    if (passenger === IN_TAXI) {
      paint({ row, column }, (letter) => colorize(letter === " " ? "_" : letter, "green", { highlight: true }));
    } else {
      paint({ row, column }, (letter) => colorize(letter, "yellow", { highlight: true }));
      paint(TAXI_STOPS[passenger], (letter) => colorize(letter, "blue", { bold: true }));
    }
    paint(TAXI_STOPS[destination], (letter) => colorize(letter, "magenta"));
    const action = this.#episode.lastAction === undefined ? "" : `  (${ACTIONS[this.#episode.lastAction]})`;
    return `${letters.map((line) => line.join("")).join("\n")}\n${action}\n`;
  }
}
