import { z } from "zod";
import { ConfigError } from "../base/errors.ts";
import { DTYPES, type SpaceDType, type TypedArray } from "../core/spaces/dtype.ts";
import type { Space } from "../core/spaces/space.ts";

/** Element types that a stored array may have. */
export const ElementType = z.enum(Object.keys(DTYPES) as [SpaceDType, ...SpaceDType[]]);

/** How one value of a space lies in memory: row-major, `shape` empty for a single number. */
export const ArrayLayout = z.strictObject({ dtype: ElementType, shape: z.array(z.int().min(0)) });
export type ArrayLayout = z.infer<typeof ArrayLayout>;

const ELEMENT_BYTES: Readonly<Record<SpaceDType, number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  float64: 8,
  int64: 8,
  bool: 1,
};

/** Numbers in one value. */
export function layoutSize(layout: ArrayLayout): number {
  return layout.shape.reduce((product, extent) => product * extent, 1);
}

/** Bytes of one value. */
export function layoutBytes(layout: ArrayLayout): number {
  return layoutSize(layout) * ELEMENT_BYTES[layout.dtype];
}

/** Room for `count` values, all zero. */
export function allocate(layout: ArrayLayout, count: number): TypedArray {
  return new DTYPES[layout.dtype].array(count * layoutSize(layout));
}

/** The bytes seen as numbers of this layout; copied only where their place in memory is not aligned. */
export function viewAs(layout: ArrayLayout, bytes: Uint8Array): TypedArray {
  const Numbers = DTYPES[layout.dtype].array as unknown as new (
    buffer: ArrayBufferLike,
    offset: number,
    length: number,
  ) => TypedArray;
  const elementBytes = ELEMENT_BYTES[layout.dtype];
  const aligned = bytes.byteOffset % elementBytes === 0 ? bytes : bytes.slice();
  return new Numbers(aligned.buffer, aligned.byteOffset, aligned.byteLength / elementBytes);
}

/** The bytes under an array of numbers, not copied. */
export function bytesOf(numbers: TypedArray): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** How values of a space are stored: Box as it is, Discrete and MultiDiscrete as int32, MultiBinary as int8. */
export function layoutOf(space: Space<unknown>): ArrayLayout {
  const shape = "shape" in space && Array.isArray(space.shape) ? [...(space.shape as number[])] : [];
  switch (space.type) {
    case "Box":
      return { dtype: ElementType.parse("dtype" in space ? space.dtype : undefined), shape };
    case "Discrete":
      return { dtype: "int32", shape: [] };
    case "MultiDiscrete":
      return { dtype: "int32", shape };
    case "MultiBinary":
      return { dtype: "int8", shape };
    default:
      throw new ConfigError(
        `Expected a Box, Discrete, MultiDiscrete or MultiBinary space to store values of, got ${space}. ` +
          "Flatten the environment's spaces first (FlattenObservation).",
      );
  }
}

/** Puts one value (a number or an array of numbers) at place `index` of `numbers`. */
export function writeValue(numbers: TypedArray, layout: ArrayLayout, index: number, value: unknown): void {
  if (typeof value === "number") numbers[index] = value;
  else numbers.set(value as ArrayLike<number>, index * layoutSize(layout));
}
