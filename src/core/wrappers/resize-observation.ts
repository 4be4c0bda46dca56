import { ConfigError, describe } from "../../base/errors.ts";
import type { Env } from "../env.ts";
import { Box } from "../spaces/box.ts";
import { imageOf } from "./box-of.ts";
import { ObservationWrapper } from "./observation-wrapper.ts";
import { resizeArea } from "./resize-area.ts";

export interface ResizeObservationOptions {
  /** Height and width. */
  readonly shape: readonly [number, number];
}

/** Resizes images (height, width) or (height, width, channels) by area, as OpenCV's INTER_AREA does. */
export class ResizeObservation<Action> extends ObservationWrapper<Uint8Array, Action> {
  readonly #from: { readonly height: number; readonly width: number; readonly channels: number };
  readonly #to: { readonly height: number; readonly width: number };

  constructor(env: Env<Uint8Array, Action>, options: ResizeObservationOptions) {
    const [height, width, channels] = imageOf(env.observationSpace, "ResizeObservation", [2, 3]).shape;
    const { shape } = options;
    if (shape.length !== 2 || !shape.every((size) => Number.isInteger(size) && size > 0)) {
      throw new ConfigError(`Expected shape to be [height, width], two integers ≥ 1, got ${describe(shape)}.`);
    }
    super(env, {
      kwargs: options,
      observationSpace: new Box({
        low: 0,
        high: 255,
        shape: channels === undefined ? shape : [...shape, channels],
        dtype: "uint8",
      }),
    });
    this.#from = { height, width, channels: channels ?? 1 };
    this.#to = { height: shape[0], width: shape[1] };
  }

  observation(observation: Uint8Array): Uint8Array {
    return resizeArea(observation, this.#from, this.#to);
  }
}
