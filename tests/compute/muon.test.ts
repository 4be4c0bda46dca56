import type * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { type NdArray, type Parameters, scalar } from "../../src/compute/array.ts";
import { compile, compileStep } from "../../src/compute/compile.ts";
import { muonInit, muonUpdate } from "../../src/compute/muon.ts";
import { orthogonalize } from "../../src/compute/orthogonalize.ts";
import { floats, noise } from "./fixtures.ts";

type Matrix = number[][];

const rowsOf = ({ shape: [rows, columns], data }: NdArray): Matrix =>
  Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * columns, (i + 1) * columns)));
const transposed = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));
const product = (a: Matrix, b: Matrix): Matrix => {
  const columns = transposed(b);
  return a.map((row) => columns.map((column) => row.reduce((sum, x, k) => sum + x * column[k], 0)));
};
const combined = (terms: readonly (readonly [number, Matrix])[]): Matrix =>
  terms[0][1].map((row, i) => row.map((_, j) => terms.reduce((sum, [factor, a]) => sum + factor * a[i][j], 0)));
const lengthOf = (a: Matrix): number => Math.sqrt(a.flat().reduce((sum, x) => sum + x * x, 0));

const POLYNOMIALS = [
  [8.0934, -23.6204, 17.4462],
  [3.6366, -2.7219, 0.5365],
  [2.6613, -1.9772, 0.4526],
];

/** Amsel et al. 2025, as it is written there, in float64: X ← aX + (bG + cG²)X, on the matrix itself. */
function polarExpress(matrix: Matrix): Matrix {
  const tall = matrix.length > matrix[0].length;
  let x = combined([[1 / (lengthOf(matrix) + 1e-7), tall ? transposed(matrix) : matrix]]);
  for (const [a, b, c] of POLYNOMIALS) {
    const gram = product(x, transposed(x));
    const factor = combined([
      [b, gram],
      [c, product(gram, gram)],
    ]);
    x = combined([
      [a, x],
      [1, product(factor, x)],
    ]);
  }
  return tall ? transposed(x) : x;
}

const orthogonalized = async (matrix: NdArray, engine: "onnx" | "cpu" = "onnx"): Promise<Matrix> => {
  const compiled = compile<{ matrix: NdArray }, { result: tf.Tensor }, Record<string, never>>(
    (inputs) => ({ result: orthogonalize([inputs.matrix as tf.Tensor2D])[0] }),
    { name: "orthogonalize", engine, offThread: false },
  );
  try {
    return rowsOf((await compiled.run({ matrix })).result);
  } finally {
    await compiled.dispose();
  }
};

describe("orthogonalize", () => {
  it.each([
    [[12, 12], "onnx"],
    [[7, 30], "onnx"],
    [[40, 6], "onnx"],
    [[40, 6], "cpu"],
  ] as const)("is the iteration of the paper for a matrix %j, on %s", async (shape, engine) => {
    const matrix = noise(shape, { seed: 3 });
    const result = await orthogonalized(matrix, engine);
    const expected = polarExpress(rowsOf(matrix));
    expect(lengthOf(combined([[1, result], [-1, expected]])) / lengthOf(expected)).toBeLessThan(1e-3); // biome-ignore format: a difference
  });

  it("makes directions of every length about equally long, whatever the matrix' scale", async () => {
    // Orthogonal columns (of a Hadamard matrix), of lengths that a factor of fifty lies between.
    const hadamard = (i: number, j: number) => (-1) ** [1, 2, 4].filter((bit) => i & j & bit).length;
    const lengths = [1, 0.5, 0.2, 0.02];
    for (const scale of [1e-6, 1, 1e5]) {
      const matrix = floats(
        [8, 4],
        Array.from({ length: 32 }, (_, k) => scale * lengths[k % 4] * hadamard(k >> 2, k % 4)),
      );
      const columns = transposed(await orthogonalized(matrix));
      for (const [j, column] of columns.entries()) {
        expect(Math.hypot(...column)).toBeGreaterThan(0.6);
        expect(Math.hypot(...column)).toBeLessThan(1.3);
        for (let i = 0; i < 8; i++) expect(Math.sign(column[i])).toBe(hadamard(i, j));
      }
    }
  });

  it("brings whatever is above a hundredth of a matrix' length to between 0.73 and 1.27, as each polynomial is the best to", async () => {
    const size = 40;
    const lengths = Array.from({ length: size }, (_, i) => 0.85 ** i);
    const diagonal = floats(
      [size, size],
      Array.from({ length: size * size }, (_, k) => (k % (size + 1) === 0 ? lengths[k / (size + 1)] : 0)),
    );
    const total = Math.hypot(...lengths);
    const ends = (await orthogonalized(diagonal)).map((row, i) => row[i]).filter((_, i) => lengths[i] >= 0.01 * total);
    expect(ends.length).toBeGreaterThan(20);
    expect(Math.min(...ends)).toBeGreaterThan(0.725);
    expect(Math.max(...ends)).toBeLessThan(1.275);
    // The best one errs as much, by turns above and below, at as many places as it has coefficients and one more.
    let [low, high] = [0.01, 1];
    for (const [a, b, c] of POLYNOMIALS) {
      const at = (x: number) => a * x + b * x ** 3 + c * x ** 5;
      const errors = Array.from({ length: 10_001 }, (_, i) => at(low + ((high - low) * i) / 10_000) - 1);
      const worst = Math.max(...errors.map(Math.abs));
      const turns = errors.filter((error) => Math.abs(error) > 0.99 * worst).map(Math.sign);
      expect(turns.filter((sign, i) => sign !== turns[i - 1])).toHaveLength(4);
      [low, high] = [1 - worst, 1 + worst];
    }
  });

  it("gives many at once what it gives each alone", async () => {
    const shapes = [
      [6, 6],
      [20, 6],
      [5, 9],
      [6, 31],
    ];
    const matrices = Object.fromEntries(shapes.map((shape, i) => [`m${i}`, noise(shape, { seed: i })]));
    const together = compile<Parameters, Record<string, tf.Tensor>, Record<string, never>>(
      (inputs) => {
        const results = orthogonalize(Object.values(inputs) as tf.Tensor2D[]);
        return Object.fromEntries(Object.keys(inputs).map((name, i) => [name, results[i]]));
      },
      { name: "orthogonalize", engine: "onnx", offThread: false },
    );
    const results = await together.run(matrices);
    await together.dispose();
    for (const [name, matrix] of Object.entries(matrices)) {
      const difference = combined([
        [1, rowsOf(results[name])],
        [-1, await orthogonalized(matrix)],
      ]);
      expect(lengthOf(difference)).toBeLessThan(1e-4);
    }
  });

  it("leaves a matrix of zeros as it is", async () => {
    expect((await orthogonalized(floats([3, 2], [0, 0, 0, 0, 0, 0]))).flat()).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

describe("Muon", () => {
  it.each(["onnx", "cpu"] as const)("follows its equations over several steps, on %s", async (engine) => {
    const parameters = { matrix: noise([6, 10], { seed: 1 }), kernel: noise([2, 2, 3, 5], { seed: 2 }) };
    const steps = Array.from({ length: 6 }, (_, t) => ({
      matrix: noise([6, 10], { seed: 10 + t, scale: t === 2 ? 1e-3 : 1 }),
      kernel: noise([2, 2, 3, 5], { seed: 30 + t, scale: 0.01 }),
    }));
    type State = { parameters: Parameters; muon: Parameters };
    type Inputs = { gradients: Parameters; learningRate: NdArray };
    const resident = await compileStep<State, Inputs, Record<string, never>, Record<string, never>>(
      ({ parameters, muon }, { gradients, learningRate }) => {
        const next = muonUpdate({ parameters, gradients, state: muon, learningRate: learningRate as tf.Scalar });
        return { state: { parameters: next.parameters, muon: next.state }, outputs: {} };
      },
      { name: "muon", engine, offThread: false },
    )({ parameters, muon: muonInit(parameters) });
    for (const gradients of steps) await resident.step({ gradients, learningRate: scalar(0.02) });
    const result = (await resident.read()).parameters;
    await resident.dispose();

    for (const [name, rows, columns] of [
      ["matrix", 6, 10],
      ["kernel", 12, 5], // the last axis, and all others
    ] as const) {
      const flat = ({ data }: NdArray) => rowsOf({ shape: [rows, columns], dtype: "float32", data });
      let parameter = flat(parameters[name]);
      let momentum = combined([[0, parameter]]);
      for (const step of steps) {
        const gradient = flat(step[name]);
        momentum = combined([
          [0.95, momentum],
          [0.05, gradient],
        ]);
        const nesterov = combined([
          [0.95, momentum],
          [0.05, gradient],
        ]);
        // A root mean square of 0.2: what is orthogonal has √(shorter) as its length, over longer × shorter elements.
        parameter = combined([
          [1, parameter],
          [-0.02 * 0.2 * Math.sqrt(Math.max(rows, columns)), polarExpress(nesterov)],
        ]);
      }
      const difference = combined([
        [1, parameter],
        [-1, flat(result[name])],
      ]);
      expect(Math.max(...difference.flat().map(Math.abs))).toBeLessThan(2e-4);
    }
  });
});
