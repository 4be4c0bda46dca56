import { type Parameters, sizeOf } from "./array.ts";

/** How many numbers a model has to learn. */
export function countParameters(parameters: Parameters): number {
  return Object.values(parameters).reduce((count, { shape }) => count + sizeOf(shape), 0);
}
