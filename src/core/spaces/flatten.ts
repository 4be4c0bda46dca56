import { ConfigError, describe } from "../../base/errors.ts";
import { batchSpace } from "./batch-space.ts";
import { concatenate, iterate } from "./batch-values.ts";
import { Box } from "./box.ts";
import { Dict } from "./dict.ts";
import { Graph } from "./graph.ts";
import { OneOf } from "./one-of.ts";
import { flatArrayOf } from "./parts.ts";
import { Sequence } from "./sequence.ts";
import type { Space } from "./space.ts";
import { Text } from "./text.ts";
import { Tuple } from "./tuple.ts";

/** One vector, or, where a space has no length of its own, vectors in the space's structure. */
export type FlatValue =
  | Float32Array
  | Float64Array
  | readonly FlatValue[]
  | { readonly [name: string]: FlatValue | Int32Array | number | null };

/** Length of the vector that values flatten to (Gymnasium's `flatdim`); throws where there is none. */
export function flatdim(space: Space<unknown>): number {
  return space.flatSize;
}

/**
 * The space of what values flatten to (Gymnasium's `flatten_space`): a Box of one axis, or, for a Sequence, a Graph and
 * what contains them, the same structure over such Boxes. Its samples need not be flat forms of values.
 */
export function flattenSpace(space: Space<unknown>): Space<unknown> {
  if (space instanceof Sequence) return new Sequence(flattenSpace(space.featureSpace), { stack: space.stack });
  if (space instanceof Graph) {
    const { nodeSpace, edgeSpace } = space as Graph<Space<unknown>, Space<unknown> | null>;
    const flatEdge = edgeSpace && flattenSpace(edgeSpace);
    return new Graph<Space<unknown>, Space<unknown> | null>({
      nodeSpace: flattenSpace(nodeSpace),
      edgeSpace: flatEdge,
    });
  }
  if (!space.isFlattenable && space instanceof Tuple) return new Tuple(tupleParts(space).map(flattenSpace));
  if (!space.isFlattenable && space instanceof OneOf) return new OneOf(tupleParts(space).map(flattenSpace));
  if (!space.isFlattenable && space instanceof Dict) {
    return new Dict(Object.fromEntries(dictParts(space).map(([name, part]) => [name, flattenSpace(part)])));
  }
  const { low, high } = flatBounds(space);
  const dtype = flatArrayOf(space) === Float64Array ? "float64" : "float32";
  return new Box({ low, high, dtype, shape: [space.flatSize] });
}

/** Bounds of the flat form, element by element or one for all. */
function flatBounds(space: Space<unknown>): { low: number | number[]; high: number | number[] } {
  if (space instanceof Box) return { low: [...space.low], high: [...space.high] };
  if (space instanceof Text) return { low: 0, high: space.characters.length };
  if (space instanceof Tuple || space instanceof Dict) {
    const parts = space instanceof Tuple ? tupleParts(space) : dictParts(space).map(([, part]) => part);
    const boxes = parts.map((part) => flattenSpace(part) as Box);
    return { low: boxes.flatMap((box) => [...box.low]), high: boxes.flatMap((box) => [...box.high]) };
  }
  if (space instanceof OneOf) {
    const boxes = tupleParts(space).map((part) => flattenSpace(part) as Box);
    const room = space.flatSize - 1;
    const low = boxes.reduce((least, box) => box.low.reduce((a, b) => Math.min(a, b), least), Infinity);
    const high = boxes.reduce((most, box) => box.high.reduce((a, b) => Math.max(a, b), most), -Infinity);
    return {
      low: [0, ...Array<number>(room).fill(low)],
      high: [boxes.length - 1, ...Array<number>(room).fill(high)],
    };
  }
  if (["Discrete", "MultiDiscrete", "MultiBinary"].includes(space.type)) return { low: 0, high: 1 };
  return { low: -Infinity, high: Infinity }; // a custom space: no more is known than its length
}

/** A value as one vector, or, where the space has no length of its own, as vectors in its structure (Gymnasium's `flatten`). */
export function flatten(space: Space<unknown>, value: unknown): FlatValue {
  if (space.isFlattenable) return space.flatten(value);
  if (space instanceof Sequence) {
    const { featureSpace, stack } = space as Sequence<Space<unknown>, boolean>;
    if (stack) return flatBatch(featureSpace, value);
    return (value as readonly unknown[]).map((entry) => flatten(featureSpace, entry));
  }
  if (space instanceof Graph) {
    const { nodeSpace, edgeSpace } = space as Graph<Space<unknown>, Space<unknown> | null>;
    const { nodes, edges, edgeLinks } = value as { nodes: unknown; edges: unknown; edgeLinks: Int32Array | null };
    const flatEdges = edges !== null && edgeSpace ? flatBatch(edgeSpace, edges) : null;
    return { nodes: flatBatch(nodeSpace, nodes), edges: flatEdges, edgeLinks };
  }
  if (space instanceof Tuple) return tupleParts(space).map((part, i) => flatten(part, (value as unknown[])[i]));
  if (space instanceof OneOf) {
    const { index, value: chosen } = value as { index: number; value: unknown };
    return { index, value: flatten(tupleParts(space)[index], chosen) };
  }
  if (space instanceof Dict) {
    const record = value as Record<string, unknown>;
    return Object.fromEntries(dictParts(space).map(([name, part]) => [name, flatten(part, record[name])]));
  }
  throw new ConfigError(`Expected a space that can be flattened, got ${space}. Give it flatten, or set isFlattenable.`);
}

/** The value of which `flatten` made `flat` (Gymnasium's `unflatten`). */
export function unflatten(space: Space<unknown>, flat: FlatValue): unknown {
  if (space.isFlattenable) {
    if (!ArrayBuffer.isView(flat)) throw new ConfigError(`Expected a vector for ${space}, got ${describe(flat)}.`);
    return space.unflatten(flat as Float32Array);
  }
  if (typeof flat !== "object" || (ArrayBuffer.isView(flat) && !(space instanceof Sequence))) {
    throw new ConfigError(`Expected vectors in the structure of ${space}, got ${describe(flat)}.`);
  }
  if (space instanceof Sequence) {
    const { featureSpace, stack } = space as Sequence<Space<unknown>, boolean>;
    if (stack) return unflatBatch(featureSpace, flat);
    return (flat as readonly FlatValue[]).map((entry) => unflatten(featureSpace, entry));
  }
  if (space instanceof Graph) {
    const { nodeSpace, edgeSpace } = space as Graph<Space<unknown>, Space<unknown> | null>;
    const { nodes, edges, edgeLinks } = flat as { nodes: FlatValue; edges: FlatValue | null; edgeLinks: unknown };
    const flatEdges = edges !== null && edgeSpace ? unflatBatch(edgeSpace, edges) : null;
    return { nodes: unflatBatch(nodeSpace, nodes), edges: flatEdges, edgeLinks };
  }
  if (space instanceof Tuple) {
    return tupleParts(space).map((part, i) => unflatten(part, (flat as readonly FlatValue[])[i]));
  }
  if (space instanceof OneOf) {
    const { index, value: chosen } = flat as { index: number; value: FlatValue };
    return { index, value: unflatten(tupleParts(space)[index], chosen) };
  }
  if (space instanceof Dict) {
    const record = flat as { readonly [name: string]: FlatValue };
    return Object.fromEntries(dictParts(space).map(([name, part]) => [name, unflatten(part, record[name])]));
  }
  throw new ConfigError(
    `Expected a space that can be flattened, got ${space}. Give it unflatten, or set isFlattenable.`,
  );
}

function flatBatch(space: Space<unknown>, batch: unknown): FlatValue {
  const entries = iterate(batchSpace(space), batch).map((entry) => flatten(space, entry));
  return concatenate(flattenSpace(space), entries) as FlatValue;
}

function unflatBatch(space: Space<unknown>, batch: FlatValue): unknown {
  const entries = iterate(batchSpace(flattenSpace(space)), batch) as FlatValue[];
  return concatenate(
    space,
    entries.map((entry) => unflatten(space, entry)),
  );
}

function tupleParts(space: { readonly spaces: readonly Space<unknown>[] }): readonly Space<unknown>[] {
  return space.spaces;
}

function dictParts(space: Dict<Record<string, Space<unknown>>>): (readonly [string, Space<unknown>])[] {
  return space.names.map((name) => [name, space.spaces[name]] as const);
}
