import type * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { LinearController, type LinearControllerConfig } from "../../agents/linear-controller.ts";
import { ConfigError } from "../../src/base/errors.ts";
import type { NdArray } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { MultiBinary } from "../../src/core/spaces/multi-binary.ts";
import type { Space } from "../../src/core/spaces/space.ts";
import { noise } from "../compute/fixtures.ts";

const steering = new Box({ low: [-1, 0, 0], high: [1, 1, 1] });

describe("LinearController", () => {
  it("cuts tanh's range at ±1/3 for three actions, and counts from the space's start", () => {
    const at = (value: number, space: Space<unknown> = new Discrete(3)) =>
      new LinearController({
        featureSize: 1,
        actionSpace: space,
        weights: [Math.atanh(value)],
        config: { bias: false },
      }).act(Float32Array.of(1));
    expect([-0.999, -0.34, -0.32, 0, 0.32, 0.34, 0.999].map((value) => at(value))).toEqual([0, 0, 1, 1, 1, 2, 2]);
    expect(at(-0.9, new Discrete(3, { start: 5 }))).toBe(5);
    expect([-0.1, 0.1].map((value) => at(value, new Discrete(2)))).toEqual([0, 1]);
    const certain = new LinearController({ featureSize: 1, actionSpace: new Discrete(3), weights: [1e6, 0] });
    expect([-1, 1].map((feature) => certain.act(Float32Array.of(feature)))).toEqual([0, 2]); // tanh at its very ends
  });

  it("scales to the bounds of a Box", () => {
    const controller = new LinearController({
      featureSize: 2,
      actionSpace: steering,
      weights: [0, 0, 0, 1, 0, 0, 0, 0, -9],
    });
    const action = controller.act(Float32Array.of(0.5, 3)) as Float32Array;
    expect(Array.from(action)).toEqual([0, (Math.tanh(0.5) + 1) / 2, 0].map((value) => expect.closeTo(value, 6)));
    expect(steering.contains(action)).toBe(true);
  });

  it("cuts elements off at their bounds where told to: no foot on the brake for half of what tanh says", () => {
    const controller = new LinearController({
      featureSize: 1,
      actionSpace: steering,
      weights: [0, -2, 1],
      config: { bias: false, clipped: [2] },
    });
    const at = (feature: number) => Array.from(controller.act(Float32Array.of(feature)) as Float32Array);
    expect(at(0)).toEqual([0, 0.5, 0]);
    expect(at(0.5)[2]).toBeCloseTo(Math.tanh(0.5), 6);
    expect(at(-3)[2]).toBe(0);
  });

  it("looks at the first of its features only, where told to", () => {
    const config = { inputs: 2 };
    const controller = new LinearController({ featureSize: 5, actionSpace: steering, config });
    expect(controller.weights.length).toBe(3 * (2 + 1));
    const seeing = controller.with([1, 2, 0.5, 0, 0, 0, 0, 0, 0]);
    const [steer] = seeing.act(Float32Array.of(0.1, 0.2, 9, 9, 9)) as Float32Array;
    expect(steer).toBeCloseTo(Math.tanh(0.1 + 0.4 + 0.5), 6);
  });

  it.each([
    ["Discrete(3) without bias", new Discrete(3), { bias: false }],
    ["Discrete(4), start 2", new Discrete(4, { start: 2 }), {}],
    ["Box", steering, {}],
    ["Box, cut off, with less sight", steering, { clipped: [0, 2], inputs: 4 }],
  ] as const)("acts in a graph as outside of it: %s", async (_, actionSpace, given) => {
    const [P, D, F] = [3, 50, 6];
    const config = given as z.input<typeof LinearControllerConfig>;
    const blank = new LinearController({ featureSize: F, actionSpace, config });
    const n = blank.weights.length;
    const weights = noise([P, n], { seed: 1 });
    const features = noise([P, D, F], { seed: 2, scale: 2 });
    for (const engine of ["cpu", "onnx"] as const) {
      const graph = compile<{ weights: NdArray; features: NdArray }, tf.Tensor, Record<string, never>>(
        (inputs) => blank.graph(inputs.weights, inputs.features),
        { name: "controller", engine, offThread: false },
      );
      const { shape, data } = await graph.run({ weights, features });
      await graph.dispose();
      const width = actionSpace instanceof Box ? 3 : 1;
      expect(shape).toEqual(width === 1 ? [P, D] : [P, D, width]);
      const acted = Array.from({ length: P * D }, (_, i) => {
        const own = blank.with(weights.data.subarray(Math.floor(i / D) * n, (Math.floor(i / D) + 1) * n));
        const action = own.begin().act(Float32Array.from(features.data.subarray(i * F, (i + 1) * F)));
        return width === 1 ? [action as number] : Array.from(action as Float32Array);
      }).flat();
      const worst = acted.reduce((most, value, i) => Math.max(most, Math.abs(value - data[i])), 0);
      expect(worst).toBeLessThan(1e-6);
      if (width === 1) expect(new Set(acted).size).toBe((actionSpace as Discrete).n); // every action was met
    }
  });

  it("has the original's sizes", () => {
    expect(new LinearController({ featureSize: 32 + 256, actionSpace: steering }).weights.length).toBe(867);
    const takeCover = { featureSize: 64 + 512 + 512, actionSpace: new Discrete(3), config: { bias: false } };
    expect(new LinearController(takeCover).weights.length).toBe(1088);
  });

  it("refuses weights of another length and spaces it cannot serve", () => {
    const make = (actionSpace: Space<unknown>, weights?: number[]) => () =>
      new LinearController({ featureSize: 2, actionSpace, weights });
    expect(make(new Discrete(3), [1, 2])).toThrow(new ConfigError("Expected 3 controller weights, got 2."));
    expect(make(new MultiBinary(3))).toThrow(ConfigError);
    expect(make(new Box({ low: 0, high: Number.POSITIVE_INFINITY, shape: [2] }))).toThrow(/bounded Box/);
  });
});
