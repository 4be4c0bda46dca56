import { andThen } from "../../src/core/awaitable.ts";
import type { Awaitable, Env, Reset, ResetOptions, Step } from "../../src/core/env.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Wrapper } from "../../src/core/wrappers/wrapper.ts";

const FROM = 96; // pixels a row of CarRacing's observation
const FROM_ROWS = 84; // what lies above its strip of instruments
const TO = 64; // pixels, both ways
const CHANNELS = 3;
const ROW = TO * CHANNELS; // bytes

// An output pixel covers 3/2 × 21/16 pixels: 3 × 21 parts of 1/2 × 1/16.
const DOWN = 21;
const DOWN_PARTS = 16; // of a pixel
const HALF_AREA = 31; // of 63
const RECIPROCAL = 66577; // 2²² / 63, for the floor of n / 63 up to 63 · 255 + 31
/** Rows at their new width, in thirds; the two that are never written stand below the last. */
const NARROW = new Uint16Array((FROM_ROWS + 2) * ROW);

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
  // Of each three pixels in a row, the outer two count fully and the middle one by half: 2, 1 and 1, 2.
  for (let from = 0, to = 0; from < FROM_ROWS * FROM * CHANNELS; from += 3 * CHANNELS, to += 2 * CHANNELS) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      const middle = observation[from + channel + CHANNELS];
      NARROW[to + channel] = 2 * observation[from + channel] + middle;
      NARROW[to + channel + CHANNELS] = middle + 2 * observation[from + channel + 2 * CHANNELS];
    }
  }
  const frame = new Uint8Array(TO * ROW);
  let to = 0;
  for (let y = 0; y < TO; y++) {
    const first = Math.floor((y * DOWN) / DOWN_PARTS);
    const skipped = y * DOWN - first * DOWN_PARTS; // parts of the first row that are the pixel's above
    const upper = DOWN_PARTS - skipped;
    const middle = Math.min(DOWN_PARTS, DOWN - upper);
    const lower = DOWN - upper - middle;
    const end = (first + 1) * ROW;
    for (let i = first * ROW; i < end; i++) {
      const sum = upper * NARROW[i] + middle * NARROW[i + ROW] + lower * NARROW[i + 2 * ROW];
      frame[to++] = ((sum + HALF_AREA) * RECIPROCAL) >>> 22; // sum / AREA, rounded
    }
  }
  return frame;
}
