import { z } from "zod";
import type { Env, EnvState, RenderFrame, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import type { RandomState } from "../../src/core/random.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { Tuple } from "../../src/core/spaces/tuple.ts";
import { parseConfig } from "../parse-config.ts";
import { drawBlackjack, type Suit } from "./blackjack-picture.ts";

const INFO = Object.freeze({});

/** Ace 1, number cards as they count, jack, queen and king 10: an endless deck. */
const DECK = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10];
const SUITS: readonly Suit[] = ["C", "D", "H", "S"];
const FACES = ["J", "Q", "K"];

/** What `new Blackjack` and `make("Blackjack-v1")` take. */
export const BlackjackConfig = z.strictObject({
  renderMode: z.enum(["rgb_array"]).optional(),
  /** 1.5 for winning with an ace and a ten from the start; without effect under `sab`. */
  natural: z.boolean().default(false),
  /** The rules of Sutton and Barto: an ace and a ten from the start win, unless the dealer has them too. */
  sab: z.boolean().default(false),
});
export type BlackjackConfig = z.output<typeof BlackjackConfig>;

/** The player's sum, the dealer's open card (1 to 10), and 1 if the player has an ace that counts 11. */
export type BlackjackObservation = readonly [sum: number, dealer: number, usableAce: number];

/**
 * Gymnasium's Blackjack: hit (1) for another card or stick (0); nearer to 21 than the dealer wins, beyond it loses. The
 * dealer draws up to 17. Rewards 1, 0 and −1. `make` plays by Sutton and Barto's rules (`sab`), as Gymnasium's does.
 */
export class Blackjack implements Env<BlackjackObservation, number> {
  static readonly metadata = { renderModes: ["rgb_array"], renderFps: 4 } as const;

  readonly config: BlackjackConfig;
  readonly actionSpace = new Discrete(2);
  readonly observationSpace = new Tuple([new Discrete(32), new Discrete(11), new Discrete(2)]);
  readonly metadata = Blackjack.metadata;

  #generator: Pcg64 | undefined;
  #running = false;
  #player: number[] = [];
  #dealer: number[] = [];
  /** The dealer's open card, for the picture. */
  #suit: Suit = "S";
  #face = "";

  constructor(config: z.input<typeof BlackjackConfig> = {}) {
    this.config = parseConfig(BlackjackConfig, config, "Blackjack");
  }

  get renderMode(): "rgb_array" | undefined {
    return this.config.renderMode;
  }

  reset({ seed }: ResetOptions = {}): Reset<BlackjackObservation> {
    if (seed !== undefined) this.#generator = new Pcg64(seed);
    this.#generator ??= new Pcg64();
    this.#dealer = [this.#card(), this.#card()];
    this.#player = [this.#card(), this.#card()];
    this.#suit = this.#choice(SUITS);
    const open = this.#dealer[0];
    this.#face = open === 1 ? "A" : open === 10 ? this.#choice(FACES) : String(open);
    this.#running = true;
    return { observation: this.#observe(), info: INFO };
  }

  step(action: number): Step<BlackjackObservation> {
    if (!this.#running) throw new ResetNeededError();
    if (!this.actionSpace.contains(action)) throw new InvalidActionError(action, this.actionSpace);
    let reward = 0;
    let terminated = true;
    if (action === 1) {
      this.#player.push(this.#card());
      terminated = total(this.#player) > 21;
      if (terminated) reward = -1;
    } else {
      while (total(this.#dealer) < 17) this.#dealer.push(this.#card());
      reward = this.#settle();
    }
    this.#running = !terminated;
    return { observation: this.#observe(), reward, terminated, truncated: false, info: INFO };
  }

  /** 600 × 500: the dealer's open card beside a covered one, the player's sum. */
  render(): RenderFrame | undefined {
    if (this.renderMode === undefined) return undefined;
    if (this.#player.length === 0) throw new ResetNeededError("render()");
    const [sum, dealer, usableAce] = this.#observe();
    return drawBlackjack({ sum, dealer, usableAce: usableAce === 1, suit: this.#suit, face: this.#face });
  }

  close(): void {}

  snapshot(): EnvState {
    return {
      generator: this.#generator?.state(),
      running: this.#running,
      player: [...this.#player],
      dealer: [...this.#dealer],
      suit: this.#suit,
      face: this.#face,
    };
  }

  restore(saved: EnvState): void {
    const { generator, running, player, dealer, suit, face } = saved as {
      generator: RandomState | undefined;
      running: boolean;
      player: number[];
      dealer: number[];
      suit: Suit;
      face: string;
    };
    this.#generator = generator && Pcg64.from(generator);
    this.#running = running;
    this.#player = [...player];
    this.#dealer = [...dealer];
    this.#suit = suit;
    this.#face = face;
  }

  #settle(): number {
    const player = score(this.#player);
    const dealer = score(this.#dealer);
    const { sab, natural } = this.config;
    if (sab && isNatural(this.#player) && !isNatural(this.#dealer)) return 1;
    if (player > dealer) return !sab && natural && isNatural(this.#player) ? 1.5 : 1;
    return player < dealer ? -1 : 0;
  }

  #card(): number {
    return this.#choice(DECK);
  }

  #choice<T>(values: readonly T[]): T {
    return values[this.#generator!.integers(0, values.length)];
  }

  #observe(): BlackjackObservation {
    return [total(this.#player), this.#dealer[0], hasUsableAce(this.#player) ? 1 : 0];
  }
}

function sum(hand: readonly number[]): number {
  return hand.reduce((points, card) => points + card, 0);
}

/** An ace that may count 11. */
function hasUsableAce(hand: readonly number[]): boolean {
  return hand.includes(1) && sum(hand) + 10 <= 21;
}

function total(hand: readonly number[]): number {
  return sum(hand) + (hasUsableAce(hand) ? 10 : 0);
}

/** 0 for a hand beyond 21. */
function score(hand: readonly number[]): number {
  const points = total(hand);
  return points > 21 ? 0 : points;
}

function isNatural(hand: readonly number[]): boolean {
  return hand.length === 2 && hand.includes(1) && hand.includes(10);
}
