import { ConfigError } from "../../base/errors.ts";
import { Box } from "../spaces/box.ts";
import type { SpaceDType } from "../spaces/dtype.ts";
import type { Space } from "../spaces/space.ts";

/** The space as a Box; refuses every other kind in the name of the wrapper that needs one. */
export function boxOf(space: Space<unknown>, wrapper: string): Box<SpaceDType> {
  if (space instanceof Box) return space as Box<SpaceDType>;
  throw new ConfigError(`Expected a Box for ${wrapper}, got ${space}. Try FlattenObservation first.`);
}

/** The space as a Box of bytes, 0 to 255, of one of these numbers of dimensions. */
export function imageOf(space: Space<unknown>, wrapper: string, dimensions: readonly number[]): Box<"uint8"> {
  const box = boxOf(space, wrapper);
  const whole = box.low.every((bound) => bound === 0) && box.high.every((bound) => bound === 255);
  if (box.dtype !== "uint8" || !whole || !dimensions.includes(box.shape.length)) {
    throw new ConfigError(
      `Expected an image, a Box of uint8 from 0 to 255 with ${dimensions.join(" or ")} dimensions, for ${wrapper}, got ${box}.`,
    );
  }
  return box as Box<"uint8">;
}
