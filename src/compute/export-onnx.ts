import { writeFileAtomic } from "../base/write-file.ts";
import type { ArrayTree, DType, Tensors } from "./array.ts";
import { InputError } from "./errors.ts";
import { InputGate } from "./inputs.ts";
import "./mended-gradients.ts";
import type { AnyFunction } from "./program.ts";
import { trace } from "./trace/trace.ts";

export interface ExportOptions<Constants extends ArrayTree = Record<string, never>> {
  /** Where the model goes, as a whole file. */
  readonly path: string;
  /** What the graph is called in it. */
  readonly name: string;
  /** Baked in, given to the function as its last argument: weights, as a rule. */
  readonly constants?: Constants;
}

/** An input or output of an exported model. */
export interface ExportedPort {
  /** What the model calls it: its path with underscores, "state.hidden" as `state_hidden`. */
  readonly name: string;
  readonly path: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

export interface ExportedModel {
  readonly inputs: readonly ExportedPort[];
  readonly outputs: readonly ExportedPort[];
  readonly bytes: number;
}

/**
 * Saves a function that `compile` would take as a standard ONNX model (opset 17), gradients and all, for other runtimes.
 * The examples' shapes and types become the model's, their numbers do not matter. Outputs whose path is an input's too are
 * called `next_…`. A step is exported as the function of its state and inputs that it is: `({ state, …inputs }) => …`.
 */
export async function exportOnnx<I extends ArrayTree, O, C extends ArrayTree>(
  fn: (inputs: Tensors<I>, constants: Tensors<C>) => O,
  examples: I,
  { path, name, constants }: ExportOptions<C>,
): Promise<ExportedModel> {
  if (!path.endsWith(".onnx"))
    throw new InputError(`Expected a path that ends in .onnx, got ${JSON.stringify(path)}. Other programs go by it.`);
  new InputGate(name, "examples").admit(examples);
  const { model, inputs, outputs } = trace(fn as unknown as AnyFunction, {
    name,
    examples: [examples],
    constants: constants ?? {},
    stateful: false,
    named: true,
  });
  await writeFileAtomic(path, model);
  return { inputs: inputs as ExportedPort[], outputs: outputs as ExportedPort[], bytes: model.length };
}
