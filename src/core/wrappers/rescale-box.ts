import { ConfigError } from "../../base/errors.ts";
import { Box } from "../spaces/box.ts";
import type { SpaceDType, TypedArray } from "../spaces/dtype.ts";

/** A bound for all elements, or one each. */
export type Bounds = number | ArrayLike<number>;

/** A linear map between two boxes of one shape. */
export interface Rescaling {
  /** The box that is mapped to. */
  readonly box: Box<SpaceDType>;
  /** From the old box to the new one; a new array of the box's type. */
  readonly forward: (value: TypedArray) => TypedArray;
  readonly backward: (value: TypedArray) => TypedArray;
}

/**
 * Maps a float box onto new bounds, element by element; where a bound is infinite, the new one must be so too, and the
 * element is only shifted. Gradients and products are rounded to the box's type where numpy rounds them.
 */
export function rescaleBox(box: Box<SpaceDType>, newLow: Bounds, newHigh: Bounds): Rescaling {
  const { dtype, shape, flatSize } = box;
  if (!dtype.startsWith("float")) {
    throw new ConfigError(`Expected a box of floats to rescale, got ${box}. Put DtypeObservation around it first.`);
  }
  const round = dtype === "float32" ? Math.fround : (x: number) => x;
  const low = spread(newLow, flatSize, "low");
  const high = spread(newHigh, flatSize, "high");
  const gradient = new Float64Array(flatSize).fill(1);
  const intercept = new Float64Array(flatSize);
  for (let i = 0; i < flatSize; i++) {
    checkInfinity(low[i], box.low[i]);
    checkInfinity(high[i], box.high[i]);
    if (!(low[i] <= high[i])) throw new ConfigError(`Expected low ≤ high, got ${low[i]} > ${high[i]} at element ${i}.`);
    const below = Number.isFinite(low[i]);
    const above = Number.isFinite(high[i]);
    if (below && above) gradient[i] = round((high[i] - low[i]) / (box.high[i] - box.low[i]));
    if (below) intercept[i] = round(round(gradient[i] * -box.low[i]) + low[i]);
    else if (above) intercept[i] = round(high[i] - box.high[i]);
  }
  const target = new Box({ low, high, shape, dtype });
  const map = (value: TypedArray, into: Box<SpaceDType>, fn: (x: number, i: number) => number): TypedArray => {
    const mapped = value.slice();
    for (let i = 0; i < mapped.length; i++) {
      mapped[i] = Math.min(Math.max(fn(value[i], i), into.low[i]), into.high[i]); // rounding may lead out by a digit
    }
    return mapped;
  };
  return {
    box: target,
    forward: (value) => map(value, target, (x, i) => round(round(gradient[i] * x) + intercept[i])),
    backward: (value) => map(value, box, (x, i) => round(round(x - intercept[i]) / gradient[i])),
  };
}

function spread(bounds: Bounds, size: number, name: string): Float64Array {
  if (typeof bounds === "number") return new Float64Array(size).fill(bounds);
  if (bounds.length !== size) {
    throw new ConfigError(`Expected the new ${name} to be a number or ${size} numbers, got ${bounds.length}.`);
  }
  return Float64Array.from(bounds);
}

function checkInfinity(bound: number, before: number): void {
  if (bound === before || (Number.isFinite(bound) && Number.isFinite(before))) return;
  throw new ConfigError(`Expected an infinite bound to stay as it is, got ${bound} instead of ${before}.`);
}
