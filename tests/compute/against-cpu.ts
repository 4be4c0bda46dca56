import * as tf from "@tensorflow/tfjs";
import { expect } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { asFloat, noise, relativeError } from "./fixtures.ts";

type Inputs = Readonly<Record<string, NdArray>>;
type Tensors = Readonly<Record<string, tf.Tensor>>;
type Results = Record<string, tf.Tensor>;

/** Runs a function once on an engine. */
async function runOn(engine: "cpu" | "onnx", fn: (inputs: Tensors) => Results, inputs: Inputs) {
  const compiled = compile<Inputs, Results, Record<string, never>>(fn, {
    name: "f",
    engine,
    offThread: false,
    threads: 1,
  });
  const results = (await compiled.run(inputs)) as Record<string, NdArray>;
  await compiled.dispose();
  return results;
}

/** Runs a function compiled and on tfjs' cpu backend, expects the same numbers, and gives them. */
export async function expectSame(
  fn: (inputs: Tensors) => Results,
  inputs: Inputs,
  tolerance = 1e-4,
): Promise<Record<string, NdArray>> {
  const expected = await runOn("cpu", fn, inputs);
  const got = await runOn("onnx", fn, inputs);
  expect(Object.keys(got)).toEqual(Object.keys(expected));
  for (const name of Object.keys(expected)) {
    expect(got[name].dtype, name).toBe(expected[name].dtype);
    expect(got[name].shape, name).toEqual(expected[name].shape);
    expect(relativeError(got[name], expected[name]), name).toBeLessThan(tolerance);
  }
  return expected;
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

/**
 * Where tfjs' own gradients are no reference: values as on cpu, gradients alike on both engines, and equal to the slope of
 * tfjs cpu's values along a random direction of each float32 input. That slope is exact for functions that are linear in
 * each input; others want a small step.
 */
export async function expectSlopes(
  fn: (inputs: Tensors) => tf.Tensor,
  inputs: Inputs,
  { step = 0.5, tolerance = 1e-3 }: { readonly step?: number; readonly tolerance?: number } = {},
): Promise<void> {
  const weights = (y: tf.Tensor): NdArray => noise(y.shape, { seed: 99 });
  const names = Object.keys(inputs).filter((name) => inputs[name].dtype === "float32");
  const gradients = await expectSame((tensors) => {
    const loss = (...values: tf.Tensor[]): tf.Scalar => {
      const y = fn({ ...tensors, ...Object.fromEntries(names.map((name, i) => [name, values[i]])) });
      return tf.sum(tf.mul(y, tf.tensor(weights(y).data, y.shape)));
    };
    const slopes = tf.grads(loss)(names.map((name) => tensors[name]));
    return { y: fn(tensors), ...Object.fromEntries(names.map((name, i) => [`d${name}`, slopes[i]])) };
  }, inputs);

  const lossAt = async (moved: Inputs): Promise<{ loss: number; size: number }> => {
    const { y } = await runOn("cpu", valueOnly(fn), moved);
    const factors = noise(y.shape, { seed: 99 }).data;
    let [loss, size] = [0, 0];
    for (const [i, value] of y.data.entries()) {
      loss += value * factors[i];
      size += Math.abs(value * factors[i]);
    }
    return { loss, size };
  };
  for (const [k, name] of names.entries()) {
    const { data, shape } = inputs[name];
    const direction = noise(shape, { seed: 123 + k }).data;
    const moved = (by: number): Inputs => ({
      ...inputs,
      [name]: { ...inputs[name], data: Float32Array.from(data, (x, i) => x + by * direction[i]) },
    });
    const [above, below] = [await lossAt(moved(step)), await lossAt(moved(-step))];
    const slope = (above.loss - below.loss) / (2 * step);
    let [got, scale] = [0, 1e-2];
    for (const [i, value] of gradients[`d${name}`].data.entries()) {
      got += value * direction[i];
      scale += Math.abs(value * direction[i]);
    }
    const rounding = (4e-7 * (above.size + below.size)) / step; // of float32 values
    expect(Math.abs(got - slope), `d${name}: ${got} against ${slope}`).toBeLessThan(tolerance * scale + rounding);
  }
}
