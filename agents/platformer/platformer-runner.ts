import { z } from "zod";
import { workerUrl } from "../../src/base/worker-url.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Actor, Policy, PolicySource } from "../policy.ts";

export const PlatformerRunnerConfig = z.strictObject({
  /** The chance at every step that attention lapses: a random action is held for a while. */
  lapse: z.number().min(0).max(1).default(0),
  /** Shortest and longest lapse, in steps. */
  hold: z.tuple([z.int().min(1), z.int().min(1)]).default([2, 8]),
});
export type PlatformerRunnerConfig = z.input<typeof PlatformerRunnerConfig>;

const SIZE = 64; // pixels a row of the observation
const ACTIONS = 6;
const [NOOP, LEFT, RIGHT, , , JUMP_RIGHT] = [0, 1, 2, 3, 4, 5];
const FALL_REACH = 2; // pixels forward for the square root of a pixel down, with something in hand
const BODY = { width: 6, height: 10 }; // pixels

// Colours of the observation, as 0xrrggbb.
const SUIT = 0xe8453c;
const STEEL = new Set([0xb4bcc9, 0xeef2f8, 0x6c7488]); // spikes and saws
const LAVA = new Set([0xff6a1f, 0xffd04a, 0xc42a1c]);
const SOLID = new Set([
  ...[0x57b83c, 0x9be15a, 0x2f7f3a, 0x9a6238, 0x75472a, 0xb57a48], // meadow
  ...[0xa0703a, 0xe0a850, 0x6e4530, 0x7a4a48, 0x583440, 0x945c52], // dusk
  ...[0xe8f3fb, 0xfafdff, 0xa9c4dd, 0x6f7f9b, 0x54627f, 0x8494ae], // snow
  ...[0xb9773f, 0xdca265, 0x74421f], // wood
]);

/**
 * Runs to the right and jumps over what is in the way, by the pixels alone: a yardstick for evaluations and an expert
 * whose episodes may be imitated, written by hand. It waits for saws that hang over a gap, and brakes over small islands. With lapses its episodes show mistakes, too, and still
 * reach what random actions never see.
 */
export class PlatformerRunner implements Policy<Uint8Array, number> {
  readonly name = "platformer-runner";
  readonly config: z.output<typeof PlatformerRunnerConfig>;

  constructor(_spaces: unknown = {}, config: PlatformerRunnerConfig = {}) {
    this.config = PlatformerRunnerConfig.parse(config);
  }

  begin(seed: number): Actor<Uint8Array, number> {
    const { lapse, hold } = this.config;
    const random = new RandomStream(seed, "platformer-runner");
    let lastTop = SIZE;
    let lapsed = { action: NOOP, left: 0 };
    return {
      act: (observation) => {
        if (lapsed.left === 0 && random.uniform() < lapse) {
          lapsed = { action: random.integer(0, ACTIONS), left: random.integer(hold[0], hold[1] + 1) };
        }
        const sight = new Sight(observation);
        const rising = sight.top < lastTop;
        lastTop = sight.top;
        if (lapsed.left > 0) {
          lapsed.left--;
          return lapsed.action;
        }
        if (sight.grounded && !rising) return sight.onGround();
        return rising ? JUMP_RIGHT : sight.falling();
      },
    };
  }

  /** What `collect` takes as a behaviour, so that any thread can make this policy. */
  static behaviour(options: PlatformerRunnerConfig = {}): PolicySource {
    return { module: workerUrl(import.meta.url, "platformer-runner").href, export: "PlatformerRunner", options };
  }
}

/** What one observation shows around the player. */
class Sight {
  readonly #pixels: Uint8Array;
  /** Left and top of the player's box, in pixels of the view. */
  readonly left: number;
  readonly top: number;

  constructor(pixels: Uint8Array) {
    this.#pixels = pixels;
    let left = SIZE;
    let first = -1;
    for (let y = 0; y < SIZE && (first < 0 || y < first + BODY.height); y++) {
      for (let x = 0; x < SIZE; x++) {
        if (this.#colour(x, y) !== SUIT) continue;
        if (first < 0) first = y;
        left = Math.min(left, x);
      }
    }
    this.left = left;
    this.top = first < 0 ? 0 : first - 1; // the suit begins below an outline
  }

  get feet(): number {
    return this.top + BODY.height;
  }

  get front(): number {
    return this.left + BODY.width;
  }

  get grounded(): boolean {
    return this.#any(SOLID, { x: this.left, width: BODY.width, y: this.feet, height: 1 });
  }

  onGround(): number {
    const { front, feet } = this;
    const obstacle = this.#any(SOLID, { x: front, width: 6, y: feet - 4, height: 2 });
    const blade = this.#any(STEEL, { x: front, width: 9, y: feet - 6, height: 6 });
    const level = this.#any(SOLID, { x: front, width: 1, y: feet, height: 1 });
    const edge = !level && !(this.#safe(front + 3) && this.#safe(front + 8) && this.#safe(front + 12));
    if (!obstacle && !blade && !edge) return RIGHT;
    const hanging = this.#any(STEEL, { x: front + 2, width: 20, y: feet - 26, height: 18 });
    const lurking = edge && this.#any(STEEL, { x: front, width: 26, y: feet - 8, height: 9 });
    if (hanging || lurking) return this.#safe(front + 1) ? NOOP : LEFT;
    return JUMP_RIGHT;
  }

  /** Goes on where the fall would end well at full speed; else brakes over what would end it well. */
  falling(): number {
    const { left, front } = this;
    const reach = Math.round(FALL_REACH * Math.sqrt(this.#depth(left + BODY.width / 2)));
    if (this.#safe(left + reach) && this.#safe(front + reach)) return RIGHT;
    return this.#safe(front) || this.#safe(left + 2) ? LEFT : RIGHT;
  }

  /** Pixels from the feet down to whatever is there. */
  #depth(x: number): number {
    let y = this.feet;
    const ends = (colour: number) => SOLID.has(colour) || STEEL.has(colour) || LAVA.has(colour);
    while (y < SIZE && !ends(this.#colour(x, y))) y++;
    return y - this.feet;
  }

  /** Whether somebody falling down a column lands on something that does not kill. */
  #safe(x: number): boolean {
    for (let y = Math.max(0, this.feet - 1); y < SIZE; y++) {
      const colour = this.#colour(Math.min(x, SIZE - 1), y);
      if (SOLID.has(colour)) return true;
      if (STEEL.has(colour) || LAVA.has(colour)) return false;
    }
    return false;
  }

  #any(colours: ReadonlySet<number>, { x, y, width, height }: Record<"x" | "y" | "width" | "height", number>): boolean {
    for (let row = Math.max(0, y); row < Math.min(SIZE, y + height); row++) {
      for (let column = x; column < Math.min(SIZE, x + width); column++) {
        if (colours.has(this.#colour(column, row))) return true;
      }
    }
    return false;
  }

  #colour(x: number, y: number): number {
    const at = (y * SIZE + x) * 3;
    return (this.#pixels[at] << 16) | (this.#pixels[at + 1] << 8) | this.#pixels[at + 2];
  }
}
