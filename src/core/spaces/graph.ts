import { z } from "zod";
import { ConfigError, describe } from "../../base/errors.ts";
import { type BatchedValue, batchSpace } from "./batch-space.ts";
import { iterate } from "./batch-values.ts";
import { refuseBoth } from "./masks.ts";
import { checkPart, notFlattenable } from "./parts.ts";
import { drawInteger, type RandomSource } from "./random-source.ts";
import { batchGenerator } from "./seed-space.ts";
import type { SampleOptions, Space, SpaceJson } from "./space.ts";

export interface GraphOptions<N extends Space<unknown>, E extends Space<unknown> | null = null> {
  /** The space of each node's features. */
  readonly nodeSpace: N;
  /** The space of each edge's features; null: there are no edges. */
  readonly edgeSpace?: E;
}

/** Features of nodes and edges as batches, and between which two nodes each edge runs. */
export interface GraphInstance<N extends Space<unknown>, E extends Space<unknown> | null> {
  readonly nodes: BatchedValue<N>;
  readonly edges: E extends Space<unknown> ? BatchedValue<E> | null : null;
  /** (edges, 2) in row-major order: from, to. null where `edges` is. */
  readonly edgeLinks: Int32Array | null;
}

export interface GraphSampleOptions extends SampleOptions {
  /** Default 10. */
  readonly numNodes?: number;
  /** Default a random number below numNodes · (numNodes − 1). */
  readonly numEdges?: number;
}

/** Nodes with features and edges between them, also with features. */
export class Graph<N extends Space<unknown>, E extends Space<unknown> | null = null>
  implements Space<GraphInstance<N, E>>
{
  readonly type = "Graph";
  readonly nodeSpace: N;
  readonly edgeSpace: E;
  readonly schema: z.ZodType<GraphInstance<N, E>>;
  readonly isFlattenable = false;
  readonly #batchedNode: Space<unknown>;
  readonly #batchedEdge: Space<unknown> | null;

  constructor({ nodeSpace, edgeSpace = null as E }: GraphOptions<N, E>) {
    checkPart("Graph", "nodeSpace", nodeSpace);
    if (edgeSpace !== null) checkPart("Graph", "edgeSpace", edgeSpace);
    this.nodeSpace = nodeSpace;
    this.edgeSpace = edgeSpace;
    this.#batchedNode = batchSpace<Space<unknown>>(nodeSpace);
    this.#batchedEdge = edgeSpace && batchSpace<Space<unknown>>(edgeSpace);
    this.schema = z.custom<GraphInstance<N, E>>((value) => this.contains(value), {
      error: (issue) => `Expected value in ${this}, got ${describe(issue.input)}`,
    });
  }

  get flatSize(): number {
    throw notFlattenable(this);
  }

  contains(value: unknown): value is GraphInstance<N, E> {
    if (typeof value !== "object" || value === null) return false;
    const { nodes, edges, edgeLinks } = value as Partial<GraphInstance<N, E>>;
    const nodeCount = countIn(this.#batchedNode, this.nodeSpace, nodes);
    if (nodeCount === undefined) return false;
    if (edges === null || edgeLinks === null) return edges === null && edgeLinks === null;
    if (!this.#batchedEdge || !this.edgeSpace || !(edgeLinks instanceof Int32Array)) return false;
    const edgeCount = countIn(this.#batchedEdge, this.edgeSpace, edges);
    if (edgeCount === undefined || edgeLinks.length !== 2 * edgeCount) return false;
    return edgeLinks.every((node) => node >= 0 && node < nodeCount);
  }

  /**
   * `mask` and `probability` are `{ nodes?, edges? }`, in the form of the batched spaces (a Discrete's nodes: one mask per
   * node); without `numEdges`, `edges` is the mask of each one edge.
   */
  sample(random: RandomSource, options: GraphSampleOptions = {}): GraphInstance<N, E> {
    refuseBoth(options);
    const { numNodes = 10, numEdges } = options;
    for (const [name, count, least] of [
      ["numNodes", numNodes, 1],
      ["numEdges", numEdges ?? 0, 0],
    ] as const) {
      if (Number.isInteger(count) && count >= least) continue;
      throw new ConfigError(`Expected ${name} to be an integer ≥ ${least}, got ${describe(count)}.`);
    }
    if (numEdges && !this.edgeSpace) {
      throw new ConfigError(`Expected no edges for ${this}, got numEdges ${numEdges}. Give it an edgeSpace.`);
    }
    const mask = partsOf(options.mask, "mask");
    const probability = partsOf(options.probability, "probability");
    const links = numNodes * (numNodes - 1);
    const count = numEdges ?? (links > 0 ? drawInteger(random, 0, links) : 0);
    const each = (edge: unknown) => (edge === undefined || numEdges !== undefined ? edge : Array(count).fill(edge));

    const nodes = drawBatch(random, 0, this.nodeSpace, numNodes, { mask: mask.nodes, probability: probability.nodes });
    if (count === 0 || !this.edgeSpace) return { nodes, edges: null, edgeLinks: null } as GraphInstance<N, E>;
    const edges = drawBatch(random, 1, this.edgeSpace, count, {
      mask: each(mask.edges),
      probability: each(probability.edges),
    });
    const edgeLinks = new Int32Array(2 * count).map(() => drawInteger(random, 0, numNodes));
    return { nodes, edges, edgeLinks } as GraphInstance<N, E>;
  }

  equals(other: unknown): boolean {
    if (!(other instanceof Graph) || !this.nodeSpace.equals(other.nodeSpace)) return false;
    return this.edgeSpace ? this.edgeSpace.equals(other.edgeSpace) : other.edgeSpace === null;
  }

  flatten(): Float32Array {
    throw notFlattenable(this);
  }

  unflatten(): GraphInstance<N, E> {
    throw notFlattenable(this);
  }

  /** Minari has no form for it: these are Gymnasium's names. */
  toJSON(): SpaceJson {
    return { type: "Graph", node_space: this.nodeSpace.toJSON(), edge_space: this.edgeSpace?.toJSON() ?? null };
  }

  toString(): string {
    return `Graph(${this.nodeSpace}, ${this.edgeSpace ?? "None"})`;
  }
}

/**
 * n values of a part at once. Gymnasium draws them from a copy of the part's generator, and then moves the generator on by
 * one draw.
 */
function drawBatch(random: RandomSource, part: number, space: Space<unknown>, n: number, options: SampleOptions) {
  const batched = batchSpace(space, n);
  if (!("part" in random)) return batched.sample(random, options);
  const generator = random.part(part);
  const drawn = batched.sample(batchGenerator(space, generator, n), options);
  generator.own.random();
  return drawn;
}

/** How many values of `space` a batch holds; undefined where it is none, or one of them is not in the space. */
function countIn(batched: Space<unknown>, space: Space<unknown>, items: unknown): number | undefined {
  try {
    const values = iterate(batched, items);
    return values.every((value) => space.contains(value)) ? values.length : undefined;
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function partsOf(value: unknown, name: string): { nodes?: unknown; edges?: unknown } {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) {
    throw new ConfigError(`Expected ${name} as { nodes, edges }, got ${describe(value)}.`);
  }
  const { nodes, edges } = value as { nodes?: unknown; edges?: unknown };
  return { nodes: nodes ?? undefined, edges: edges ?? undefined };
}
