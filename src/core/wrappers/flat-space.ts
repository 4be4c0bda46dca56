import { ConfigError } from "../../base/errors.ts";
import { RandomStream } from "../random.ts";
import { Box } from "../spaces/box.ts";
import { Dict } from "../spaces/dict.ts";
import type { Space } from "../spaces/space.ts";
import { Tuple } from "../spaces/tuple.ts";

/** The one-dimensional Box of `space.flatten(value)`: a Box's own bounds, 0 to 1 for what is counted or one-hot. */
export function flatSpace(space: Space<unknown>): Box<"float32"> | Box<"float64"> {
  const low: number[] = [];
  const high: number[] = [];
  addBounds(space, low, high);
  if (low.length !== space.flatSize) {
    throw new ConfigError(`Expected a space of a fixed size to flatten, got ${space}.`);
  }
  const shape = [space.flatSize];
  const sample = space.flatten(space.sample(new RandomStream(0, "flatSpace"))); // which of the two arrays it answers with
  return sample instanceof Float64Array
    ? new Box({ low, high, shape, dtype: "float64" })
    : new Box({ low, high, shape, dtype: "float32" });
}

function addBounds(space: Space<unknown>, low: number[], high: number[]): void {
  if (space instanceof Box) {
    for (let i = 0; i < space.flatSize; i++) {
      low.push(space.boundedBelow[i] ? space.low[i] : -Infinity);
      high.push(space.boundedAbove[i] ? space.high[i] : Infinity);
    }
  } else if (space instanceof Tuple || space instanceof Dict) {
    for (const part of Object.values<Space<unknown>>(space.spaces)) addBounds(part, low, high);
  } else {
    const most = space.type === "Text" ? Infinity : 1;
    for (let i = 0; i < space.flatSize; i++) {
      low.push(most === 1 ? 0 : -Infinity);
      high.push(most);
    }
  }
}
