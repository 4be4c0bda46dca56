import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { NdArray, Parameters } from "../../../src/compute/array.ts";
import { valueAndGradients } from "../../../src/compute/gradients.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { fsqDigits } from "../../../src/nn/fsq.ts";
import type { StMemory } from "../../../src/nn/st-transformer.ts";
import { emptyStMemory } from "../../../src/nn/st-transformer.ts";
import type { Weights } from "../../../src/nn/weights.ts";
import {
  DynamicsConfig,
  type DynamicsShape,
  dynamicsParameters,
  headLogits,
  outcomeOf,
  pastOf,
  rewardOf,
  squashed,
  trunkShape,
  trunkStep,
} from "../../../src/world-models/genie/dynamics.ts";
import { type DynamicsBatch, dynamicsLoss } from "../../../src/world-models/genie/dynamics-loss.ts";
import { floats, ints, noise, relativeError } from "../../compute/fixtures.ts";
import { run } from "./running.ts";

const [B, T, S, A] = [2, 3, 4, 5];
const LEVELS = [3, 2]; // a token's digits: 6 kinds of token
const [D, L, K] = [2, 3, 6];
const U = S * D;
const shape: DynamicsShape = { rows: 2, columns: 2, levels: LEVELS, actionSize: A };
const digitsOf = (token: number) => [token % 3, Math.floor(token / 3)];
const config = DynamicsConfig.parse({
  width: 16,
  heads: 2,
  trunkBlocks: 2,
  headBlocks: 2,
  context: 4,
  actionWidth: 8,
  doneWeight: 3,
  rewardScale: 5,
});
const parameters = weightsOf(1);

/** Weights that differ from one another everywhere, biases and scales too. */
function weightsOf(seed: number): Parameters {
  const random = new RandomStream(seed, "dynamics");
  const initial = dynamicsParameters(config, shape, () => random.normal());
  return Object.fromEntries(
    Object.entries(initial).map(([name, { shape, data }], i) => {
      const { data: added } = noise(shape, { scale: 0.3, seed: 50 + i });
      return [name, floats(shape, data.map((value, j) => value + added[j]) as Float32Array)];
    }),
  );
}

type Arrays = Record<keyof DynamicsBatch, NdArray>;

function batch(seed = 1): Arrays {
  const random = new RandomStream(seed, "batch");
  const draw = (size: number, value: () => number) => Array.from({ length: size }, value);
  const frames = () =>
    ints(
      [B, T + 1, S],
      draw(B * (T + 1) * S, () => random.integer(0, K)),
    );
  return {
    tokens: frames(),
    corrupted: frames(), // something else altogether
    hidden: floats(
      [B, T, U],
      draw(B * T * U, () => Number(random.uniform() < 0.6)),
    ),
    action: floats(
      [B, T, A],
      draw(B * T * A, () => random.normal()),
    ),
    before: floats(
      [B, A],
      draw(B * A, () => random.normal()),
    ),
    reward: floats(
      [B, T],
      draw(B * T, () => 5 * random.normal()),
    ),
    done: floats([B, T], [0, 1, 0, 0, 0, 1]),
    mask: floats([B, T], [1, 1, 1, 1, 1, 0]),
    importance: floats([B, T], [1, 0.25, 2, 1, 0.5, 7]),
  };
}

const lossOf = (given: Arrays, weights = parameters) =>
  run((inputs, own) => dynamicsLoss(config, shape, own, inputs as unknown as DynamicsBatch), given, {
    parameters: weights,
  });

/** A copy with elements changed: rows of `size` numbers counted over all leading dimensions. */
function changed(array: NdArray, rows: readonly number[], size: number): NdArray {
  const data = array.data.slice();
  for (const row of rows)
    for (let i = row * size; i < (row + 1) * size; i++)
      data[i] = array.dtype === "int32" ? (data[i] + 1) % K : data[i] + 1.5;
  return { ...array, data };
}

const frameAt = (x: tf.Tensor, t: number) => tf.squeeze(tf.slice(x, [0, t, 0], [B, 1, x.shape[2]!]), [1]);

/** h of every frame, one step of the trunk after another, and what the head makes of them. */
const stepped = (given: Arrays) => {
  const { past, count, position } = emptyStMemory(trunkShape(config), {
    batch: B,
    frames: config.context - 1,
    places: S,
  });
  return run(
    (inputs, weights: Weights) => {
      let memory = inputs.memory as unknown as StMemory;
      const { batch } = inputs as unknown as { batch: DynamicsBatch };
      const hidden: tf.Tensor[] = [];
      for (let t = 0; t <= T; t++) {
        const action = t === 0 ? batch.before : frameAt(batch.action, t - 1);
        const before = t === 0 ? undefined : frameAt(batch.corrupted, t - 1);
        const step = trunkStep(config, shape, weights, { tokens: frameAt(batch.corrupted, t), before, action }, memory);
        hidden.push(step.hidden);
        memory = step.memory;
      }
      const heads = Array.from({ length: T }, (_, t) => {
        const isHidden = tf.cast(frameAt(batch.hidden, t), "bool");
        const next = tf.reshape(fsqDigits(frameAt(batch.tokens, t + 1), LEVELS), [B, U]);
        const standing = tf.where(isHidden, tf.fill([B, U], L, "int32"), next);
        const [tokens, action] = [frameAt(batch.corrupted, t), frameAt(batch.action, t)];
        const past = pastOf(shape, weights, hidden[t]);
        return {
          logits: headLogits(config, shape, weights, { past, tokens, action, standing }),
          ...outcomeOf(config, weights, { past, action }),
        };
      });
      return { heads, hidden: tf.stack(hidden, 1), count: memory.count, position: memory.position };
    },
    { batch: given, memory: { past, count, position } },
    { parameters },
  );
};

describe("the dynamics' loss", () => {
  it("is, by hand, what the trunk's steps and the head say of each step: the cached past is the past", async () => {
    const given = batch();
    const { heads, count, position } = await stepped(given);
    const softplus = (x: number) => Math.log1p(Math.exp(x));
    const symlog = (x: number) => Math.sign(x) * Math.log(Math.abs(x) + 1);
    let [nll, hiddenDigits, rewardError, doneCrossEntropy] = [0, 0, 0, 0];
    for (const [t, { logits, reward, doneLogit }] of heads.entries())
      for (let b = 0; b < B; b++) {
        const step = b * T + t;
        if (given.mask.data[step] === 0) continue;
        for (let u = 0; u < U; u++) {
          if (given.hidden.data[step * U + u] === 0) continue;
          const row = Array.from(logits.data.subarray((b * U + u) * L, (b * U + u + 1) * L));
          const token = given.tokens.data[(b * (T + 1) + t + 1) * S + Math.floor(u / D)];
          nll += Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[digitsOf(token)[u % D]];
          hiddenDigits++;
        }
        rewardError += (reward.data[b] - symlog(given.reward.data[step] / 5)) ** 2 / 5;
        const x = doneLogit.data[b];
        doneCrossEntropy +=
          (given.importance.data[step] * (given.done.data[step] === 1 ? 3 * softplus(-x) : softplus(x))) / 5;
      }
    const { loss, metrics } = await lossOf(given);
    expect(metrics.nll.data[0]).toBeCloseTo((D * nll) / hiddenDigits, 4);
    expect(metrics.rewardError.data[0]).toBeCloseTo(rewardError, 4);
    expect(metrics.doneCrossEntropy.data[0]).toBeCloseTo(doneCrossEntropy, 4);
    expect(loss.data[0]).toBeCloseTo((D * nll) / hiddenDigits + rewardError + doneCrossEntropy, 4);
    expect([Array.from(count.data), Array.from(position.data)]).toEqual([
      [3, 3],
      [4, 4],
    ]); // of four frames, three are remembered
  });

  it.each([0, 1, 2])("of steps before step %d does not depend on what comes of it and later", async (t) => {
    const given = batch();
    const mask = floats(
      [B, T],
      Array.from({ length: B * T }, (_, i) => Number(i % T < t)),
    );
    const rows = (length: number, from: number) =>
      Array.from({ length: B * length }, (_, i) => i).filter((i) => i % length >= from);
    const spoilt: Arrays = {
      ...given,
      mask,
      tokens: changed(given.tokens, rows(T + 1, t + 1), S),
      corrupted: changed(given.corrupted, rows(T + 1, t + 1), S),
      hidden: {
        ...given.hidden,
        data: given.hidden.data.map((x, i) => (Math.floor(i / U) % T >= t ? 1 - x : x)) as Float32Array,
      },
      action: changed(given.action, rows(T, t), A),
      reward: changed(given.reward, rows(T, t), 1),
      done: { ...given.done, data: given.done.data.map((x, i) => (i % T >= t ? 1 - x : x)) as Float32Array },
    };
    const clean = await lossOf({ ...given, mask });
    expect(await lossOf(spoilt)).toEqual(clean);
    if (t > 0) expect(clean.loss.data[0]).toBeGreaterThan(0);
  });

  it("of step t depends on the frame before it, on its action, and on the action that led there", async () => {
    const given = { ...batch(), mask: floats([B, T], [0, 1, 0, 0, 1, 0]) }; // step 1 alone
    const clean = await lossOf(given);
    const differs = async (other: Partial<Arrays>) => {
      const { metrics } = await lossOf({ ...given, ...other });
      return (["nll", "rewardError", "doneCrossEntropy"] as const).map(
        (name) => Math.abs(metrics[name].data[0] - clean.metrics[name].data[0]) > 1e-6,
      );
    };
    const [all, none] = [
      [true, true, true],
      [false, false, false],
    ];
    const frame = (t: number) => [t, T + 1 + t];
    const step = (t: number) => [t, T + t];
    for (const t of [0, 1]) expect(await differs({ corrupted: changed(given.corrupted, frame(t), S) })).toEqual(all);
    expect(await differs({ action: changed(given.action, step(1), A) })).toEqual(all);
    expect(await differs({ action: changed(given.action, step(0), A) })).toEqual(all);
    expect(await differs({ before: changed(given.before, [0, 1], A) })).toEqual(all);
    // The frame that came of it is not shown to whoever must predict it, and what came with it.
    expect(await differs({ corrupted: changed(given.corrupted, frame(2), S) })).toEqual(none);
    expect(await differs({ corrupted: changed(given.corrupted, frame(3), S) })).toEqual(none);
    expect(await differs({ reward: changed(given.reward, step(1), 1) })).toEqual([false, true, false]);
    expect(await differs({ reward: changed(given.reward, step(2), 1) })).toEqual(none);
    // What the trunk sees is `corrupted`, what is to be predicted `tokens`.
    expect(await differs({ tokens: changed(given.tokens, frame(1), S) })).toEqual(none);
    expect(await differs({ tokens: changed(given.tokens, frame(2), S) })).toEqual([true, false, false]);
  });

  it("is 0 where nothing is to be learned", async () => {
    const { loss } = await lossOf({ ...batch(), mask: floats([B, T], new Array(B * T).fill(0)) });
    expect(loss.data[0]).toBe(0);
  });

  it("has a slope in every weight", async () => {
    const { gradients } = await run(
      (inputs, weights) =>
        valueAndGradients(weights, (own) => dynamicsLoss(config, shape, own, inputs as unknown as DynamicsBatch)),
      batch(),
      { parameters },
    );
    for (const [name, { data }] of Object.entries(gradients))
      expect(Math.max(...data.map(Math.abs)), name).toBeGreaterThan(0);
  });

  it("is the same eagerly, and leaves no tensor behind", async () => {
    const once = () =>
      run((inputs, own) => dynamicsLoss(config, shape, own, inputs as unknown as DynamicsBatch), batch(), {
        parameters,
        engine: "cpu",
      });
    const { loss } = await once();
    const before = tf.memory().numTensors;
    await once();
    expect(tf.memory().numTensors).toBe(before);
    expect(relativeError(loss, (await lossOf(batch())).loss)).toBeLessThan(1e-4);
  });
});

describe("the head", () => {
  const logits = async (
    standing: readonly number[],
    { tokens = [1, 2, 3, 4], weights = parameters }: { tokens?: readonly number[]; weights?: Parameters } = {},
  ) => {
    const out = await run(
      (inputs, weights) => ({ logits: headLogits(config, shape, weights, inputs) }),
      {
        past: noise([1, S, 16], { seed: 3 }),
        tokens: ints([1, S], tokens),
        action: noise([1, A], { seed: 4 }),
        standing: ints([1, U], standing),
      },
      { parameters: weights },
    );
    expect(out.logits.shape).toEqual([1, U, L]);
    return Array.from({ length: U }, (_, u) => Array.from(out.logits.data.subarray(u * L, (u + 1) * L)));
  };
  const none = new Array<number>(U).fill(L);

  it("sees at every place which digits stand at the others, and that a hidden one is none of them", async () => {
    const nothing = await logits(none);
    for (let digit = 0; digit < L; digit++) {
      const one = await logits(none.with(2, digit)); // the first digit of the second place
      for (const u of [0, 1, 4, 5, 6, 7]) expect(one[u]).not.toEqual(nothing[u]);
    }
  });

  it("gives no chance to levels that a digit does not have", async () => {
    const said = await logits(none);
    for (const [u, row] of said.entries()) {
      const sum = row.reduce((total, x) => total + Math.exp(x - Math.max(...row)), 0);
      expect(Math.exp(row[2] - Math.max(...row)) / sum > 0).toBe(u % D === 0); // the second digit has two levels
    }
  });

  it("prefers, untrained, what is there already", async () => {
    const untrained = dynamicsParameters(config, shape, () => 0);
    const tokens = [0, 5, 3, 1];
    const said = await logits(none, { tokens, weights: untrained });
    for (const [u, row] of said.entries())
      expect(row.indexOf(Math.max(...row))).toBe(digitsOf(tokens[Math.floor(u / D)])[u % D]);
  });

  it("tells places apart", async () => {
    const out = await run(
      (inputs, weights) => ({ logits: headLogits(config, shape, weights, inputs) }),
      {
        past: floats([1, S, 16], new Array(S * 16).fill(0.3)),
        tokens: ints([1, S], [1, 1, 1, 1]),
        action: noise([1, A], { seed: 4 }),
        standing: ints([1, U], none),
      },
      { parameters },
    );
    const rows = Array.from({ length: S }, (_, s) => String(out.logits.data.subarray(s * D * L, (s + 1) * D * L)));
    expect(new Set(rows).size).toBe(S);
  });
});

it("takes rewards back from what its head says of them", async () => {
  const rewards = [-30, -1, 0, 0.25, 10, 1000];
  const out = await run(
    ({ reward }) => {
      const said = squashed(config, reward);
      return { said, back: rewardOf(config, said) };
    },
    { reward: floats([6], rewards) },
  );
  for (const [i, reward] of rewards.entries()) {
    expect(out.said.data[i]).toBeCloseTo(Math.sign(reward) * Math.log(Math.abs(reward) / 5 + 1), 5);
    expect(out.back.data[i] / (reward || 1)).toBeCloseTo(reward === 0 ? 0 : 1, 4);
  }
});
