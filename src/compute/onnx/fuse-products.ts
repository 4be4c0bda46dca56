import { sizeOf } from "../array.ts";
import { type Attributes, type Graph, type GraphNode, sameShape } from "./graph.ts";

/** Activations that ONNX Runtime computes inside the product they follow. */
const ACTIVATIONS = new Set(["Relu", "Sigmoid", "Tanh", "LeakyRelu"]);

/** A product of two matrices with nothing added to it, and the reshape behind it where there is one. */
interface Product {
  readonly node: GraphNode;
  readonly rows: number;
  readonly columns: number;
}

/**
 * A pass over a pruned graph: a sum with a product (a bias, a residual, a gradient so far) becomes one Gemm that begins at
 * the other summand, and activations move in front of reshapes, next to the product they follow. Both save a walk through
 * memory. Only products that nothing else reads are touched; any other would be computed twice.
 */
export function fuseProducts(graph: Graph): void {
  const uses = new Map<string, number>();
  const use = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const { inputs } of graph.nodes) inputs.forEach(use);
  for (const { name } of graph.outputs) use(name);
  const onlyUse = (name: string): boolean => uses.get(name) === 1;

  const made = new Map<string, GraphNode>(); // by the new nodes' outputs
  const nodes: GraphNode[] = [];
  const put = (op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): void => {
    const node = { op, inputs, outputs: [output], attributes };
    nodes.push(node);
    made.set(output, node);
  };
  const putReshape = (value: string, output: string): void => {
    const { shape } = graph.info(output);
    put("Reshape", [value, graph.integers(shape)], output, shape.includes(0) ? { allowzero: 1 } : {});
  };
  /** What a reshape that nothing else reads repeats in another form; else the value itself. */
  const behindReshape = (value: string): string => {
    const node = made.get(value);
    return node?.op === "Reshape" && onlyUse(node.inputs[0]) ? node.inputs[0] : value;
  };
  const productBehind = (value: string): Product | undefined => {
    if (!onlyUse(value)) return undefined;
    const node = made.get(behindReshape(value));
    if (!node || (node.op !== "MatMul" && node.op !== "Gemm") || node.inputs.length !== 2) return undefined;
    const { shape } = graph.info(node.outputs[0]);
    return shape.length === 2 ? { node, rows: shape[0], columns: shape[1] } : undefined;
  };

  const withSummand = (value: string, summand: string, output: string): boolean => {
    const product = productBehind(value);
    if (!product) return false;
    const { node, rows, columns } = product;
    const [from, to] = [graph.info(summand).shape, graph.info(output).shape];
    const isBias = from.at(-1) === columns && to.at(-1) === columns && sizeOf(from) === columns;
    if (!sameShape(graph.info(value).shape, to) || (!isBias && !sameShape(from, to))) return false;
    const info = { shape: [rows, columns], dtype: "float32" } as const;
    const form = isBias ? [columns] : info.shape;
    let start = summand;
    if (!sameShape(from, form)) {
      start = graph.name({ shape: form, dtype: "float32" });
      putReshape(summand, start);
    }
    const whole = sameShape(to, info.shape);
    const sum = whole ? output : graph.name(info);
    put("Gemm", [...node.inputs, start], sum, node.attributes);
    uses.set(sum, whole ? (uses.get(output) ?? 0) : 1);
    if (!whole) putReshape(sum, output);
    return true;
  };

  for (const node of graph.nodes) {
    const { op, inputs, outputs, attributes } = node;
    if (op === "Add" && graph.info(outputs[0]).dtype === "float32") {
      if (withSummand(inputs[0], inputs[1], outputs[0]) || withSummand(inputs[1], inputs[0], outputs[0])) continue;
    }
    const inner = ACTIVATIONS.has(op) && onlyUse(inputs[0]) ? behindReshape(inputs[0]) : inputs[0];
    if (inner !== inputs[0] && made.get(inner)?.op === "Gemm") {
      const activated = graph.name(graph.info(inner));
      put(op, [inner], activated, attributes);
      uses.set(activated, 1);
      putReshape(activated, outputs[0]);
      continue;
    }
    nodes.push(node);
    for (const output of outputs) made.set(output, node);
  }
  graph.nodes = nodes;
  graph.prune(); // the products that went into others
}
