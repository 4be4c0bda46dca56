import type { Arrays, ArrayTree, Tensors } from "./array.ts";

/* API draft: the engine that fills it in is being written. */

export interface CompileOptions<Constants extends ArrayTree = Record<string, never>> {
  /** Appears in errors and profiles. */
  readonly name: string;
  /** Baked into the graph, given to the function as its last argument: faster than inputs, but fixed. */
  readonly constants?: Constants;
  /** Which engine runs it: default "auto" (ONNX Runtime where it is installed, else wasm, else cpu), or REVERIE_ENGINE. */
  readonly engine?: "auto" | "onnx" | "wasm" | "cpu" | "node";
  /** Threads inside an operator; default 2 or the number of cores, whichever is less. */
  readonly threads?: number;
  /** Run in a worker thread so that timers, Ctrl-C and pages stay alive; default true. Short calls (one dream step) are faster with false. */
  readonly offThread?: boolean;
}

/** A pure function of tensors, traced once per input shape. */
export interface Compiled<I, O> {
  run(inputs: I): Promise<Arrays<O>>;
  dispose(): Promise<void>;
}

/** A function of (state, inputs) whose state stays with the engine between calls. */
export interface Resident<S, I, O> {
  step(inputs: I): Promise<Arrays<O>>;
  /** A copy of the state as it stands. */
  read(): Promise<S>;
  /** Replaces the state (same shapes). */
  write(state: S): Promise<void>;
  dispose(): Promise<void>;
}

export declare function compile<I extends ArrayTree, O, C extends ArrayTree>(
  fn: (inputs: Tensors<I>, constants: Tensors<C>) => O,
  options: CompileOptions<C>,
): Compiled<I, O>;

export declare function compileStep<S extends ArrayTree, I extends ArrayTree, O, C extends ArrayTree>(
  fn: (state: Tensors<S>, inputs: Tensors<I>, constants: Tensors<C>) => { state: Tensors<S>; outputs: O },
  options: CompileOptions<C>,
): (state: S) => Promise<Resident<S, I, O>>;
