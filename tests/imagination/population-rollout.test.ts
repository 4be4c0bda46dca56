import type * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { LinearController } from "../../agents/linear-controller.ts";
import { ConfigError } from "../../src/base/errors.ts";
import type { NdArray, Parameters } from "../../src/compute/array.ts";
import { compile } from "../../src/compute/compile.ts";
import { RandomStream } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { drawNoise } from "../../src/imagination/noise.ts";
import { PopulationRollout } from "../../src/imagination/population-rollout.ts";
import { gatherRows } from "../../src/imagination/rows.ts";
import type { RecurrentWorldModel } from "../../src/world-models/recurrent/recurrent-world-model.ts";
import type { ModelState } from "../../src/world-models/world-model.ts";
import { noise } from "../compute/fixtures.ts";
import { tinyContexts, tinyWorld } from "../world-models/tiny-world.ts";

const contexts = tinyContexts();
type Rows = Record<string, NdArray>;
type StepOutputs = { state: ModelState; features: tf.Tensor; reward: tf.Tensor; logit: tf.Tensor };

/** One controller in one dream after the other, eagerly on the cpu, a step at a time: no batch, no unrolling, no mask. */
async function playAlone(
  model: RecurrentWorldModel,
  controller: LinearController,
  options: { dreams: number; horizon: number; temperature: number; seed: number },
): Promise<{ returns: number[]; steps: number[] }> {
  const { dreams, horizon, temperature, seed } = options;
  const settings = { constants: model.parameters, engine: "cpu" } as const;
  const start = compile<Rows, { state: ModelState; features: tf.Tensor }, Parameters>(
    ({ frames, actions, normal, uniform }, weights) => {
      const state = model.start(weights, { frames, actions }, { normal, uniform });
      return { state, features: model.features(state) };
    },
    { name: "start", ...settings },
  );
  const step = compile<{ state: Rows } & { given: Rows }, StepOutputs, Parameters>(
    ({ state, given }, weights) => {
      const temperature = given.temperature as tf.Scalar;
      const next = model.step(weights, state as ModelState, given.actions as tf.Tensor, {
        temperature,
        noise: { normal: given.normal as tf.Tensor, uniform: given.uniform as tf.Tensor },
      });
      return { state: next.state, features: next.features, reward: next.reward, logit: next.terminationLogit };
    },
    { name: "step", ...settings },
  );
  const [returns, lengths]: number[][] = [[], []];
  for (let d = 0; d < dreams; d++) {
    const streams = [new RandomStream(seed, "rollout").split(d)];
    const index = [streams[0].integer(0, contexts.frames.shape[0])];
    const { normal, uniform } = drawNoise(model.noise, streams);
    const frames = gatherRows(contexts.frames, index);
    let { state, features } = await start.run({
      frames,
      actions: gatherRows(contexts.actions, index),
      normal,
      uniform,
    });
    let total = 0;
    let t = 0;
    for (let over = false; !over && t < horizon; t++) {
      const { termination, ...given } = drawNoise(model.noise, streams);
      const action = controller.act(features.data as Float32Array);
      const actions: NdArray =
        typeof action === "number"
          ? { shape: [1], dtype: "int32", data: Int32Array.of(action) }
          : { shape: [1, (action as Float32Array).length], dtype: "float32", data: action as Float32Array };
      const constant: NdArray = { shape: [], dtype: "float32", data: Float32Array.of(temperature) };
      const next = await step.run({ state: state as Rows, given: { ...given, actions, temperature: constant } });
      ({ state, features } = next);
      total += next.reward.data[0];
      over = termination.data[0] < 1 / (1 + Math.exp(-next.logit.data[0]));
    }
    returns.push(total);
    lengths.push(t);
  }
  await start.dispose();
  await step.dispose();
  return { returns, steps: lengths };
}

const controllers = (blank: LinearController, count: number, seed: number) =>
  Array.from({ length: count }, (_, p) => noise([blank.weights.length], { seed: seed + p }).data as Float32Array);

describe("PopulationRollout", () => {
  it.each([
    ["discrete actions, a horizon that is no multiple of the unrolling", tinyWorld({ doneLogit: 0.5 }), 17, 4],
    [
      "continuous actions and the cell",
      tinyWorld({ actionSpace: new Box({ low: [-1, 0], high: [1, 1] }), cellFeature: true }),
      12,
      6,
    ],
    ["a horizon shorter than the unrolling", tinyWorld({ doneLogit: -100 }), 3, 8],
  ] as const)("gives what each controller earns alone in the same dreams: %s", async (_, model, horizon, unroll) => {
    const [population, dreams, temperature] = [3, 4, 1.2];
    const blank = new LinearController({ featureSize: model.featureSize, actionSpace: model.actionSpace });
    const candidates = controllers(blank, population, 60);
    const shared = { model, contexts, horizon, temperature, controller: blank.graph };
    const rollout = new PopulationRollout({ ...shared, population, dreams, unroll });
    const returns = await rollout.run(candidates, 8);
    expect(returns.map((row) => row.length)).toEqual([dreams, dreams, dreams]);
    const lengths = new Set<number>();
    for (const [p, weights] of candidates.entries()) {
      const alone = await playAlone(model, blank.with(weights), { dreams, horizon, temperature, seed: 8 });
      for (const steps of alone.steps) lengths.add(steps);
      for (const [d, expected] of alone.returns.entries()) expect(returns[p][d]).toBeCloseTo(expected, 3);
    }
    if (horizon > 10) expect(lengths.size).toBeGreaterThan(2); // dreams of many lengths were compared
    await rollout.dispose();
  });

  it("gives every candidate the same dreams, and every seed others; a call leaves nothing to the next", async () => {
    const model = tinyWorld({ doneLogit: 0.5 });
    const blank = new LinearController({ ...model, config: {} });
    const rollout = new PopulationRollout({
      model,
      contexts,
      horizon: 20,
      controller: blank.graph,
      population: 3,
      dreams: 5,
    });
    const [one, other] = controllers(blank, 2, 80);
    const returns = await rollout.run([one, other, one], "a");
    expect(returns[2]).toEqual(returns[0]); // one controller, the same dreams
    expect(new Set(returns[0]).size).toBe(5); // which differ among each other
    expect(await rollout.run([one, other, one], "b")).not.toEqual(returns);
    expect(await rollout.run([one, other, one], "a")).toEqual(returns);
    await rollout.dispose();
  });

  it("refuses a population of another size", async () => {
    const model = tinyWorld();
    const blank = new LinearController({ ...model, config: {} });
    const rollout = new PopulationRollout({
      model,
      contexts,
      horizon: 5,
      controller: blank.graph,
      population: 2,
      dreams: 1,
    });
    await expect(rollout.run([blank.weights], 1)).rejects.toThrow(
      "Expected 2 controllers of one length, got 1 of 11 weights.",
    );
    await expect(rollout.run([blank.weights, [1]], 1)).rejects.toThrow(ConfigError);
    await rollout.dispose();
  });
});
