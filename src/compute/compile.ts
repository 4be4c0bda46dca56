/*
 * How a TensorFlow.js function becomes a compiled one
 * ---------------------------------------------------
 * Models here are pure functions of named tensors, written with TensorFlow.js ops. Run op by op they are slow in Node: one
 * thread, a call and an allocation for every op. So `compile` runs the function once on tensors that hold no numbers and
 * writes down what it does; ONNX Runtime then executes the record, on all the threads it is given, with its own fusion and
 * memory planning.
 *
 * 1. Trace (trace/). `TraceBackend` is a backend of tfjs like cpu or wasm. Its tensors stand for values of a graph, and its
 *    kernels, the lowerings, append ONNX nodes. Gradients come for free: tfjs' gradient functions call kernels like any
 *    other code, so `tf.grads`, `valueAndGradients` and `adamUpdate` leave their nodes in the same graph as the forward pass,
 *    which they share. While a function is traced the tracer is tfjs' active backend; it is swapped in and out
 *    synchronously, also when the function throws, so eager code never sees it. What cannot be recorded is refused with a
 *    TraceError that says how to go on: an op without a lowering, a value read in the middle, noise drawn inside (it would
 *    be frozen into the graph; noise is an input), a tensor from outside (it would be a silent constant).
 * 2. Graph (onnx/graph.ts). Shapes are concrete, so a graph belongs to one set of input shapes. Equal nodes and constants are
 *    made once; reshape, transpose and cast chains fold; tensors filled with one number stay symbolic until something
 *    needs them, and x·1, x+0, 0·x and f(broadcast, scalar) are simplified on the way. A byte image, which tfjs must see
 *    as int32, ends up as one Cast from uint8 to float32. What no output needs is dropped. Convolutions become one Gather
 *    and one matrix product (trace/conv.ts says why).
 * 3. Run (runtime/). A host owns sessions and states: `OnnxHost` on this thread, or `RemoteHost`, which forwards every call
 *    to an OnnxHost in a worker thread. `session.run` blocks its thread, hence the worker is the default; its round trip
 *    costs some 50 µs, which is nothing beside a train step and more than a whole step of a small dream: `offThread: false`
 *    is for those. Inputs are copied into the worker, results transferred back.
 * 4. State (`compileStep`). What a step hands to the next (weights, Adam's means, a dream's memory) stays with the host in
 *    two sets of buffers: a step reads one and writes the other, then they change places. Parts that come back untouched
 *    are found while tracing and not copied at all.
 *    On a WebGPU device (engine "webgpu") they stay in its buffers and cross the border at start, read and write only
 *    (runtime/device-arrays.ts). onnxruntime-node cannot keep CUDA's tensors there: with engine "cuda" the state crosses at
 *    each call, so put several steps into one (`steps`).
 *
 * Graphs are cached for each function by its input shapes; the least recently used is closed beyond eight. The first call
 * with new shapes pays for trace and session (0.1 to 0.5 s for a whole train step, milliseconds for small functions).
 *
 * The same function runs eagerly with engine "wasm", "cpu" or "node" (eager/): slower, but with every op that backend has.
 * There each call is synchronous on the calling thread, `offThread` and `threads` mean nothing, and no tensor outlives the
 * call but the state. Three engines in one process do not disturb each other or the caller's own use of tfjs.
 *
 * Numbers: a compiled function gives the same bits for the same inputs and the same number of threads, in a worker or not
 * (but for numbers below 1.2e-38, which are zero to the worker: runtime/denormals.ts).
 * One and two threads gave the same bits for the train steps in tests/compute, but ONNX Runtime does not promise that; between
 * engines results agree within float tolerance only, because they sum in other orders.
 */
import { ConfigError } from "../base/errors.ts";
import type { Arrays, ArrayTree, Tensors } from "./array.ts";
import { defaultThreads, type EngineName, programFor, requestedEngine } from "./engines.ts";
import type { AnyFunction, Program } from "./program.ts";

export interface CompileOptions<Constants extends ArrayTree = Record<string, never>> {
  /** Appears in errors and profiles. */
  readonly name: string;
  /** Baked into the graph, given to the function as its last argument: faster than inputs, but fixed. */
  readonly constants?: Constants;
  /**
   * Which engine runs it: default REVERIE_ENGINE, else "auto": the first that works of ONNX Runtime on CUDA ("cuda"), ONNX
   * Runtime on the CPU ("onnx"), tfjs-node ("node"), wasm and cpu. "webgpu" is ONNX Runtime on a GPU through WebGPU.
   */
  readonly engine?: "auto" | EngineName;
  /** Threads inside an operator; default 2 or the number of cores, whichever is less. */
  readonly threads?: number;
  /** "eager": a function that cannot be compiled is run op by op instead, on wasm or cpu, after a warning. Default: a TraceError. */
  readonly fallback?: "eager";
  /**
   * Run in a worker thread so that timers, Ctrl-C and pages stay alive; default true. Short calls (one dream step) are faster
   * with false; training should not, as Intel's cores are slow with the denormals it makes, which the worker takes for zero.
   */
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
  /**
   * Several steps in one call, with the same results as one by one. One graph holds them all, so the state crosses the border
   * of ONNX Runtime once instead of every time; each new number of steps is traced and opened anew, so keep to one or two.
   */
  steps(inputs: readonly I[]): Promise<Arrays<O>[]>;
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
  const start = starter(fn as unknown as AnyFunction, options);
  let program: Promise<Program> | undefined;
  return {
    run: (inputs) => {
      program ??= start();
      return program.then((started) => started.run(inputs)) as Promise<Arrays<O>>;
    },
    dispose: async () => (await program)?.dispose(),
  };
}

/** Compiles a step of something that has a state (parameters and an optimizer, say); call the result with the first state. */
export function compileStep<S extends ArrayTree, I extends ArrayTree, O, C extends ArrayTree>(
  fn: (state: Tensors<S>, inputs: Tensors<I>, constants: Tensors<C>) => { state: Tensors<S>; outputs: O },
  options: CompileOptions<C>,
): (state: S) => Promise<Resident<S, I, O>> {
  const start = starter(fn as unknown as AnyFunction, options);
  return async (state) => {
    const program = await start();
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

/** Checks the options now; the engine is loaded when the function is first needed. */
function starter(fn: AnyFunction, options: CompileOptions<ArrayTree>): () => Promise<Program> {
  const { name, constants = {}, threads = defaultThreads(), offThread = true } = options;
  const engine = requestedEngine(options.engine);
  if (!Number.isInteger(threads) || threads < 1) {
    throw new ConfigError(
      `Expected threads to be a whole number from 1, got ${threads}. Leave it out for the default.`,
    );
  }
  return () => programFor(fn, engine, { name, constants, threads, offThread, fallback: options.fallback });
}
