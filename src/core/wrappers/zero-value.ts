import { ConfigError } from "../../base/errors.ts";
import { concatenate } from "../spaces/batch-values.ts";
import { Box } from "../spaces/box.ts";
import { Dict } from "../spaces/dict.ts";
import { Discrete } from "../spaces/discrete.ts";
import { DTYPES, type SpaceDType } from "../spaces/dtype.ts";
import { Graph } from "../spaces/graph.ts";
import { MultiBinary } from "../spaces/multi-binary.ts";
import { MultiDiscrete } from "../spaces/multi-discrete.ts";
import { OneOf } from "../spaces/one-of.ts";
import { Sequence } from "../spaces/sequence.ts";
import type { Space } from "../spaces/space.ts";
import { Text } from "../spaces/text.ts";
import { Tuple } from "../spaces/tuple.ts";

/** The value of a space that is nearest to zero: zeros within a Box's bounds, a Discrete's start, the least text. */
export function zeroValue<T>(space: Space<T>): T {
  return zero(space) as T;
}

function zero(space: Space<unknown>): unknown {
  if (space instanceof Box) {
    const { low, high, dtype, flatSize } = space as Box<SpaceDType>;
    const value = new DTYPES[dtype].array(flatSize);
    for (let i = 0; i < flatSize; i++) value[i] = Math.min(Math.max(0, low[i]), high[i]);
    return value;
  }
  if (space instanceof Discrete) return space.start;
  if (space instanceof MultiDiscrete) return space.start.slice();
  if (space instanceof MultiBinary) return new Int8Array(space.flatSize);
  if (space instanceof Text) return [...space.charset][0].repeat(space.minLength);
  if (space instanceof Tuple) return space.spaces.map(zero);
  if (space instanceof Dict) {
    return Object.fromEntries(Object.entries<Space<unknown>>(space.spaces).map(([name, part]) => [name, zero(part)]));
  }
  if (space instanceof OneOf) return { index: 0, value: zero(space.spaces[0]) };
  if (space instanceof Sequence) return space.stack ? batchOfOne(space.featureSpace) : [];
  if (space instanceof Graph) {
    const { nodeSpace, edgeSpace } = space as Graph<Space<unknown>, Space<unknown> | null>;
    const nodes = batchOfOne(nodeSpace); // one node, with an edge to itself
    return edgeSpace
      ? { nodes, edges: batchOfOne(edgeSpace), edgeLinks: new Int32Array(2) }
      : { nodes, edges: null, edgeLinks: null };
  }
  throw new ConfigError(`Expected a space with a zero, got ${space}. Give the value to use instead.`);
}

function batchOfOne(space: Space<unknown>): unknown {
  return concatenate(space, [zero(space)]);
}
