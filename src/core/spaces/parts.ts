import { ConfigError } from "../../base/errors.ts";
import type { Space } from "./space.ts";

/** Flat vectors one after the other; float64 as soon as one of them is. */
export function joinFlat(parts: readonly (Float32Array | Float64Array)[]): Float32Array | Float64Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = parts.some((part) => part instanceof Float64Array)
    ? new Float64Array(length)
    : new Float32Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** The flat vector of each space, cut out of their concatenation. */
export function splitFlat(flat: ArrayLike<number>, spaces: readonly Space<unknown>[]): Float64Array[] {
  const whole = Float64Array.from(flat);
  const length = spaces.reduce((sum, space) => sum + space.flatSize, 0);
  if (whole.length !== length)
    throw new ConfigError(`Expected a flat vector of length ${length}, got ${whole.length}.`);
  let offset = 0;
  return spaces.map((space) => {
    const part = whole.subarray(offset, offset + space.flatSize);
    offset += space.flatSize;
    return part;
  });
}
