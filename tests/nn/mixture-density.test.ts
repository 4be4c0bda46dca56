import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { RandomStream } from "../../src/core/random.ts";
import {
  type Mixture,
  mixtureDeviation,
  mixtureNll,
  mixtureOf,
  mixtureSizes,
  sampleMixture,
} from "../../src/nn/mixture-density.ts";
import { floats, noise } from "../compute/fixtures.ts";

const ENGINES = ["cpu", "onnx"] as const;

/** Density of a normal mixture in float64, from its textbook formula. */
function density(x: number, logits: readonly number[], means: readonly number[], logStds: readonly number[]): number {
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
  return logits.reduce((sum, logit, k) => {
    const std = Math.exp(logStds[k]);
    const z = (x - means[k]) / std;
    return sum + ((Math.exp(logit) / total) * Math.exp(-0.5 * z * z)) / (std * Math.sqrt(2 * Math.PI));
  }, 0);
}

/** What a head gives for one row: logits, means, log-deviations of K components of one number. */
const row = (logits: number[], means: number[], logStds: number[]) =>
  floats([1, 3 * logits.length], [...logits, ...means, ...logStds]);

function read(raw: tf.Tensor, shape: { dimensions: number; components: number }): Mixture {
  const sizes = mixtureSizes(shape);
  const [logits, normals] = tf.split(raw, [sizes.logits, sizes.normals], 1);
  return mixtureOf({ logits, normals }, shape);
}

async function sample(
  engine: "cpu" | "onnx",
  inputs: { raw: NdArray; uniform: NdArray; normal: NdArray; temperature: number },
  components: number,
): Promise<Float32Array> {
  const rows = inputs.uniform.shape[0];
  const compiled = compile<
    Record<"raw" | "uniform" | "normal" | "temperature", NdArray>,
    tf.Tensor,
    Record<string, never>
  >(
    ({ raw, uniform, normal, temperature }) => {
      const mixture = read(tf.tile(raw, [rows, 1]), { dimensions: uniform.shape[1] as number, components });
      return sampleMixture(mixture, { uniform, normal }, temperature as tf.Scalar);
    },
    { name: "sample", engine, offThread: false },
  );
  const { data } = await compiled.run({ ...inputs, temperature: floats([], [inputs.temperature]) });
  await compiled.dispose();
  return data as Float32Array;
}

describe.each(ENGINES)("mixture densities on %s", (engine) => {
  it("give the negative log-likelihood that float64 gives, far from the means as well", async () => {
    const [N, D, K] = [6, 4, 5];
    const raw = noise([N, 3 * D * K], { scale: 2, seed: 3 });
    const x = noise([N, D], { scale: 12, seed: 4 });
    const compiled = compile<{ raw: NdArray; x: NdArray }, tf.Tensor, Record<string, never>>(
      (inputs) => mixtureNll(inputs.x, read(inputs.raw, { dimensions: D, components: K })),
      { name: "nll", engine, offThread: false },
    );
    const { shape, data } = await compiled.run({ raw, x });
    await compiled.dispose();
    expect(shape).toEqual([N, D]);
    for (let n = 0; n < N; n++) {
      for (let d = 0; d < D; d++) {
        const part = (i: number) => Array.from({ length: K }, (_, k) => raw.data[n * 3 * K * D + (i * K + k) * D + d]);
        const expected = -Math.log(density(x.data[n * D + d], part(0), part(1), part(2)));
        expect(Math.abs(data[n * D + d] - expected)).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected)));
      }
    }
  });

  it("stay finite where the density underflows and where a spread is absurd", async () => {
    const raw = row([0, 0], [0, 1], [-60, -60]); // a spread of e^−60 is read as e^−7
    const compiled = compile<{ raw: NdArray; x: NdArray }, tf.Tensor, Record<string, never>>(
      (inputs) => mixtureNll(inputs.x, read(inputs.raw, { dimensions: 1, components: 2 })),
      { name: "nll", engine, offThread: false },
    );
    const { data } = await compiled.run({ raw, x: floats([1, 1], [9]) });
    await compiled.dispose();
    // The nearer mean is 8 away: ½ (8 e⁷)² − 7 + ½ log 2π + log 2
    const expected = 0.5 * (8 * Math.exp(7)) ** 2 - 7 + 0.5 * Math.log(2 * Math.PI) + Math.log(2);
    expect(Math.abs(data[0] / expected - 1)).toBeLessThan(1e-4);
  });

  it("choose the component by inverse CDF and scale the spread by √τ", async () => {
    const logits = [Math.log(0.2), Math.log(0.5), Math.log(0.3)];
    const raw = row(logits, [10, 20, 30], [Math.log(1), Math.log(2), Math.log(3)]);
    const uniform = floats([6, 1], [0, 0.19, 0.21, 0.69, 0.71, 0.999]);
    const normal = floats([6, 1], [1, -1, 1, -1, 1, 0]);
    const plain = await sample(engine, { raw, uniform, normal, temperature: 1 }, 3);
    expect(Array.from(plain)).toEqual([11, 9, 22, 18, 33, 30].map((value) => expect.closeTo(value, 4)));

    // τ = 4: weights ∝ w^¼, cumulated .2854, .6442 (0.2^.25, 0.5^.25, 0.3^.25 = .66874, .84090, .74008); spreads doubled
    const edges = floats([4, 1], [0.29, 0.3, 0.66, 0.68]);
    const ones = floats([4, 1], [1, 1, 1, 1]);
    const hot = await sample(engine, { raw, uniform: edges, normal: ones, temperature: 4 }, 3);
    expect(Array.from(hot)).toEqual([12, 24, 24, 36].map((value) => expect.closeTo(value, 4)));
  });

  it("may be a single normal", async () => {
    const [uniform, normal] = [floats([2, 1], [0, 0.99]), floats([2, 1], [1, -1])];
    const draws = await sample(engine, { raw: row([0.4], [3], [Math.log(2)]), uniform, normal, temperature: 4 }, 1);
    expect(Array.from(draws)).toEqual([7, -1].map((value) => expect.closeTo(value, 4)));
  });

  it("draw with the mixture's moments, and report its deviation", async () => {
    const logits = [0.3, -0.5, 1.1];
    const [means, logStds] = [
      [-2, 1, 3],
      [-0.5, 0.4, -1],
    ];
    const raw = row(logits, means, logStds);
    const random = new RandomStream(1, "moments");
    const n = 40_000;
    const draws = await sample(
      engine,
      {
        raw,
        uniform: floats(
          [n, 1],
          Array.from({ length: n }, () => random.uniform()),
        ),
        normal: floats(
          [n, 1],
          Array.from({ length: n }, () => random.normal()),
        ),
        temperature: 1,
      },
      3,
    );
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    const weight = logits.map((logit) => Math.exp(logit) / total);
    const mean = weight.reduce((sum, w, k) => sum + w * means[k], 0);
    const variance = weight.reduce((sum, w, k) => sum + w * (Math.exp(2 * logStds[k]) + (means[k] - mean) ** 2), 0);
    const found = draws.reduce((sum, x) => sum + x / n, 0);
    const spread = draws.reduce((sum, x) => sum + (x - found) ** 2 / n, 0);
    expect(Math.abs(found - mean)).toBeLessThan(5 * Math.sqrt(variance / n));
    expect(Math.abs(spread / variance - 1)).toBeLessThan(0.05);

    const compiled = compile<{ raw: NdArray }, tf.Tensor, Record<string, never>>(
      (inputs) => mixtureDeviation(read(inputs.raw, { dimensions: 1, components: 3 })),
      { name: "deviation", engine, offThread: false },
    );
    expect((await compiled.run({ raw })).data[0]).toBeCloseTo(Math.sqrt(variance), 5);
    await compiled.dispose();
  });
});
