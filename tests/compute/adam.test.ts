import type * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { type AdamState, adamCorrections, adamInit, adamUpdate } from "../../src/compute/adam.ts";
import { type NdArray, type Parameters, scalar } from "../../src/compute/array.ts";
import { compile, compileStep } from "../../src/compute/compile.ts";
import { TraceError } from "../../src/compute/errors.ts";
import { clipByGlobalNorm, clipByValue, globalNorm, valueAndGradients } from "../../src/compute/gradients.ts";
import { countParameters } from "../../src/compute/parameters.ts";
import { floats, noise } from "./fixtures.ts";

type State = { parameters: Parameters; adam: AdamState };
type Inputs = { gradients: Parameters; learningRate: NdArray; corrections: { first: NdArray; second: NdArray } };

/** Kingma & Ba 2015, algorithm 1, line by line in float64. */
function adamByTheBook(theta: number[], gradients: number[][], rate: number): number[] {
  const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];
  let parameters = theta;
  let m = theta.map(() => 0);
  let v = theta.map(() => 0);
  for (const [i, g] of gradients.entries()) {
    const t = i + 1;
    m = m.map((value, k) => beta1 * value + (1 - beta1) * g[k]);
    v = v.map((value, k) => beta2 * value + (1 - beta2) * g[k] ** 2);
    const mHat = m.map((value) => value / (1 - beta1 ** t));
    const vHat = v.map((value) => value / (1 - beta2 ** t));
    parameters = parameters.map((value, k) => value - (rate * mHat[k]) / (Math.sqrt(vHat[k]) + epsilon));
  }
  return parameters;
}

describe("Adam", () => {
  it.each([
    ["onnx", [2, 3]],
    ["cpu", [2, 3]],
    ["onnx", [70, 60]], // steps alone
    ["cpu", [70, 60]],
  ] as const)("follows algorithm 1 on %s, for a matrix %j and a bias", async (engine, shape) => {
    const parameters = { w: noise(shape), b: noise([3], { seed: 2 }) };
    const steps = Array.from({ length: 12 }, (_, t) => ({
      w: noise(shape, { seed: 10 + t, scale: t === 3 ? 1e-4 : 1 }),
      b: noise([3], { seed: 40 + t, scale: 1e-3 }),
    }));
    const resident = await compileStep<State, Inputs, Record<string, never>, Record<string, never>>(
      ({ parameters, adam }, { gradients, learningRate, corrections }) => {
        const next = adamUpdate({
          parameters,
          gradients,
          state: adam,
          learningRate: learningRate as tf.Scalar,
          corrections,
        });
        return { state: { parameters: next.parameters, adam: next.state }, outputs: {} };
      },
      { name: "adam", engine, offThread: false },
    )({ parameters, adam: adamInit(parameters) });
    for (const [t, gradients] of steps.entries()) {
      await resident.step({ gradients, learningRate: scalar(0.01), corrections: adamCorrections(t + 1) });
    }
    const result = (await resident.read()).parameters;
    for (const name of ["w", "b"] as const) {
      const expected = adamByTheBook(
        [...parameters[name].data],
        steps.map((step) => [...step[name].data]),
        0.01,
      );
      for (const [i, value] of expected.entries()) expect(result[name].data[i]).toBeCloseTo(value, 6);
    }
    await resident.dispose();
  });
});

describe("gradients of dictionaries", () => {
  const p = { a: floats([2], [1, -2]), b: floats([], [3]) };
  type P = typeof p;

  it("come with the loss, metrics and whatever else the function returns", async () => {
    const compiled = compile<P, unknown, Record<string, never>>(
      (inputs) =>
        valueAndGradients(inputs as unknown as Record<string, tf.Tensor>, ({ a, b }) => ({
          loss: a.square().sum().mul(b) as tf.Scalar,
          metrics: { size: a.square().sum() },
          carry: { last: a },
        })),
      { name: "loss", engine: "onnx", offThread: false },
    );
    expect(await compiled.run(p)).toEqual({
      value: { loss: floats([], [15]), metrics: { size: floats([], [5]) }, carry: { last: p.a } },
      gradients: { a: floats([2], [6, -12]), b: floats([], [5]) },
    });
    await compiled.dispose();
  });

  it("need a loss that depends on every parameter", async () => {
    const compiled = compile<P, unknown, Record<string, never>>(
      (inputs) => valueAndGradients(inputs as unknown as Record<string, tf.Tensor>, ({ a }) => a.sum() as tf.Scalar),
      { name: "loss", engine: "onnx", offThread: false },
    );
    await expect(compiled.run(p)).rejects.toThrow(TraceError);
    await expect(compiled.run(p)).rejects.toThrow(/depend on every parameter, got none on "b"/);
  });

  it("are clipped by value and by their norm together", async () => {
    const compiled = compile<P, unknown, Record<string, never>>(
      (inputs) => {
        const gradients = inputs as unknown as Record<string, tf.Tensor>;
        return {
          value: clipByValue(gradients, 1.5),
          norm: globalNorm(gradients),
          short: clipByGlobalNorm(gradients, 100),
          long: clipByGlobalNorm(gradients, 0.5),
        };
      },
      { name: "clip", engine: "onnx", offThread: false },
    );
    const { value, norm, short, long } = (await compiled.run(p)) as Record<
      string,
      Record<"a" | "b", NdArray> & NdArray
    >;
    expect([...value.a.data, ...value.b.data]).toEqual([1, -1.5, 1.5]);
    expect(norm.data[0]).toBeCloseTo(Math.sqrt(14), 5);
    expect([...short.a.data, ...short.b.data]).toEqual([1, -2, 3]);
    for (const [i, x] of [1, -2, 3].entries())
      expect([...long.a.data, ...long.b.data][i]).toBeCloseTo((x * 0.5) / Math.sqrt(14), 5);
    await compiled.dispose();
  });

  it("are as many as the parameters", () => {
    expect(countParameters({ a: noise([2, 3]), b: noise([]), c: noise([4]) })).toBe(11);
  });
});
