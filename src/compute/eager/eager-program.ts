import * as tf from "@tensorflow/tfjs";
import { inScope, withBackend } from "../active-backend.ts";
import { copyOf, type DType, type NdArray, STORAGE } from "../array.ts";
import { EngineError, TraceError } from "../errors.ts";
import { checkSameForm, InputGate } from "../inputs.ts";
import type { AnyFunction, AnyResident, Program, ProgramOptions } from "../program.ts";
import { isNdArray, isTensor, leavesOf, rebuild } from "../tree.ts";

/**
 * A function run op by op on a backend of tfjs. Each call is synchronous from the first op to the last read, so that the
 * process-wide active backend can be put back before anybody else runs. Owns its constants and states; leaks nothing.
 */
export class EagerProgram implements Program {
  readonly #fn: AnyFunction;
  readonly #backend: string;
  readonly #name: string;
  readonly #inputs: InputGate;
  readonly #states: InputGate;
  #constants: unknown;
  #disposed = false;

  constructor(fn: AnyFunction, backend: string, { name, constants }: ProgramOptions) {
    this.#fn = fn;
    this.#backend = backend;
    this.#name = name;
    this.#inputs = new InputGate(name, "inputs");
    this.#states = new InputGate(name, "state");
    this.#constants = withBackend(backend, () => rebuild(constants, isNdArray, (array) => tf.keep(toTensor(array))));
  }

  async run(inputs: unknown): Promise<unknown> {
    this.#inputs.admit(inputs);
    return this.#within(() => this.#arrays(this.#fn(rebuild(inputs, isNdArray, toTensor), this.#constants)));
  }

  async start(state: unknown): Promise<AnyResident> {
    const form = this.#states.admit(state);
    const template = rebuild(state, isNdArray, (array) => ({ ...array, data: new STORAGE[array.dtype](0) }));
    const hold = (tree: unknown): unknown =>
      this.#within(() => rebuild(tree, isNdArray, (array) => tf.keep(toTensor(array))));
    let held: unknown = hold(state);
    const current = (): unknown => {
      if (held === undefined)
        throw new EngineError(
          `Expected a resident state of "${this.#name}", got one that was disposed of. Start it again.`,
        );
      return held;
    };
    const read = (): unknown => {
      const tensors = leavesOf(current(), isTensor, unexpected);
      return this.#within(() => rebuild(template, isNdArray, ({ dtype }, i) => toArray(tensors[i].value, dtype)));
    };
    const step = (inputs: unknown): unknown => {
      this.#inputs.admit(inputs);
      const before = current();
      return this.#within(() => {
        const result = this.#fn(before, rebuild(inputs, isNdArray, toTensor), this.#constants) as Record<
          "state" | "outputs",
          unknown
        >;
        const outputs = this.#arrays(result.outputs);
        const after = leavesOf(result.state, isTensor, unexpected);
        for (const [i, { path, value }] of form.entries()) {
          if (after[i]?.path !== path || after[i].value.shape.join() !== value.shape.join()) {
            throw new TraceError(
              `Expected "${this.#name}" to return its state in the form it came, got another at "${path}".`,
            );
          }
        }
        held = rebuild(result.state, isTensor, (tensor) => tf.keep(tf.clone(tensor))); // a clone: the state may come back as it was
        disposeTree(before);
        return outputs;
      });
    };
    return {
      step: async (inputs) => step(inputs),
      steps: async (list) => list.map(step),
      read: async () => read(),
      write: async (replacement) => {
        checkSameForm(this.#name, form, this.#states.admit(replacement));
        const before = current();
        held = hold(replacement);
        disposeTree(before);
      },
      dispose: async () => {
        if (held !== undefined) disposeTree(held);
        held = undefined;
      },
    };
  }

  async dispose(): Promise<void> {
    if (!this.#disposed) disposeTree(this.#constants);
    this.#disposed = true;
    this.#constants = {};
  }

  #within<T>(body: () => T): T {
    if (this.#disposed)
      throw new EngineError(`Expected "${this.#name}" to be in use, got a call after dispose(). Compile it again.`);
    return withBackend(this.#backend, () => inScope(this.#name, body));
  }

  #arrays(result: unknown): unknown {
    leavesOf(
      result,
      isTensor,
      (path, got) => new TraceError(`Expected "${this.#name}" to return tensors, got ${got} at "${path}".`),
    );
    return rebuild(result, isTensor, (tensor) => toArray(tensor, tensor.dtype as DType));
  }
}

function toTensor({ shape, dtype, data }: NdArray): tf.Tensor {
  const type = dtype === "uint8" ? "int32" : dtype;
  return tf.tensor(dtype === "uint8" ? Int32Array.from(data) : copyOf(data), [...shape], type); // tfjs keeps what it is given
}

function toArray(tensor: tf.Tensor, dtype: DType): NdArray {
  return { shape: [...tensor.shape], dtype, data: STORAGE[dtype].from(tensor.dataSync()) };
}

function disposeTree(tree: unknown): void {
  for (const { value } of leavesOf(tree, isTensor, unexpected)) value.dispose();
}

const unexpected = (path: string, got: string): Error => new TraceError(`Expected a tensor at "${path}", got ${got}.`);
