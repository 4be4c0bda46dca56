import { ConfigError, describe } from "../../base/errors.ts";
import { batchSpace } from "./batch-space.ts";
import { concatenate, iterate } from "./batch-values.ts";
import { Box, nested } from "./box.ts";
import { Dict } from "./dict.ts";
import { DTYPES } from "./dtype.ts";
import { Graph } from "./graph.ts";
import { MultiBinary } from "./multi-binary.ts";
import { MultiDiscrete } from "./multi-discrete.ts";
import { OneOf } from "./one-of.ts";
import { Sequence } from "./sequence.ts";
import type { Space } from "./space.ts";
import { Tuple } from "./tuple.ts";

/**
 * Values as JSON has them, in the form of Gymnasium's `to_jsonable`: arrays as nested lists (what is not finite as
 * "Infinity", "-Infinity", "NaN"), a Tuple's and a Dict's values part by part, everything else value by value.
 */
export function toJsonable(space: Space<unknown>, values: readonly unknown[]): unknown {
  if (space instanceof Box || space instanceof MultiDiscrete || space instanceof MultiBinary) {
    return values.map((value) => nested(value as ArrayLike<number>, space.shape));
  }
  if (space instanceof Tuple) {
    const rows = values as readonly (readonly unknown[])[];
    return (space.spaces as readonly Space<unknown>[]).map((part, i) =>
      toJsonable(
        part,
        rows.map((row) => row[i]),
      ),
    );
  }
  if (space instanceof Dict) {
    const rows = values as readonly Readonly<Record<string, unknown>>[];
    const column = (name: string) => rows.map((row) => row[name]);
    return Object.fromEntries(space.names.map((name) => [name, toJsonable(space.spaces[name], column(name))]));
  }
  if (space instanceof OneOf) {
    return (values as readonly { index: number; value: unknown }[]).map(({ index, value }) => {
      const part = (space.spaces as readonly Space<unknown>[])[index];
      return [index, isByParts(part) ? toJsonable(part, [value]) : (toJsonable(part, [value]) as unknown[])[0]];
    });
  }
  if (space instanceof Sequence) {
    const { featureSpace, stack } = space as Sequence<Space<unknown>, boolean>;
    return values.map((value) => (stack ? batchToJson(featureSpace, value) : toJsonable(featureSpace, value as [])));
  }
  if (space instanceof Graph) {
    const { nodeSpace, edgeSpace } = space as Graph<Space<unknown>, Space<unknown> | null>;
    return (values as readonly GraphParts[]).map(({ nodes, edges, edgeLinks }) => {
      const json = { nodes: [batchToJson(nodeSpace, nodes)] };
      if (!edgeSpace || !edgeLinks) return json;
      return {
        ...json,
        edges: [batchToJson(edgeSpace, edges)],
        edge_links: nested(edgeLinks, [edgeLinks.length / 2, 2]),
      };
    });
  }
  return [...values]; // numbers, texts, and what a custom space has
}

/** The values of which `toJsonable` made `json` (Gymnasium's `from_jsonable`). */
export function fromJsonable(space: Space<unknown>, json: unknown): unknown[] {
  if (space instanceof Dict) {
    const columns = space.names.map((name) =>
      fromJsonable(space.spaces[name], (json as Record<string, unknown>)[name]),
    );
    return columns[0].map((_, row) => Object.fromEntries(space.names.map((name, i) => [name, columns[i][row]])));
  }
  if (!Array.isArray(json)) throw new ConfigError(`Expected a list of values of ${space}, got ${describe(json)}.`);
  if (space instanceof Box) return json.map((each) => DTYPES[(space as Box).dtype].array.from(numbersIn(each)));
  if (space instanceof MultiDiscrete) return json.map((each) => Int32Array.from(numbersIn(each)));
  if (space instanceof MultiBinary) return json.map((each) => Int8Array.from(numbersIn(each)));
  if (space instanceof Tuple) {
    const columns = json.map((column, i) => fromJsonable(space.spaces[i], column));
    return columns[0].map((_, row) => columns.map((column) => column[row]));
  }
  if (space instanceof OneOf) {
    return json.map(([index, value]) => {
      const part = (space.spaces as readonly Space<unknown>[])[index];
      return { index, value: fromJsonable(part, isByParts(part) ? value : [value])[0] };
    });
  }
  if (space instanceof Sequence) {
    const { featureSpace, stack } = space as Sequence<Space<unknown>, boolean>;
    return json.map((each) => (stack ? batchFromJson(featureSpace, each) : fromJsonable(featureSpace, each)));
  }
  if (space instanceof Graph) {
    const { nodeSpace, edgeSpace } = space as Graph<Space<unknown>, Space<unknown> | null>;
    return json.map(({ nodes, edges, edge_links }) => ({
      nodes: batchFromJson(nodeSpace, nodes[0]),
      edges: edges && edgeSpace ? batchFromJson(edgeSpace, edges[0]) : null,
      edgeLinks: edge_links ? Int32Array.from(numbersIn(edge_links)) : null,
    }));
  }
  return [...json];
}

interface GraphParts {
  readonly nodes: unknown;
  readonly edges: unknown;
  readonly edgeLinks: Int32Array | null;
}

/** Whether the JSON of n values is arranged by parts first, not a list of n. */
function isByParts(space: Space<unknown>): boolean {
  return space instanceof Tuple || space instanceof Dict;
}

function batchToJson(space: Space<unknown>, batch: unknown): unknown {
  return toJsonable(space, iterate(batchSpace(space), batch));
}

function batchFromJson(space: Space<unknown>, json: unknown): unknown {
  return concatenate(space, fromJsonable(space, json));
}

/** The numbers of nested lists in order, with those that JSON can only spell. */
function numbersIn(json: unknown): number[] {
  return Array.isArray(json) ? json.flatMap(numbersIn) : [Number(json)];
}
