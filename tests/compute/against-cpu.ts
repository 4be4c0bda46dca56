import * as tf from "@tensorflow/tfjs";
import { expect } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { asFloat, relativeError } from "./fixtures.ts";

type Inputs = Readonly<Record<string, NdArray>>;
type Tensors = Readonly<Record<string, tf.Tensor>>;
type Results = Record<string, tf.Tensor>;

/** Runs a function compiled and on tfjs' cpu backend, and expects the same numbers. */
export async function expectSame(fn: (inputs: Tensors) => Results, inputs: Inputs, tolerance = 1e-4): Promise<void> {
  const results = [];
  for (const engine of ["cpu", "onnx"] as const) {
    const compiled = compile<Inputs, Results, Record<string, never>>(fn, {
      name: "f",
      engine,
      offThread: false,
      threads: 1,
    });
    results.push((await compiled.run(inputs)) as Record<string, NdArray>);
    await compiled.dispose();
  }
  const [expected, got] = results;
  expect(Object.keys(got)).toEqual(Object.keys(expected));
  for (const name of Object.keys(expected)) {
    expect(got[name].dtype, name).toBe(expected[name].dtype);
    expect(got[name].shape, name).toEqual(expected[name].shape);
    expect(relativeError(got[name], expected[name]), name).toBeLessThan(tolerance);
  }
}

/** The value of `fn` and the gradient of a weighted sum of its squares for each float32 input. */
export function withGradients(fn: (inputs: Tensors) => tf.Tensor): (inputs: Tensors) => Results {
  return (inputs) => {
    const names = Object.keys(inputs).filter((name) => inputs[name].dtype === "float32");
    const loss = (...values: tf.Tensor[]): tf.Scalar => {
      const y = asFloat(fn({ ...inputs, ...Object.fromEntries(names.map((name, i) => [name, values[i]])) }));
      return tf.sum(tf.mul(tf.square(y), 0.7));
    };
    const gradients = tf.grads(loss)(names.map((name) => inputs[name]));
    return { y: fn(inputs), ...Object.fromEntries(names.map((name, i) => [`d${name}`, gradients[i]])) };
  };
}

/** The value alone, for functions without a gradient. */
export function valueOnly(fn: (inputs: Tensors) => tf.Tensor): (inputs: Tensors) => Results {
  return (inputs) => ({ y: fn(inputs) });
}
