import { describe, expect, it } from "vitest";
import { argMax, drawCategorical } from "../../../agents/networks/categorical.ts";
import { normalized } from "../../../agents/networks/normalizer.ts";
import { ObservationStatistics } from "../../../agents/networks/observation-statistics.ts";
import { type PerceptronSizes, perceptronOf, perceptronParameters } from "../../../agents/networks/perceptron.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { noise } from "../../compute/fixtures.ts";

const drawing = (seed: number) => {
  const random = new RandomStream(seed, "networks");
  return () => random.normal();
};

describe("perceptronParameters", () => {
  it.each<PerceptronSizes>([
    [40, 7],
    [7, 40],
    [9, 9],
  ])("begins with orthogonal kernels: %s → %s", (inputs, outputs) => {
    const { "head.0.kernel": kernel } = perceptronParameters("head", [inputs, outputs], { draw: drawing(1) });
    expect(kernel.shape).toEqual([inputs, outputs]);
    const [count, at] =
      inputs >= outputs
        ? [outputs, (vector: number, i: number) => kernel.data[i * outputs + vector]]
        : [inputs, (vector: number, i: number) => kernel.data[vector * outputs + i]];
    for (let a = 0; a < count; a++)
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let i = 0; i < Math.max(inputs, outputs); i++) product += at(a, i) * at(b, i);
        expect(product).toBeCloseTo(a === b ? 1 : 0, 5);
      }
  });

  it("gives hidden layers gain √2 and the last the one asked for", () => {
    const parameters = perceptronParameters("body", [5, 5, 5], { draw: drawing(2), outputGain: 0.1 });
    const gain = (layer: number) =>
      Math.hypot(...Array.from({ length: 5 }, (_, i) => parameters[`body.${layer}.kernel`].data[5 * i]));
    expect(gain(0)).toBeCloseTo(Math.SQRT2, 5);
    expect(gain(1)).toBeCloseTo(0.1, 6);
    expect(Object.keys(parameters)).toEqual(["body.0.kernel", "body.0.bias", "body.1.kernel", "body.1.bias"]);
  });

  it("computes kernel by kernel, tanh between them", () => {
    const parameters = perceptronParameters("body", [2, 3, 1], { draw: drawing(3) });
    parameters["body.0.bias"].data.set([0.1, -0.2, 0.3]);
    parameters["body.1.bias"].data.set([0.5]);
    const [first, second] = [parameters["body.0.kernel"].data, parameters["body.1.kernel"].data];
    const hidden = [0, 1, 2].map((o) => Math.tanh(0.7 * first[o] - 1.3 * first[3 + o] + [0.1, -0.2, 0.3][o]));
    const expected = hidden.reduce((sum, value, i) => sum + value * second[i], 0.5);
    expect(perceptronOf(parameters, "body", Float32Array.of(0.7, -1.3))[0]).toBeCloseTo(expected, 5);
  });
});

describe("ObservationStatistics", () => {
  it("brings what was seen to mean 0 and deviation 1, whatever the parts it came in", () => {
    const [rows, features] = [60, 3];
    const data = (noise([rows, features], { seed: 5, scale: 3 }).data as Float32Array).map(
      (value, i) => [100, -7, 0.5][i % features] + [1, 40, 0.01][i % features] * value,
    );
    const counted = Uint8Array.from({ length: rows }, (_, row) => Number(row % 4 !== 1));
    const statistics = new ObservationStatistics(features);
    statistics.add(data.slice(0, 25 * features), counted.slice(0, 25));
    const saved = structuredClone(statistics.state());
    const later = new ObservationStatistics(features);
    later.restore(saved);
    later.add(data.slice(25 * features), counted.slice(25));
    const { mean, scale } = later.normalizer();
    for (let f = 0; f < features; f++) {
      const column = Array.from({ length: rows }, (_, row) => data[row * features + f]).filter(
        (_, row) => counted[row],
      );
      const center = column.reduce((sum, value) => sum + value, 0) / column.length;
      const deviation = Math.sqrt(column.reduce((sum, value) => sum + (value - center) ** 2, 0) / column.length);
      expect(mean.data[f] / center).toBeCloseTo(1, 5);
      expect(scale.data[f] * deviation).toBeCloseTo(1, 5);
    }
  });

  it("does nothing before it has seen anything, and sees nothing in what never varies", () => {
    const statistics = new ObservationStatistics(2);
    const observation = Float32Array.of(0.3, 4);
    expect(normalized(observation, statistics.normalizer())).toEqual(observation);
    for (let batch = 0; batch < 3; batch++) statistics.add(Float32Array.of(0.1, batch, 0.1, 2));
    const seen = normalized(Float32Array.of(0.7, 1e9), statistics.normalizer());
    expect(Array.from(seen)).toEqual([0, 10]); // and what is farthest out is cut off
  });
});

describe("drawCategorical", () => {
  it("divides the unit interval among the actions", () => {
    const logits = [9, Math.log(1) + 50, Math.log(3) + 50, Math.log(4) + 50, 9]; // the inner three
    const at = (uniform: number) => drawCategorical(logits, uniform, 1, 3).index;
    expect([0, 0.12, 0.13, 0.49, 0.51, 0.9999].map(at)).toEqual([0, 0, 1, 1, 2, 2]);
    expect(drawCategorical(logits, 0.3, 1, 3).logProbability).toBeCloseTo(Math.log(3 / 8), 6);
    expect(argMax([1, 3, 3])).toBe(1);
  });
});
