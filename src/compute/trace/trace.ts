import * as tf from "@tensorflow/tfjs";
import { inScope, withBackend } from "../active-backend.ts";
import type { NdArray } from "../array.ts";
import { fuseProducts } from "../onnx/fuse-products.ts";
import { sameShape, type ValueType } from "../onnx/graph.ts";
import { portNames } from "../onnx/port-names.ts";
import { writeModel } from "../onnx/protobuf.ts";
import { isNdArray, isTensor, leavesOf, rebuild } from "../tree.ts";
import { tracer } from "./backend.ts";
import "./lowerings.ts";

/** An array's place at the border of a graph. */
export interface PortInfo {
  readonly path: string;
  /** What the model calls it. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: ValueType;
}

/** A traced function: the model and what goes in and comes out of it, in order. */
export interface Trace {
  readonly model: Uint8Array;
  readonly inputs: readonly PortInfo[];
  /** The parts of the state that change, then the results. */
  readonly outputs: readonly PortInfo[];
  /** Which arrays of the state those first outputs are; the others come back as they went in and are not copied. */
  readonly carried: readonly number[];
  /** The outputs' tree with a placeholder where each array goes. */
  readonly template: unknown;
  /** How many nodes the graph has. */
  readonly nodes: number;
}

export interface TraceRequest {
  readonly name: string;
  /** Trees of arrays that become inputs, one for each leading argument of the function; only shapes and types count. */
  readonly examples: readonly unknown[];
  /** A tree of arrays that is baked in, as the last argument. */
  readonly constants: unknown;
  /** Whether the first example is a state that comes back as `state` beside `outputs`; its arrays then lead the outputs. */
  readonly stateful: boolean;
  /** Whether inputs and outputs are called after their paths in the model, for those who read it elsewhere. */
  readonly named?: boolean;
}

type TracedFunction = (...trees: unknown[]) => unknown;

/** Runs `fn` once on symbolic tensors and writes down what it did. Synchronous; leaves tfjs' active backend as it was. */
export function trace(fn: TracedFunction, { name, examples, constants, stateful, named }: TraceRequest): Trace {
  return onTracer(name, () => {
    const { graph } = tracer;
    const inputs: PortInfo[] = [];
    const fail = (path: string, got: string) =>
      tracer.refuse(`got ${got} at "${path}"`, "Pass arrays: { shape, dtype, data }.");
    const trees = examples.map((example) => {
      const leaves = leavesOf(example, isNdArray, fail);
      return rebuild(example, isNdArray, ({ shape, dtype }, i) => {
        const value = graph.input({ shape, dtype });
        inputs.push({ path: leaves[i].path, name: value, shape, dtype });
        return tensor(tracer.result(value));
      });
    });
    leavesOf(constants, isNdArray, fail);
    const baked = rebuild(constants, isNdArray, (array) => tensor(numbersOf(array)));
    const result = fn(...trees, baked);

    const outputs: PortInfo[] = [];
    const carried: number[] = [];
    const emit = (path: string, value: string): void => {
      outputs.push({ path, name: graph.output(value), ...graph.info(value) });
    };
    const failOutput = (path: string, got: string) =>
      tracer.refuse(`returns ${got} at "${path}"`, "Return tensors, in objects or lists.");
    let rest = result;
    if (stateful) {
      const { state, outputs: visible } = result as { state: unknown; outputs: unknown };
      rest = visible;
      const before = leavesOf(examples[0], isNdArray, fail);
      const after = leavesOf(state, isTensor, failOutput);
      for (const [i, { path, value }] of before.entries()) {
        const next = after[i];
        if (
          next?.path !== path ||
          !sameShape(next.value.shape, value.shape) ||
          !sameType(next.value.dtype, value.dtype)
        ) {
          const got = next ? `${next.value.dtype}[${next.value.shape}] at "${next.path}"` : "nothing";
          throw tracer.refuse(
            `turns the state's ${value.dtype}[${value.shape}] at "${path}" into ${got}`,
            "Return the state in the form it came.",
          );
        }
        const carry = graph.cast(tracer.value(next.value), value.dtype);
        if (carry === graph.inputs[i].name) continue;
        carried.push(i);
        emit(path, carry);
      }
      if (after.length > before.length)
        throw tracer.refuse(
          `adds "${after[before.length].path}" to the state`,
          "Return the state in the form it came.",
        );
    }
    for (const { path, value } of leavesOf(rest, isTensor, failOutput)) emit(path, tracer.value(value));
    graph.prune();
    fuseProducts(graph);
    const template = rebuild(rest, isTensor, () => PLACE);
    const names = named ? portNames(graph, { inputs: paths(inputs), outputs: paths(outputs) }) : undefined;
    const called = (ports: readonly PortInfo[]): PortInfo[] =>
      ports.map((port) => ({ ...port, name: names?.get(port.name) ?? port.name }));
    return {
      model: writeModel(graph, name, names),
      inputs: called(inputs),
      outputs: called(outputs),
      carried,
      template,
      nodes: graph.nodes.length,
    };
  });
}

const paths = (ports: readonly PortInfo[]): string[] => ports.map(({ path }) => path);

/** Stands in a template where an array goes. */
const PLACE: NdArray = { shape: [], dtype: "float32", data: new Float32Array(0) };

const sameType = (tensorType: string, arrayType: string): boolean =>
  tensorType === (arrayType === "uint8" ? "int32" : arrayType);

const tensor = (info: tf.TensorInfo): tf.Tensor => tf.engine().makeTensorFromTensorInfo(info, tracer);

function numbersOf({ shape, dtype, data }: NdArray): tf.TensorInfo {
  if (dtype === "uint8") return tracer.numbers(Int32Array.from(data), shape, "int32");
  return tracer.numbers(data, shape, dtype);
}

/** Runs `build` with the tracer as tfjs' backend and closes its tensors' scope, also when it throws. */
function onTracer<T>(name: string, build: () => T): T {
  return withBackend("trace", () => {
    tracer.begin(name);
    try {
      return inScope("trace", build);
    } finally {
      tracer.end();
    }
  });
}
