import { join } from "node:path";
import type { NdArray } from "../array.ts";
import { EngineError } from "../errors.ts";
import { checkSameForm, InputGate } from "../inputs.ts";
import type { AnyFunction, AnyResident, Program, ProgramOptions } from "../program.ts";
import { type Trace, trace } from "../trace/trace.ts";
import { isNdArray, type Leaf, rebuild } from "../tree.ts";
import { type Data, type Host, nextKey } from "./host.ts";
import { hostFor } from "./hosts.ts";
import type { Provider } from "./provider.ts";

const MAX_GRAPHS = 8; // graphs kept for one function; the least recently used is closed

/** A graph that is open on a host. */
interface OpenGraph {
  readonly key: number;
  readonly host: Host;
  readonly trace: Omit<Trace, "model">;
  readonly ready: Promise<void>;
}

export interface OnnxOptions extends ProgramOptions {
  readonly provider: Provider;
}

/** A function as graphs for ONNX Runtime, one for each set of input shapes. */
export class OnnxProgram implements Program {
  readonly #fn: AnyFunction;
  readonly #options: OnnxOptions;
  readonly #inputs: InputGate;
  readonly #states: InputGate;
  readonly #graphs = new Map<string, OpenGraph>(); // in order of use, the oldest first
  #disposed = false;

  constructor(fn: AnyFunction, options: OnnxOptions) {
    this.#fn = fn;
    this.#options = options;
    this.#inputs = new InputGate(options.name, "inputs");
    this.#states = new InputGate(options.name, "state");
  }

  async run(inputs: unknown): Promise<unknown> {
    const leaves = this.#inputs.admit(inputs);
    const graph = this.#graph([inputs], leaves, { stateful: false });
    await graph.ready;
    return assemble(graph.trace, await graph.host.run(graph.key, dataOf(leaves)), 0);
  }

  async start(state: unknown): Promise<AnyResident> {
    const form = this.#states.admit(state);
    const parts = form.map(({ value: { shape, dtype } }) => ({ shape, dtype }));
    const { provider } = this.#options;
    const shapes = form.map(({ path, value }) => ({ path, value: { ...value, data: new Float32Array(0) } }));
    const template = rebuild(state, isNdArray, (array) => ({ ...array, data: new Float32Array(0) }));
    const key = nextKey();
    let host = this.#host();
    let disposed = false;
    await host.hold(key, dataOf(form), { parts, provider });

    const usable = (): void => {
      if (disposed)
        throw new EngineError(
          `Expected a resident state of "${this.#options.name}", got one that was disposed of. Start it again.`,
        );
      if (host.dead) throw host.dead;
    };
    const advance = async (examples: unknown[], leaves: readonly Leaf<NdArray>[]): Promise<unknown> => {
      const graph = this.#graph([template, ...examples], [...shapes, ...leaves], { stateful: true });
      await graph.ready;
      usable();
      return assemble(graph.trace, await host.step(graph.key, key, dataOf(leaves)), graph.trace.carried.length);
    };
    return {
      step: async (inputs) => {
        usable();
        return advance([inputs], this.#inputs.admit(inputs));
      },
      steps: async (list) => {
        usable();
        if (list.length === 0) return [];
        const leaves = list.flatMap((inputs) => this.#inputs.admit(inputs));
        const outputs = await advance([...list], leaves);
        return (list.length === 1 ? [outputs] : outputs) as unknown[];
      },
      read: async () => {
        usable();
        const arrays = await host.peek(key);
        return rebuild(template, isNdArray, ({ shape, dtype }, i) => ({ shape, dtype, data: arrays[i] }));
      },
      write: async (replacement) => {
        const leaves = this.#states.admit(replacement);
        checkSameForm(this.#options.name, shapes, leaves);
        if (!disposed && host.dead) host = this.#host();
        usable();
        await host.hold(key, dataOf(leaves), { parts, provider });
      },
      dispose: async () => {
        if (disposed) return;
        disposed = true;
        if (!host.dead) await host.drop(key);
      },
    };
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const graphs = [...this.#graphs.values()];
    this.#graphs.clear();
    await Promise.all(graphs.map(close));
  }

  #host(): Host {
    return hostFor(this.#options);
  }

  /** The graph for these shapes: found, or traced and opened. */
  #graph(examples: unknown[], leaves: readonly Leaf<NdArray>[], { stateful }: { stateful: boolean }): OpenGraph {
    const { name, constants, provider, threads } = this.#options;
    if (this.#disposed)
      throw new EngineError(`Expected "${name}" to be in use, got a call after dispose(). Compile it again.`);
    let signature = "";
    for (const { value } of leaves) signature += `${value.shape};`;
    const known = this.#graphs.get(signature);
    this.#graphs.delete(signature);
    if (known && !known.host.dead) {
      this.#graphs.set(signature, known); // now the most recent
      return known;
    }
    const fn = stateful && examples.length > 2 ? inTurn(this.#fn) : this.#fn;
    const { model, ...rest } = trace(fn, { name, examples, constants, stateful });
    const host = this.#host();
    const key = nextKey();
    const ready = host.open(key, {
      model,
      inputs: rest.inputs,
      outputs: rest.outputs,
      carried: rest.carried,
      provider,
      threads,
      profile: profileOf(name),
    });
    ready.catch(() => this.#graphs.delete(signature)); // a session that did not open is not kept
    const opened = { key, host, trace: rest, ready };
    this.#graphs.set(signature, opened);
    if (this.#graphs.size > MAX_GRAPHS) {
      const [oldest, graph] = this.#graphs.entries().next().value!;
      this.#graphs.delete(oldest);
      void close(graph);
    }
    return opened;
  }
}

/** A step as a function of many inputs, one after the other: (state, inputs, inputs, …, constants). */
function inTurn(fn: AnyFunction): AnyFunction {
  return (first, ...rest) => {
    const constants = rest.pop();
    let state = first;
    const outputs = rest.map((inputs) => {
      const result = fn(state, inputs, constants) as { state: unknown; outputs: unknown };
      state = result.state;
      return result.outputs;
    });
    return { state, outputs };
  };
}

/** REVERIE_PROFILE names a folder that gets the times per kernel of every session, as a trace for chrome://tracing. */
function profileOf(name: string): string | undefined {
  const folder = process.env["REVERIE_PROFILE"];
  return folder ? join(folder, name.replace(/\W+/g, "-")) : undefined;
}

async function close({ host, key, ready }: OpenGraph): Promise<void> {
  await ready.catch(() => undefined);
  if (!host.dead) await host.close(key).catch(() => undefined); // a host that dies meanwhile has closed it too
}

const dataOf = (leaves: readonly Leaf<NdArray>[]): Data[] => leaves.map(({ value }) => value.data);

/** The results in the tree the function returned them in; `from` is where they begin among the graph's outputs. */
function assemble(
  { outputs, template }: Pick<Trace, "outputs" | "template">,
  arrays: readonly Data[],
  from: number,
): unknown {
  return rebuild(template, isNdArray, (_, i) => {
    const { shape, dtype } = outputs[from + i];
    return { shape, dtype, data: arrays[i] };
  });
}
