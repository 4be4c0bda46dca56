import { andThen } from "../../src/core/awaitable.ts";
import type { Awaitable, Env, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Wrapper } from "../../src/core/wrappers/wrapper.ts";

const FROM = 96; // pixels a row of CarRacing's observation
const FROM_ROWS = 84; // what lies above its strip of instruments
const TO = 64; // pixels, both ways
const CHANNELS = 3;

/** Which source pixels an output pixel covers, and by how many parts each. */
interface Cover {
  /** First source pixel by output pixel. */
  readonly first: Uint8Array;
  /** Parts of it and of the two that follow, (TO × 3); each output pixel's sum to `parts`. */
  readonly weights: Uint8Array;
  readonly parts: number;
}

const ROWS = cover(FROM_ROWS); // 21 / 16 of a pixel each
const COLUMNS = cover(FROM); // 3 / 2
const AREA = ROWS.parts * COLUMNS.parts;

/**
 * CarRacing as World Models sees it: the rows above the instruments, 64 × 64 × 3 bytes. Each pixel is the mean of the area
 * that it covers.
 */
export class CarRacingFrames<Action> extends Wrapper<Uint8Array, Action> {
  readonly #space = new Box({ low: 0, high: 255, shape: [TO, TO, CHANNELS], dtype: "uint8" });

  constructor(env: Env<Uint8Array, Action>) {
    super(env);
  }

  override get observationSpace(): Box<"uint8"> {
    return this.#space;
  }

  override reset(options?: ResetOptions): Awaitable<Reset<Uint8Array>> {
    return andThen(this.env.reset(options), (reset) => ({
      ...reset,
      observation: worldModelsFrame(reset.observation),
    }));
  }

  override step(action: Action): Awaitable<Step<Uint8Array>> {
    return andThen(this.env.step(action), this.#shrink);
  }

  readonly #shrink = (step: Step<Uint8Array>): Step<Uint8Array> => ({
    ...step,
    observation: worldModelsFrame(step.observation),
  });
}

/** Rows 0–83 of a 96 × 96 × 3 observation as 64 × 64 × 3. */
function worldModelsFrame(observation: Uint8Array): Uint8Array {
  const frame = new Uint8Array(TO * TO * CHANNELS);
  let out = 0;
  for (let y = 0; y < TO; y++) {
    for (let x = 0; x < TO; x++, out += CHANNELS) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let i = 0; i < 3; i++) {
        const rowWeight = ROWS.weights[3 * y + i];
        if (rowWeight === 0) continue;
        let from = ((ROWS.first[y] + i) * FROM + COLUMNS.first[x]) * CHANNELS;
        for (let j = 0; j < 3; j++, from += CHANNELS) {
          const weight = rowWeight * COLUMNS.weights[3 * x + j];
          if (weight === 0) continue;
          red += weight * observation[from];
          green += weight * observation[from + 1];
          blue += weight * observation[from + 2];
        }
      }
      frame[out] = Math.round(red / AREA);
      frame[out + 1] = Math.round(green / AREA);
      frame[out + 2] = Math.round(blue / AREA);
    }
  }
  return frame;
}

/** `pixels` source pixels shared among TO output pixels, in whole parts. */
function cover(pixels: number): Cover {
  let divisor = TO;
  while (pixels % divisor !== 0 || TO % divisor !== 0) divisor /= 2; // TO is a power of two
  const parts = pixels / divisor; // of an output pixel
  const whole = TO / divisor; // parts of a source pixel
  const first = new Uint8Array(TO);
  const weights = new Uint8Array(TO * 3);
  for (let to = 0; to < TO; to++) {
    first[to] = Math.floor((to * parts) / whole);
    for (let part = to * parts; part < (to + 1) * parts; part++) {
      weights[3 * to + Math.floor(part / whole) - first[to]]++;
    }
  }
  return { first, weights, parts };
}
