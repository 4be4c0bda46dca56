import { ConfigError, describe } from "../../base/errors.ts";
import { DTYPES, type SpaceDType } from "./dtype.ts";
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

/** The array that a space's values flatten to: float64 as soon as one of its parts needs it. */
export function flatArrayOf(space: Space<unknown>): typeof Float32Array | typeof Float64Array {
  const { dtype, spaces = {} } = space as { dtype?: SpaceDType; spaces?: Readonly<Record<string, Space<unknown>>> };
  const wide = Object.values(spaces).some((part) => flatArrayOf(part) === Float64Array);
  return wide || (dtype !== undefined && DTYPES[dtype].flat === Float64Array) ? Float64Array : Float32Array;
}

/** Whether two lists of spaces are equal, one by one. */
export function isAlike(spaces: readonly Space<unknown>[], others: readonly Space<unknown>[]): boolean {
  return spaces.length === others.length && spaces.every((space, i) => space.equals(others[i]));
}

/** Refuses a part of a composed space that is no space itself. */
export function checkPart(whole: string, part: string | number, space: unknown): void {
  if (typeof space === "object" && space !== null && "sample" in space && "contains" in space) return;
  throw new ConfigError(`Expected a space as part ${part} of a ${whole}, got ${describe(space)}.`);
}

/** What `flatten`, `unflatten` and `flatSize` throw where the length of a value is its own. */
export function notFlattenable(space: Space<unknown>): ConfigError {
  return new ConfigError(
    `Expected a space that flattens to a vector of one length, got ${space}. Use the functions flatten and flattenSpace, which keep the structure.`,
  );
}
