import type { Graph } from "./graph.ts";

/**
 * Names by which others know a graph's inputs and outputs, from their paths: "state.hidden" is `state_hidden`, and an output
 * of the same path `next_state_hidden`, as every value of a graph needs a name of its own. ONNX asks for C identifiers.
 * From the names that the graph uses itself to the new ones.
 */
export function portNames(
  graph: Graph,
  { inputs, outputs }: { readonly inputs: readonly string[]; readonly outputs: readonly string[] },
): Map<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const give = (own: string, wished: string, otherwise: string): void => {
    let name = taken.has(wished) ? otherwise : wished;
    for (let count = 2; taken.has(name); count++) name = `${otherwise}_${count}`;
    taken.add(name);
    names.set(own, name);
  };
  for (const [i, { name }] of graph.inputs.entries()) {
    const wished = identifier(inputs[i], "input");
    give(name, wished, wished);
  }
  for (const [i, { name }] of graph.outputs.entries()) {
    const wished = identifier(outputs[i], "output");
    give(name, wished, `next_${wished}`);
  }
  for (const own of [...graph.initializers.keys(), ...graph.nodes.flatMap((node) => node.outputs)]) {
    if (!names.has(own) && taken.has(own)) give(own, `inner_${own}`, `inner_${own}`); // values between give way
  }
  return names;
}

function identifier(path: string, unnamed: string): string {
  const name = path.replace(/[^A-Za-z0-9_]/g, "_");
  if (name === "") return unnamed; // the only input or output of its function
  return /^[0-9]/.test(name) ? `_${name}` : name;
}
