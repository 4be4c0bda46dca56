import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { NdArray, Parameters } from "../../../src/compute/array.ts";
import { valueAndGradients } from "../../../src/compute/gradients.ts";
import { RandomStream } from "../../../src/core/random.ts";
import type { StMemory } from "../../../src/nn/st-transformer.ts";
import { emptyStMemory } from "../../../src/nn/st-transformer.ts";
import type { Weights } from "../../../src/nn/weights.ts";
import {
  type DynamicsBatch,
  DynamicsConfig,
  type DynamicsShape,
  dynamicsLoss,
  dynamicsParameters,
  headLogits,
  outcomeOf,
  trunkShape,
  trunkStep,
} from "../../../src/world-models/genie/dynamics.ts";
import { floats, ints, noise, relativeError } from "../../compute/fixtures.ts";
import { run } from "./running.ts";

const [B, T, S, K, A] = [2, 3, 4, 6, 5];
const shape: DynamicsShape = { places: S, tokens: K, actionSize: A };
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
      [B, T, S],
      draw(B * T * S, () => Number(random.uniform() < 0.6)),
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
        const step = trunkStep(config, weights, { tokens: frameAt(batch.corrupted, t), action }, memory);
        hidden.push(step.hidden);
        memory = step.memory;
      }
      const heads = Array.from({ length: T }, (_, t) => {
        const isHidden = tf.cast(frameAt(batch.hidden, t), "bool");
        const standing = tf.where(isHidden, tf.fill([B, S], K, "int32"), frameAt(batch.tokens, t + 1));
        const action = frameAt(batch.action, t);
        return {
          logits: headLogits(config, weights, { hidden: hidden[t], action, standing }),
          ...outcomeOf(weights, hidden[t + 1]),
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
    let [nll, hiddenTokens, rewardError, doneCrossEntropy] = [0, 0, 0, 0];
    for (const [t, { logits, reward, doneLogit }] of heads.entries())
      for (let b = 0; b < B; b++) {
        const step = b * T + t;
        if (given.mask.data[step] === 0) continue;
        for (let s = 0; s < S; s++) {
          if (given.hidden.data[step * S + s] === 0) continue;
          const row = Array.from(logits.data.subarray((b * S + s) * K, (b * S + s + 1) * K));
          const token = given.tokens.data[(b * (T + 1) + t + 1) * S + s];
          nll += Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[token];
          hiddenTokens++;
        }
        rewardError += (reward.data[b] - given.reward.data[step] / 5) ** 2 / 5;
        const x = doneLogit.data[b];
        doneCrossEntropy += (given.done.data[step] === 1 ? 3 * softplus(-x) : softplus(x)) / 5;
      }
    const { loss, metrics } = await lossOf(given);
    expect(metrics.nll.data[0]).toBeCloseTo(nll / hiddenTokens, 4);
    expect(metrics.rewardError.data[0]).toBeCloseTo(rewardError, 4);
    expect(metrics.doneCrossEntropy.data[0]).toBeCloseTo(doneCrossEntropy, 4);
    expect(loss.data[0]).toBeCloseTo(nll / hiddenTokens + rewardError + doneCrossEntropy, 4);
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
        data: given.hidden.data.map((x, i) => (Math.floor(i / S) % T >= t ? 1 - x : x)) as Float32Array,
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
    // The frame that came of it tells reward and end, and is not shown to whoever must predict it.
    expect(await differs({ corrupted: changed(given.corrupted, frame(2), S) })).toEqual([false, true, true]);
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
  const logits = async (standing: readonly number[]) => {
    const out = await run(
      (inputs, weights) => ({ logits: headLogits(config, weights, inputs) }),
      {
        hidden: noise([1, S, 16], { seed: 3 }),
        action: noise([1, A], { seed: 4 }),
        standing: ints([1, S], standing),
      },
      { parameters },
    );
    expect(out.logits.shape).toEqual([1, S, K]);
    return Array.from({ length: S }, (_, s) => Array.from(out.logits.data.subarray(s * K, (s + 1) * K)));
  };

  it("sees at every place which tokens stand at the others, and that the mask is none of them", async () => {
    const nothing = await logits([K, K, K, K]);
    for (let token = 0; token < K; token++) {
      const one = await logits([K, token, K, K]);
      for (const s of [0, 2, 3]) expect(one[s]).not.toEqual(nothing[s]);
    }
  });

  it("tells places apart", async () => {
    const out = await run(
      (inputs, weights) => ({ logits: headLogits(config, weights, inputs) }),
      {
        hidden: floats([1, S, 16], new Array(S * 16).fill(0.3)),
        action: noise([1, A], { seed: 4 }),
        standing: ints([1, S], new Array(S).fill(K)),
      },
      { parameters },
    );
    const rows = Array.from({ length: S }, (_, s) => String(out.logits.data.subarray(s * K, (s + 1) * K)));
    expect(new Set(rows).size).toBe(S);
  });
});
