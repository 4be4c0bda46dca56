import { z } from "zod";
import { ConfigError, describe } from "../../src/base/errors.ts";
import type { Env } from "../../src/core/env.ts";
import { CarRacing, CarRacingConfig } from "./car-racing.ts";
import { CarRacingFrames } from "./car-racing-frames.ts";

/** What `make("CarRacing-v3")` takes: the environment's own options, and what its frames are like. */
export const CarRacingOptions = CarRacingConfig.extend({
  /** `original`: 96 × 96 with the instruments; `world-models`: 64 × 64 without them, see CarRacingFrames. */
  frames: z.enum(["original", "world-models"]).default("original"),
});
export type CarRacingOptions = z.input<typeof CarRacingOptions>;

export function makeCarRacing(options: CarRacingOptions = {}): Env<Uint8Array, Float32Array | number> {
  const parsed = CarRacingOptions.safeParse(options);
  if (!parsed.success) {
    throw new ConfigError(
      `Expected options of CarRacing-v3, got ${describe(options)}.\n${z.prettifyError(parsed.error)}`,
    );
  }
  const { frames, ...config } = parsed.data;
  const env: Env<Uint8Array, Float32Array | number> = new CarRacing<boolean>(config);
  return frames === "world-models" ? new CarRacingFrames(env) : env;
}
