import { ConfigError } from "../../base/errors.ts";
import type { Env } from "../env.ts";
import { Box } from "../spaces/box.ts";
import { imageOf } from "./box-of.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";

export interface GrayscaleObservationOptions {
  /** Keeps the channel: (height, width, 1) instead of (height, width); default false. */
  readonly keepDim?: boolean;
}

/** Turns RGB images (height, width, 3) gray: 0.2125 red + 0.7154 green + 0.0721 blue, cut to a byte. */
export class GrayscaleObservation<Action> extends ObservationWrapper<Uint8Array, Action> {
  constructor(env: Env<Uint8Array, Action>, options: GrayscaleObservationOptions = {}) {
    const { shape } = imageOf(env.observationSpace, "GrayscaleObservation", [3]);
    if (shape[2] !== 3) throw new ConfigError(`Expected an image of 3 channels, got ${env.observationSpace}.`);
    const [height, width] = shape;
    super(env, {
      kwargs: options,
      observationSpace: new Box({
        low: 0,
        high: 255,
        shape: options.keepDim ? [height, width, 1] : [height, width],
        dtype: "uint8",
      }),
    });
  }

  observation(rgb: Uint8Array): Uint8Array {
    const gray = new Uint8Array(rgb.length / 3);
    for (let i = 0, j = 0; i < gray.length; i++, j += 3) {
      gray[i] = 0.2125 * rgb[j] + 0.7154 * rgb[j + 1] + 0.0721 * rgb[j + 2];
    }
    return gray;
  }
}
