import { availableParallelism } from "node:os";
import { ConfigError } from "../base/errors.ts";
import type { Arrays, ArrayTree, Tensors } from "./array.ts";
import { programFor, requestedEngine } from "./engines.ts";
import type { AnyFunction, Program } from "./program.ts";

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

/** Compiles a pure function of named tensors; it is traced at the first call with each set of input shapes. */
export function compile<I extends ArrayTree, O, C extends ArrayTree>(
  fn: (inputs: Tensors<I>, constants: Tensors<C>) => O,
  options: CompileOptions<C>,
): Compiled<I, O> {
  const program = starter(fn as unknown as AnyFunction, options);
  return {
    run: (inputs) => program().then((started) => started.run(inputs)) as Promise<Arrays<O>>,
    dispose: async () => (await program()).dispose(),
  };
}

/** Compiles a step of something that has a state (parameters and an optimizer, say); call the result with the first state. */
export function compileStep<S extends ArrayTree, I extends ArrayTree, O, C extends ArrayTree>(
  fn: (state: Tensors<S>, inputs: Tensors<I>, constants: Tensors<C>) => { state: Tensors<S>; outputs: O },
  options: CompileOptions<C>,
): (state: S) => Promise<Resident<S, I, O>> {
  return async (state) => {
    const program = await starter(fn as unknown as AnyFunction, options)();
    const resident = (await program.start(state)) as unknown as Resident<S, I, O>;
    return {
      ...resident,
      dispose: async () => {
        await resident.dispose();
        await program.dispose();
      },
    };
  };
}

/** Checks the options now; loads the engine at the first call. */
function starter(fn: AnyFunction, options: CompileOptions<ArrayTree>): () => Promise<Program> {
  const { name, constants = {}, threads = Math.min(2, availableParallelism()), offThread = true } = options;
  const engine = requestedEngine(options.engine);
  if (!Number.isInteger(threads) || threads < 1)
    throw new ConfigError(
      `Expected threads to be a whole number from 1, got ${threads}. Leave it out for the default.`,
    );
  let program: Promise<Program> | undefined;
  return () => {
    program ??= programFor(fn, engine, { name, constants, threads, offThread });
    return program;
  };
}
