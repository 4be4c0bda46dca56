import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { ActorCriticConfig } from "../../../agents/actor-critic/actor-critic-config.ts";
import { networkParameters } from "../../../agents/actor-critic/network.ts";
import { createRollout } from "../../../agents/actor-critic/rollout.ts";
import {
  actorCriticLoss,
  drawEpoch,
  type LearnerState,
  type UpdateInputs,
  updateStep,
} from "../../../agents/actor-critic/update.ts";
import { identityNormalizer, normalized } from "../../../agents/networks/normalizer.ts";
import { perceptronOf } from "../../../agents/networks/perceptron.ts";
import { adamInit } from "../../../src/compute/adam.ts";
import type { NdArray, Parameters } from "../../../src/compute/array.ts";
import { compile, compileStep } from "../../../src/compute/compile.ts";
import { RandomStream } from "../../../src/core/random.ts";

const [FEATURES, ACTIONS, STEPS, SLOTS] = [3, 4, 16, 2];
const SIZE = STEPS * SLOTS;

/** A rollout of an older policy than the weights, a fifth of whose steps were no transitions. */
function example(seed: number) {
  const random = new RandomStream(seed, "update");
  const rollout = createRollout({ steps: STEPS, slots: SLOTS, features: FEATURES });
  for (let i = 0; i < rollout.observations.length; i++) rollout.observations[i] = 3 * random.normal();
  for (let i = 0; i < SIZE; i++) {
    rollout.actions[i] = random.integer(0, ACTIONS);
    rollout.logProbabilities[i] = Math.log(random.uniform(0.1, 0.5));
    rollout.happened[i] = Number(i % 5 !== 0);
  }
  const advantages = Float32Array.from({ length: SIZE }, () => random.normal());
  const returns = Float32Array.from({ length: SIZE }, () => random.normal());
  const weights = networkParameters({ features: FEATURES, actions: ACTIONS, hidden: [5, 4] }, () => random.normal());
  for (const { data } of Object.values(weights)) data.set(Float32Array.from(data, () => 0.5 * random.normal()));
  const float = (): NdArray => ({
    shape: [FEATURES],
    dtype: "float32",
    data: Float32Array.from({ length: FEATURES }, () => random.uniform(0.5, 1.5)),
  });
  return { rollout, estimates: { advantages, returns }, weights, normalizer: { mean: float(), scale: float() } };
}

const epochOf = (given: ReturnType<typeof example>, config: ActorCriticConfig) =>
  drawEpoch({ ...given, config, learningRate: 0.01, updates: 0, random: new RandomStream(0) });

describe("actorCriticLoss", () => {
  it.each(["onnx", "cpu"] as const)("is PPO's, as written out step by step, on %s", async (engine) => {
    const given = example(1);
    const config = ActorCriticConfig.parse({ minibatches: 1, entropy: 0.03, value: 0.7 });
    const { rollout, estimates, weights, normalizer } = given;
    const [inputs] = epochOf(given, config);
    const loss = compile<Pick<UpdateInputs, "batch" | "normalizer"> & { weights: Parameters }, object, never>(
      (tensors) => actorCriticLoss(tensors.weights, tensors, config),
      { name: "loss", engine, offThread: false },
    );
    const { batch } = inputs;
    const got = (await loss.run({ batch, normalizer, weights })) as Record<string, NdArray>;
    await loss.dispose();

    const rows = Array.from({ length: SIZE }, (_, i) => i).filter((i) => rollout.happened[i]);
    const mean = (of: (row: number) => number) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
    const center = mean((row) => estimates.advantages[row]);
    const deviation = Math.sqrt(mean((row) => (estimates.advantages[row] - center) ** 2));
    const seen = (row: number) =>
      normalized(rollout.observations.slice(row * FEATURES, (row + 1) * FEATURES), normalizer);
    const shares = (row: number) => {
      const odds = Array.from(perceptronOf(weights, "actor", seen(row)), Math.exp);
      return odds.map((odd) => odd / odds.reduce((a, b) => a + b, 0));
    };
    const ratio = (row: number) => shares(row)[rollout.actions[row]] / Math.exp(rollout.logProbabilities[row]);
    const gain = (row: number) => {
      const advantage = (estimates.advantages[row] - center) / deviation;
      return Math.min(ratio(row) * advantage, Math.min(1.2, Math.max(0.8, ratio(row))) * advantage);
    };
    const error = (row: number) => perceptronOf(weights, "critic", seen(row))[0] - estimates.returns[row];
    const entropy = mean((row) => -shares(row).reduce((sum, share) => sum + share * Math.log(share), 0));
    const expected = {
      policyLoss: -mean(gain),
      valueLoss: mean((row) => 0.5 * error(row) ** 2),
      entropy,
      divergence: mean((row) => ratio(row) - 1 - Math.log(ratio(row))),
      clipped: mean((row) => Number(Math.abs(ratio(row) - 1) > 0.2)),
    };
    const total = expected.policyLoss + 0.7 * expected.valueLoss - 0.03 * entropy;
    for (const [figure, value] of Object.entries({ ...expected, loss: total }))
      expect(got[figure].data[0], figure).toBeCloseTo(value, 4);
    expect(expected.clipped).toBeGreaterThan(0.2);
  });
});

describe("drawEpoch", () => {
  it("gives every step once in an epoch, in an order that depends on the seed", () => {
    const given = example(2);
    const config = ActorCriticConfig.parse({ minibatches: 4, normalizeAdvantages: false });
    const parts = epochOf(given, config);
    const seen = parts.flatMap(({ batch }) => Array.from(batch.returns.data));
    expect(parts.map(({ batch }) => batch.observations.shape)).toEqual(Array(4).fill([SIZE / 4, FEATURES]));
    expect(seen).not.toEqual(Array.from(given.estimates.returns));
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from(given.estimates.returns).toSorted((a, b) => a - b));
    const again = epochOf(given, config);
    expect(again.flatMap(({ batch }) => Array.from(batch.returns.data))).toEqual(seen);
    for (const { batch } of parts)
      expect(Array.from(batch.shares.data).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
  });

  it("brings the transitions' advantages to mean 0 and deviation 1", () => {
    const [{ batch }] = epochOf(example(3), ActorCriticConfig.parse({ minibatches: 2 }));
    const kept = Array.from(batch.advantages.data).filter((_, m) => batch.shares.data[m] > 0);
    const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
    expect(mean).toBeCloseTo(0, 5);
    expect(kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / kept.length).toBeCloseTo(1, 4);
  });
});

describe("updateStep", () => {
  it("makes the arm of a bandit likelier that paid, and says the arms' mean worth", async () => {
    const [size, arms] = [30, 3];
    const pays = [0, 1, 0.2];
    const random = new RandomStream(1, "bandit");
    const weights = networkParameters({ features: 1, actions: arms, hidden: [8] }, () => random.normal());
    const config = ActorCriticConfig.parse({ entropy: 0 });
    const normalizer = identityNormalizer(1);
    const step = compileStep<LearnerState, UpdateInputs, object, never>(
      (state, inputs) => updateStep(state, inputs, config) as never,
      { name: "bandit", offThread: false },
    );
    const learner = await step({ weights, adam: adamInit(weights) });
    const shares = async () => {
      const { weights: now } = await learner.read();
      const odds = perceptronOf(now, "actor", Float32Array.of(1)).map(Math.exp);
      return { odds: odds.map((odd) => odd / odds.reduce((a, b) => a + b, 0)), weights: now };
    };
    const before = await shares();
    for (let round = 0; round < 60; round++) {
      const rollout = createRollout({ steps: size, slots: 1, features: 1 });
      rollout.observations.fill(1);
      rollout.happened.fill(1);
      rollout.actions.set(Int32Array.from({ length: size }, (_, i) => i % arms));
      const { odds, weights: now } = await shares();
      const value = perceptronOf(now, "critic", Float32Array.of(1))[0];
      rollout.logProbabilities.set(Float32Array.from(rollout.actions, (arm) => Math.log(odds[arm])));
      const returns = Float32Array.from(rollout.actions, (arm) => pays[arm]);
      const estimates = { returns, advantages: returns.map((paid) => paid - value) };
      const one = { rollout, estimates, normalizer, config: { ...config, minibatches: 1 }, learningRate: 0.01 };
      const [inputs] = drawEpoch({ ...one, updates: round, random });
      await learner.step(inputs);
      if (round > 0) continue;
      const first = await shares();
      expect(first.odds[1]).toBeGreaterThan(before.odds[1]);
      expect(first.odds[0]).toBeLessThan(before.odds[0]);
    }
    const after = await shares();
    await learner.dispose();
    expect(after.odds[1]).toBeGreaterThan(0.6);
    expect(perceptronOf(after.weights, "critic", Float32Array.of(1))[0]).toBeCloseTo(0.4, 1);
  });

  it("keeps the gradient within its bound", async () => {
    const given = example(4);
    const move = async (maxGradientNorm: number) => {
      const config = ActorCriticConfig.parse({ minibatches: 1, maxGradientNorm });
      const open = compileStep<LearnerState, UpdateInputs, { length: tf.Tensor }, never>(
        (state, inputs) => {
          const next = updateStep(state, inputs, config);
          const squares = Object.values(next.state.adam.m).map((m) => tf.sum(tf.square(m)));
          return { state: next.state, outputs: { length: tf.sqrt(tf.addN(squares)) } };
        },
        { name: "clipped", offThread: false },
      );
      const learner = await open({ weights: given.weights, adam: adamInit(given.weights) });
      const { length } = await learner.step(epochOf(given, config)[0]);
      await learner.dispose();
      return length.data[0];
    };
    expect(await move(0.01)).toBeCloseTo(0.01, 5); // after one step Adam's m is the gradient
    const free = await move(1e6);
    expect(free).toBeGreaterThan(0.1);
    expect(await move(2 * free)).toBeCloseTo(free, 5);
  });
});
