import { z } from "zod";
import { ConfigError, describe } from "../../src/base/errors.ts";
import type { Env } from "../../src/core/env.ts";
import { CarRacing, CarRacingConfig } from "./car-racing.ts";
import { CarRacingFrames } from "./car-racing-frames.ts";
import { CarRacingPace, EPISODE_FRAMES } from "./car-racing-pace.ts";

/** What `make("CarRacing-v3")` takes: the environment's own options, and what its frames are like. */
export const CarRacingOptions = CarRacingConfig.extend({
  /** `original`: 96 × 96 with the instruments; `world-models`: 64 × 64 without them, see CarRacingFrames. */
  frames: z.enum(["original", "world-models"]).default("original"),
  /** Frames that each action lasts, see CarRacingPace. */
  frameSkip: z.int().positive().default(1),
  /** Frames before the first action; fifty until the camera is down. */
  idleFrames: z
    .int()
    .min(0)
    .max(EPISODE_FRAMES - 1)
    .default(0),
});
export type CarRacingOptions = z.input<typeof CarRacingOptions>;

export function makeCarRacing(options: CarRacingOptions = {}): Env<Uint8Array, Float32Array | number> {
  const parsed = CarRacingOptions.safeParse(options);
  if (!parsed.success) {
    throw new ConfigError(
      `Expected options of CarRacing-v3, got ${describe(options)}.\n${z.prettifyError(parsed.error)}`,
    );
  }
  const { frames, frameSkip, idleFrames, ...config } = parsed.data;
  const game = new CarRacing<boolean>(config);
  const paced = frameSkip > 1 || idleFrames > 0;
  const env: Env<Uint8Array, Float32Array | number> = paced ? new CarRacingPace(game, { frameSkip, idleFrames }) : game;
  return frames === "world-models" ? new CarRacingFrames(env) : env;
}
