import type * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { NdArray, Parameters } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { RandomStream } from "../../src/core/random.ts";
import { conv, convParameters, convTranspose, convTransposeParameters } from "../../src/nn/conv.ts";
import { dense, denseParameters } from "../../src/nn/dense.ts";
import { lstmParameters, lstmProject, lstmStep } from "../../src/nn/lstm.ts";
import { noise } from "../compute/fixtures.ts";

const ENGINES = ["cpu", "onnx"] as const;
type Weights = Readonly<Record<string, tf.Tensor>>;

function draws(seed: number): () => number {
  const random = new RandomStream(seed, "layers");
  return () => random.normal();
}

async function evaluate<I extends Record<string, NdArray>, O extends Record<string, tf.Tensor>>(
  engine: "cpu" | "onnx",
  parameters: Parameters,
  inputs: I,
  fn: (weights: Weights, inputs: { [K in keyof I]: tf.Tensor }) => O,
): Promise<{ [K in keyof O]: NdArray }> {
  const compiled = compile<I, O, Parameters>(
    (given, weights) => fn(weights as Weights, given as { [K in keyof I]: tf.Tensor }),
    { name: "layer", constants: parameters, engine, offThread: false },
  );
  const outputs = await compiled.run(inputs);
  await compiled.dispose();
  return outputs as { [K in keyof O]: NdArray };
}

function expectClose(got: NdArray, expected: ArrayLike<number>, shape: readonly number[]): void {
  expect(got.shape).toEqual(shape);
  const worst = Array.from(got.data).reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i])), 0);
  expect(worst).toBeLessThan(2e-5);
}

describe.each(ENGINES)("layers on %s", (engine) => {
  it("dense: x · kernel + bias", async () => {
    const parameters: Parameters = {
      ...denseParameters("d", { inputs: 3, outputs: 2 }, draws(1)),
      "d.bias": noise([2], { seed: 9 }),
    };
    const x = noise([4, 3], { seed: 2 });
    const { y } = await evaluate(engine, parameters, { x }, (weights, inputs) => ({
      y: dense(weights, "d", inputs.x),
    }));
    const kernel = parameters["d.kernel"].data;
    const expected = Array.from({ length: 8 }, (_, i) => {
      const [n, o] = [Math.floor(i / 2), i % 2];
      return [0, 1, 2].reduce((sum, k) => sum + x.data[n * 3 + k] * kernel[k * 2 + o], parameters["d.bias"].data[o]);
    });
    expectClose(y, expected, [4, 2]);
  });

  it("an LSTM step is the textbook's, with one added to the forget gate", async () => {
    const [B, I, H] = [3, 4, 5];
    const parameters: Parameters = {
      ...lstmParameters("l", { inputs: I, hidden: H }, draws(2)),
      "l.bias": noise([4 * H], { seed: 5 }),
    };
    const inputs = {
      x: noise([B, I], { seed: 6 }),
      hidden: noise([B, H], { seed: 7 }),
      cell: noise([B, H], { seed: 8 }),
    };
    const next = await evaluate(engine, parameters, inputs, (weights, { x, hidden, cell }) => {
      const state = lstmStep(weights, "l", lstmProject(weights, "l", x), { hidden, cell });
      return { hidden: state.hidden, cell: state.cell };
    });
    const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
    const [wx, wh, b] = ["l.input", "l.recurrent", "l.bias"].map((name) => parameters[name].data);
    const [hidden, cell] = [new Float64Array(B * H), new Float64Array(B * H)];
    for (let n = 0; n < B; n++) {
      const gate = (g: number, j: number) => {
        const column = g * H + j;
        let sum = b[column];
        for (let i = 0; i < I; i++) sum += inputs.x.data[n * I + i] * wx[i * 4 * H + column];
        for (let i = 0; i < H; i++) sum += inputs.hidden.data[n * H + i] * wh[i * 4 * H + column];
        return sum;
      };
      for (let j = 0; j < H; j++) {
        const [input, candidate, forget, output] = [0, 1, 2, 3].map((g) => gate(g, j));
        const kept = sigmoid(forget + 1) * inputs.cell.data[n * H + j];
        cell[n * H + j] = kept + sigmoid(input) * Math.tanh(candidate);
        hidden[n * H + j] = sigmoid(output) * Math.tanh(cell[n * H + j]);
      }
    }
    expectClose(next.hidden, hidden, [B, H]);
    expectClose(next.cell, cell, [B, H]);
  });

  it("a convolution is the sum over its window, and its transpose undoes its shape", async () => {
    const shape = { kernel: 3, inputs: 2, outputs: 4 };
    const parameters: Parameters = { ...convParameters("c", shape, draws(3)), "c.bias": noise([4], { seed: 4 }) };
    const x = noise([2, 9, 7, 2], { seed: 10 });
    const { y } = await evaluate(engine, parameters, { x }, (weights, inputs) => ({
      y: conv(weights, "c", inputs.x, 2),
    }));
    const kernel = parameters["c.kernel"].data;
    const at = (n: number, r: number, c: number, o: number) => {
      let sum = parameters["c.bias"].data[o];
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++)
          for (let k = 0; k < 2; k++)
            sum += x.data[((n * 9 + 2 * r + i) * 7 + 2 * c + j) * 2 + k] * kernel[((i * 3 + j) * 2 + k) * 4 + o];
      return sum;
    };
    const expected: number[] = [];
    for (let n = 0; n < 2; n++)
      for (let r = 0; r < 4; r++) for (let c = 0; c < 3; c++) for (let o = 0; o < 4; o++) expected.push(at(n, r, c, o));
    expectClose(y, expected, [2, 4, 3, 4]);

    const back = { kernel: 5, inputs: 4, outputs: 2, stride: 2 };
    const transposed = await evaluate(
      engine,
      convTransposeParameters("t", back, draws(4)),
      { y },
      (weights, inputs) => ({
        x: convTranspose(weights, "t", inputs.y, 2),
      }),
    );
    expect(transposed.x.shape).toEqual([2, 11, 9, 2]); // (4 − 1)·2 + 5, (3 − 1)·2 + 5
  });
});

describe("initial weights", () => {
  it("have the variance of their rule and depend on the draws alone", () => {
    const deviation = ({ data }: NdArray) =>
      Math.sqrt(Array.from(data).reduce((sum, x) => sum + x * x, 0) / data.length);
    const he = convParameters("c", { kernel: 4, inputs: 16, outputs: 32 }, draws(5))["c.kernel"];
    expect(deviation(he)).toBeCloseTo(Math.sqrt(2 / 256), 2);
    const glorot = denseParameters("d", { inputs: 100, outputs: 60 }, draws(6), 0.1)["d.kernel"];
    expect(deviation(glorot)).toBeCloseTo(0.1 * Math.sqrt(2 / 160), 3);
    expect(denseParameters("d", { inputs: 100, outputs: 60 }, draws(6), 0.1)["d.kernel"].data).toEqual(glorot.data);
  });
});
