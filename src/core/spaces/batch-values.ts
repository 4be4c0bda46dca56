import { ConfigError, describe } from "../../base/errors.ts";
import type { BatchedValue } from "./batch-space.ts";
import { Box } from "./box.ts";
import { Dict } from "./dict.ts";
import { Discrete } from "./discrete.ts";
import { DTYPES, type TypedArray } from "./dtype.ts";
import type { Graph } from "./graph.ts";
import { MultiBinary } from "./multi-binary.ts";
import { MultiDiscrete } from "./multi-discrete.ts";
import type { Sequence } from "./sequence.ts";
import type { Space, SpaceValue } from "./space.ts";
import type { Text } from "./text.ts";
import { Tuple } from "./tuple.ts";

/**
 * Room for `n` values of `space`, in the form of `batchSpace(space, n)`'s values: zeros where they are arrays, else a
 * list of the emptiest values there are (Gymnasium's `create_empty_array`). They need not lie in the space.
 */
export function createEmptyArray<S extends Space<unknown>>(space: S, n = 1): BatchedValue<S> {
  return empty(space, n) as BatchedValue<S>;
}

function empty(space: Space<unknown>, n: number): unknown {
  if (space instanceof Box) return new DTYPES[(space as Box).dtype].array(n * space.flatSize);
  if (space instanceof Discrete) return new Int32Array(n);
  if (space instanceof MultiDiscrete) return new Int32Array(n * space.nvec.length);
  if (space instanceof MultiBinary) return new Int8Array(n * space.flatSize);
  if (space instanceof Tuple || space instanceof Dict) return mapParts(space, (part) => empty(part, n));
  return Array.from({ length: n }, () => emptyValue(space));
}

function emptyValue(space: Space<unknown>): unknown {
  switch (space.type) {
    case "Text": {
      const { characters, minLength } = space as Text;
      return characters[0].repeat(minLength);
    }
    case "Sequence": {
      const { stack, featureSpace } = space as unknown as Sequence<Space<unknown>, boolean>;
      return stack ? empty(featureSpace, 1) : [];
    }
    case "Graph": {
      const { nodeSpace, edgeSpace } = space as unknown as Graph<Space<unknown>, Space<unknown> | null>;
      if (!edgeSpace) return { nodes: empty(nodeSpace, 1), edges: null, edgeLinks: null };
      return { nodes: empty(nodeSpace, 1), edges: empty(edgeSpace, 1), edgeLinks: new Int32Array(2) };
    }
    default:
      return undefined; // a OneOf has no first choice, and of a custom space nothing is known
  }
}

/**
 * Puts values of `space` side by side, into `out` where it is given; answers with the batch (Gymnasium's `concatenate`).
 * Arrays are copied; values without a common shape (Text, Sequence, OneOf, Graph) become a list.
 */
export function concatenate<S extends Space<unknown>>(
  space: S,
  items: readonly SpaceValue<S>[],
  out: BatchedValue<S> = createEmptyArray(space, items.length),
): BatchedValue<S> {
  items.forEach((item, i) => {
    writeSlot(space, out, i, item);
  });
  return out;
}

/** Copies one value into place `index` of a batch; the batch may lie in shared memory. */
export function writeSlot<S extends Space<unknown>>(
  space: S,
  batch: BatchedValue<S>,
  index: number,
  value: SpaceValue<S>,
): void {
  write(space, batch, index, value);
}

function write(space: Space<unknown>, batch: unknown, index: number, value: unknown): void {
  if (space instanceof Tuple || space instanceof Dict) {
    const places = batch as Record<string, unknown>;
    const values = value as Record<string, unknown>;
    mapParts(space, (part, name) => write(part, places[name], index, values[name]));
  } else if (space instanceof Box || space instanceof MultiDiscrete || space instanceof MultiBinary) {
    (batch as TypedArray).set(value as TypedArray, index * (value as TypedArray).length);
  } else {
    (batch as unknown[])[index] = value; // a number of an Int32Array, or an entry of a list
  }
}

/** The value at place `index` of a batch; arrays are views into it, not copies. */
export function readSlot<S extends Space<unknown>>(space: S, batch: BatchedValue<S>, index: number): SpaceValue<S> {
  return read(space, batch, index) as SpaceValue<S>;
}

function read(space: Space<unknown>, batch: unknown, index: number): unknown {
  if (space instanceof Tuple || space instanceof Dict) {
    const places = batch as Record<string, unknown>;
    return mapParts(space, (part, name) => read(part, places[name], index));
  }
  const size = slotSize(space);
  if (size === undefined) return (batch as unknown[])[index];
  return (batch as TypedArray).subarray(index * size, (index + 1) * size);
}

/** Elements of one value; undefined where a value takes one place of its batch. */
function slotSize(space: Space<unknown>): number | undefined {
  if (space instanceof Box || space instanceof MultiBinary) return space.flatSize;
  return space instanceof MultiDiscrete ? space.nvec.length : undefined;
}

/**
 * The single values of a batch, in order (Gymnasium's `iterate`): `batched` is the space of the batch, but how many
 * there are is told by the values. Arrays are views, not copies; a MultiDiscrete of one axis gives numbers.
 */
export function iterate(batched: Space<unknown>, items: unknown): unknown[] {
  if (batched instanceof Tuple || batched instanceof Dict) return iterateParts(batched, items);
  if (!(batched instanceof Box || batched instanceof MultiDiscrete || batched instanceof MultiBinary)) {
    throw new ConfigError(`Expected a batched space, got ${batched}. Make it with batchSpace.`);
  }
  const { shape } = batched;
  if (shape.length === 0) throw new ConfigError(`Expected a batched space with a first axis, got ${batched}.`);
  if (!ArrayBuffer.isView(items)) throw new ConfigError(`Expected values of ${batched}, got ${describe(items)}.`);
  const array = items as TypedArray;
  const size = shape.slice(1).reduce((product, length) => product * length, 1);
  const count = size === 0 ? shape[0] : array.length / size;
  if (!Number.isInteger(count)) {
    throw new ConfigError(`Expected a multiple of ${size} elements for ${batched}, got ${array.length}.`);
  }
  if (batched instanceof MultiDiscrete && shape.length === 1) return [...array];
  return Array.from({ length: count }, (_, i) => array.subarray(i * size, (i + 1) * size));
}

/** Part by part, turned inside out; a Tuple of copies (of Text, Sequence, …) is a list of values already. */
function iterateParts(
  batched: Tuple<readonly Space<unknown>[]> | Dict<Record<string, Space<unknown>>>,
  items: unknown,
) {
  if (batched instanceof Tuple && !batched.spaces.every(isIterable)) {
    if (!Array.isArray(items)) throw new ConfigError(`Expected a list for ${batched}, got ${describe(items)}.`);
    return [...items];
  }
  if (typeof items !== "object" || items === null) {
    throw new ConfigError(`Expected values of ${batched}, got ${describe(items)}.`);
  }
  const columns: Record<string, unknown[]> = {};
  mapParts(batched, (part, name) => {
    columns[name] = iterate(part, (items as Record<string, unknown>)[name]);
  });
  const lengths = Object.values(columns).map((column) => column.length);
  if (lengths.some((length) => length !== lengths[0])) {
    throw new ConfigError(`Expected parts of one length for ${batched}, got ${lengths.join(", ")}.`);
  }
  return Array.from({ length: lengths[0] }, (_, i) => mapParts(batched, (_part, name) => columns[name][i]));
}

function isIterable(space: Space<unknown>): boolean {
  const kinds = [Box, Discrete, MultiDiscrete, MultiBinary, Tuple, Dict];
  return kinds.some((kind) => space instanceof kind);
}

/** A list for a Tuple's parts, an object for a Dict's. */
function mapParts(
  space: Tuple<readonly Space<unknown>[]> | Dict<Record<string, Space<unknown>>>,
  entry: (part: Space<unknown>, name: string) => unknown,
): unknown {
  if (space instanceof Tuple) return space.spaces.map((part, i) => entry(part, String(i)));
  return Object.fromEntries(Object.entries(space.spaces).map(([name, part]) => [name, entry(part, name)]));
}
