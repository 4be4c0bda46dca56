import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/core/random.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { Graph } from "../../../src/core/spaces/graph.ts";

const pair = { nodeSpace: new Discrete(2), edgeSpace: new Discrete(2) };
const int = (...values: number[]) => Int32Array.from(values);

describe("Graph.contains", () => {
  const space = new Graph(pair);

  it("takes nodes with edges between them, and nodes alone", () => {
    expect(space.contains({ nodes: int(0, 1), edges: int(1, 0), edgeLinks: int(0, 1, 1, 1) })).toBe(true);
    expect(space.contains({ nodes: int(0, 1), edges: null, edgeLinks: null })).toBe(true);
    expect(space.contains({ nodes: int(0, 1), edges: int(), edgeLinks: int() })).toBe(true);
  });

  it.each<[string, unknown]>([
    ["a text", "abc"],
    ["no nodes", { nodes: null, edges: int(0, 1), edgeLinks: int(0, 1, 1, 0) }],
    ["a node outside its space", { nodes: int(10, 1, 0), edges: int(0, 1), edgeLinks: int(0, 1, 1, 0) }],
    ["links without edges", { nodes: int(0, 1), edges: null, edgeLinks: int(0, 1, 1, 0) }],
    ["edges without links", { nodes: int(0, 1), edges: int(0, 1), edgeLinks: null }],
    ["an edge outside its space", { nodes: int(1, 0), edges: int(10, 1), edgeLinks: int(0, 1, 1, 0) }],
    ["links that are no integers", { nodes: int(1, 0), edges: int(0, 1), edgeLinks: Float32Array.of(0.5, 1, 1, 1) }],
    ["links of another number than edges", { nodes: int(1, 0), edges: int(0, 1), edgeLinks: int(0, 1) }],
    ["a link to no node", { nodes: int(1, 0), edges: int(0, 1), edgeLinks: int(10, 1, 0, 0) }],
    ["a link from no node", { nodes: int(1, 0), edges: int(0, 1), edgeLinks: int(-10, 1, 0, 0) }],
    ["nothing of edges", { nodes: int(1, 0) }],
  ])("refuses %s", (_, value) => {
    expect(space.contains(value)).toBe(false);
  });

  it("refuses edges where there is no space for them", () => {
    const nodesOnly = new Graph({ nodeSpace: new Discrete(2) });
    expect(nodesOnly.contains({ nodes: int(0), edges: int(0), edgeLinks: int(0, 0) })).toBe(false);
  });
});

describe("Graph.sample", () => {
  const space = new Graph({ nodeSpace: new Discrete(3), edgeSpace: new Discrete(3) });
  const random = new RandomStream(2);

  it("draws ten nodes and any number of edges, or as many as asked for", () => {
    const counts = Array.from({ length: 50 }, () => space.sample(random).edges?.length ?? 0);
    expect(Math.max(...counts)).toBeLessThan(10 * 9);
    expect(new Set(counts).size).toBeGreaterThan(10);
    expect(space.sample(random).nodes).toHaveLength(10);
    expect(space.sample(random, { numNodes: 1 }).edges).toBeNull();
    const { nodes, edges, edgeLinks } = space.sample(random, { numNodes: 1, numEdges: 3 }); // loops
    expect([nodes.length, edges?.length, edgeLinks]).toEqual([1, 3, new Int32Array(6)]);
    expect(space.sample(random, { numEdges: 0 })).toMatchObject({ edges: null, edgeLinks: null });
  });

  it("takes a mask per node, and one for all edges or one per edge", () => {
    const nodes = [
      [1, 0, 0],
      [0, 1, 0],
    ];
    expect(space.sample(random, { numNodes: 2, mask: { nodes } }).nodes).toEqual(int(0, 1));
    const { edges } = space.sample(random, { mask: { edges: [0, 1, 0] } });
    expect(new Set(edges)).toEqual(new Set([1]));
    const each = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    expect(space.sample(random, { numEdges: 3, mask: { edges: each } }).edges).toEqual(int(0, 1, 2));
    const probability = { nodes: [[0, 0.5, 0.5]], edges: [[0, 1, 0]] };
    const drawn = Array.from({ length: 40 }, () => space.sample(random, { numNodes: 1, numEdges: 1, probability }));
    expect(new Set(drawn.map((graph) => graph.nodes[0]))).toEqual(new Set([1, 2]));
    expect(new Set(drawn.map((graph) => graph.edges?.[0]))).toEqual(new Set([1]));
  });

  it.each([
    [{ numNodes: 0 }, /numNodes to be an integer ≥ 1/],
    [{ numNodes: 2.5 }, /numNodes/],
    [{ numEdges: -1 }, /numEdges to be an integer ≥ 0/],
    [{ mask: {}, probability: {} }, /got both/],
    [{ mask: [null, null] }, /Expected mask as { nodes, edges }/],
    [{ numNodes: 2, mask: { nodes: [1, 0, 0] } }, /one entry per element/],
  ])("refuses %o", (options, message) => {
    expect(() => space.sample(random, options)).toThrow(message);
  });

  it("refuses a number of edges where there are none", () => {
    expect(() => new Graph({ nodeSpace: new Discrete(3) }).sample(random, { numEdges: 5 })).toThrow(
      /Give it an edgeSpace/,
    );
  });
});

describe("Graph", () => {
  it("prints and compares by its two spaces", () => {
    const nodesOnly = new Graph({ nodeSpace: new Discrete(2) });
    expect(String(new Graph(pair))).toBe("Graph(Discrete(2), Discrete(2))");
    expect(String(nodesOnly)).toBe("Graph(Discrete(2), None)");
    expect(new Graph(pair).equals(nodesOnly)).toBe(false);
    expect(nodesOnly.equals(new Graph(pair))).toBe(false);
  });
});
