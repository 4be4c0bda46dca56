import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import type { Env, RenderFrame } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { Box } from "../../src/core/spaces/box.ts";
import type { VectorEnv, VectorStep } from "../../src/core/vector/vector-env.ts";
import { splitInfos } from "../../src/core/vector/vector-info.ts";
import { DreamEnv } from "../../src/imagination/dream-env.ts";
import { dreamFunctions } from "../../src/imagination/dream-functions.ts";
import { dreamReturns } from "../../src/imagination/dream-returns.ts";
import { VectorDreamEnv, type VectorDreamOptions } from "../../src/imagination/vector-dream-env.ts";
import { describeEnvContract } from "../contracts/env-contract.ts";
import { describeVectorEnvContract } from "../contracts/vector-env-contract.ts";
import { tinyContexts, tinyWorld } from "../world-models/tiny-world.ts";

const NEVER = -100; // as a logit
const model = tinyWorld({ doneLogit: 0.3 });
const endless = tinyWorld({ doneLogit: NEVER });
const contexts = tinyContexts();
const functions = dreamFunctions(model);
const endlessFunctions = dreamFunctions(endless);

const dreams = (options: Partial<VectorDreamOptions> = {}) =>
  new VectorDreamEnv({ model, contexts, horizon: 50, numEnvs: 3, functions, ...options });
const endlessDreams = (options: Partial<VectorDreamOptions> = {}) =>
  dreams({ model: endless, functions: endlessFunctions, ...options });

/** A row of what slot b met in n steps under actions (step + salt) mod 3. */
async function trail(env: VectorDreamEnv, b: number, n: number, salt = 0): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let t = 0; t < n; t++) {
    const actions = Array.from({ length: env.numEnvs }, (_, slot) => (slot === b ? (t + salt) % 3 : (t + slot) % 3));
    seen.push(slotOf(await env.step(actions), b));
  }
  return seen;
}

/** Slot b of N. */
const rowOf = (observations: Float32Array, b: number, slots: number) => {
  const size = observations.length / slots;
  return Array.from(observations.slice(b * size, (b + 1) * size));
};

const slotOf = ({ observations, rewards, terminations, truncations, infos }: VectorStep<Float32Array>, b: number) => ({
  ...{ observation: rowOf(observations, b, rewards.length), reward: rewards[b] },
  info: splitInfos(infos, rewards.length)[b],
  ...{ terminated: terminations[b], truncated: truncations[b] },
});

describeEnvContract(
  "a dream",
  (renderMode) => new DreamEnv({ model, contexts, horizon: 50, renderMode, functions }) as unknown as Env,
  { steps: 60 },
);

describeVectorEnvContract(
  "a vector of dreams",
  ({ numEnvs, autoreset }) => dreams({ numEnvs, autoresetMode: autoreset, horizon: 20 }) as unknown as VectorEnv,
  { steps: 30 },
);

describe("VectorDreamEnv", () => {
  it("replays a dream to the bit from its seed and actions, in any slot of a batch of the same size", async () => {
    const first = dreams();
    await first.reset({ seed: [7, 8, 9] });
    const expected = await trail(first, 0, 30);
    const again = dreams();
    const { observations } = await again.reset({ seed: [20, 21, 7] });
    expect(await trail(again, 2, 30)).toEqual(expected);
    await first.reset({ seed: 5 }); // slots get 5, 6, 7
    expect(rowOf((await first.reset({ seed: 5 })).observations, 2, 3)).toEqual(rowOf(observations, 2, 3));
    expect(await trail(first, 2, 30)).toEqual(expected);
    expect(expected.some((step) => (step as { terminated: boolean }).terminated)).toBe(true); // past an autoreset, too
  });

  it("dreams otherwise from another seed, another start, another action or another temperature", async () => {
    const first = async (seed: number, salt: number, temperature?: number) => {
      const env = endlessDreams({ temperature });
      const { observations } = await env.reset({ seed });
      return { start: rowOf(observations, 0, 3), steps: await trail(env, 0, 2, salt) };
    };
    const [one, other, turned, hot] = [
      await first(1, 0),
      await first(50, 0),
      await first(1, 1),
      await first(1, 0, 1.5),
    ];
    expect(other.start).not.toEqual(one.start);
    expect(turned.start).toEqual(one.start);
    expect(turned.steps[0]).not.toEqual(one.steps[0]);
    expect(hot.start).toEqual(one.start);
    expect(hot.steps[0]).not.toEqual(one.steps[0]);
  });

  it("gives nearly the same dream in batches of other sizes", async () => {
    const alone = endlessDreams({ numEnvs: 1 });
    const many = endlessDreams({ numEnvs: 16 });
    await alone.reset({ seed: 4 });
    await many.reset({ seed: 4 });
    const [a, b] = [await trail(alone, 0, 10), await trail(many, 0, 10)] as { observation: number[] }[][];
    for (const [t, { observation }] of a.entries())
      for (const [i, value] of observation.entries()) expect(b[t].observation[i]).toBeCloseTo(value, 3);
  });

  it("begins again in the step after an end: action ignored, reward 0, flags false", async () => {
    const env = endlessDreams({ horizon: 4, numEnvs: 2 });
    const begun = await env.reset({ seed: [3, 4] });
    const { observations } = await env.reset({ seed: [3, 4] });
    expect(observations).toEqual(begun.observations);
    for (let t = 1; t <= 4; t++) {
      const step = await env.step([0, 0]);
      expect(step.truncations).toEqual([t === 4, t === 4]);
      expect(step.terminations).toEqual([false, false]);
    }
    const after = await env.step([99, 99]); // not even looked at
    expect(after.rewards).toEqual(new Float64Array(2));
    expect([after.terminations, after.truncations, after.infos]).toEqual([[false, false], [false, false], {}]);
    expect(rowOf(after.observations, 0, 2)).not.toEqual(rowOf(observations, 0, 2)); // another start: the generator has run on
    const next = await env.step([0, 0]);
    expect(next.truncations).toEqual([false, false]);
    expect(next.infos).toMatchObject({ _uncertainty: [true, true], _terminationProbability: [true, true] });
  });

  it("where autoreset is disabled, waits for a reset of the slots that are over, and leaves the others alone", async () => {
    const env = endlessDreams({ numEnvs: 2, horizon: 3, autoresetMode: "disabled" });
    await env.reset({ seed: 1 });
    for (let t = 0; t < 2; t++) await env.step([1, 1]);
    await env.reset({ options: { resetMask: [true, false] }, seed: [77, 0] });
    const third = await env.step([1, 1]);
    expect(third.truncations).toEqual([false, true]);
    await expect(env.step([1, 1])).rejects.toThrow(ResetNeededError);

    // Slot 1 has met what it would have met without its neighbour's reset, slot 0 a new dream of seed 77.
    const [still, fresh] = [endlessDreams({ numEnvs: 2 }), endlessDreams({ numEnvs: 2 })];
    await still.reset({ seed: 1 });
    for (let t = 0; t < 2; t++) await still.step([1, 1]);
    expect(slotOf(third, 1).observation).toEqual(slotOf(await still.step([1, 1]), 1).observation);
    await fresh.reset({ seed: [77, 0] });
    expect(slotOf(third, 0)).toEqual(slotOf(await fresh.step([1, 1]), 0));

    const { observations } = await env.reset({ options: { resetMask: [false, true] } });
    expect(rowOf(observations, 0, 2)).toEqual(rowOf(third.observations, 0, 2));
    expect((await env.step([1, 1])).truncations).toEqual([false, false]);
  });

  it("draws entropy where the first reset names no seed", async () => {
    const starts = new Set<string>();
    for (let i = 0; i < 3; i++) starts.add(String((await endlessDreams({ numEnvs: 2 }).reset()).observations));
    expect(starts.size).toBe(3);
  });

  it("samples ends at the modelled rate, the loss's weight taken out", async () => {
    // The head says log-odds ln 2.5 with ends counted ten times: really 0.25, a probability of 0.2.
    const even = tinyWorld({ doneLogit: Math.log(2.5) });
    const columns = even.config.mdnRnn.latentSize * 9 + 2;
    const kernel = even.parameters["head.kernel"].data;
    for (let row = 0; row < kernel.length / columns; row++) kernel[row * columns + columns - 2] = 0;
    const env = new VectorDreamEnv({ model: even, contexts, horizon: 1000, numEnvs: 64 });
    await env.reset({ seed: 1 });
    let [ended, lived] = [0, 0];
    let over: readonly boolean[] = new Array<boolean>(64).fill(false);
    for (let t = 0; t < 60; t++) {
      const { terminations, infos } = await env.step(new Array(64).fill(0));
      for (let b = 0; b < 64; b++) {
        if (over[b]) continue;
        expect((infos["terminationProbability"] as Float64Array)[b]).toBeCloseTo(0.2, 5);
        ended += Number(terminations[b]);
        lived++;
      }
      over = terminations;
    }
    await env.close();
    const rate = ended / lived;
    expect(Math.abs(rate - 0.2)).toBeLessThan(5 * Math.sqrt((0.2 * 0.8) / lived));
  });

  it("goes on from a snapshot to the bit, in another environment, and is not tied to it", async () => {
    const env = dreams();
    await env.reset({ seed: 2 });
    await trail(env, 0, 7);
    const saved = env.snapshot();
    const expected = await trail(env, 1, 20);
    const other = dreams();
    other.restore(saved);
    expect(await trail(other, 1, 20)).toEqual(expected);
    other.restore(saved); // still as it was
    expect(await trail(other, 1, 20)).toEqual(expected);
  });

  it("refuses what does not fit, by name", async () => {
    const env = endlessDreams();
    await expect(env.step([0, 0, 0])).rejects.toThrow(ResetNeededError);
    await expect(env.render()).rejects.toThrow(ResetNeededError);
    await expect(env.reset({ options: { resetMask: [true, false, true] } })).rejects.toThrow(ResetNeededError);
    await env.reset({ seed: 0 });
    await expect(env.step([0, 3, 0])).rejects.toThrow(InvalidActionError);
    await expect(env.step([0, 0])).rejects.toThrow("Expected 3 actions, one a slot, got 2.");
    await expect(env.reset({ seed: [1] })).rejects.toThrow(ConfigError);
    await expect(env.reset({ seed: [1, 2, -1] })).rejects.toThrow(/seed/);
    await expect(env.reset({ options: { resetMask: [true] } })).rejects.toThrow(/resetMask of 3/);
    expect(() => dreams({ horizon: 0 })).toThrow(/horizon/);
    expect(() => dreams({ temperature: 0 })).toThrow(/temperature/);
    expect(() => dreams({ numEnvs: 0 })).toThrow(/numEnvs/);
    expect(() =>
      dreams({ contexts: { ...contexts, frames: { ...contexts.frames, shape: [0, 1, 64, 64, 3] } } }),
    ).toThrow(/context/);
  });
});

describe("DreamEnv", () => {
  it("is the one-slot view", async () => {
    const one = new DreamEnv({ model: endless, contexts, horizon: 6, functions: endlessFunctions });
    const slots = endlessDreams({ numEnvs: 1, horizon: 6 });
    const { observation } = await one.reset({ seed: 9 });
    expect(observation).toEqual((await slots.reset({ seed: 9 })).observations);
    expect(one.observationSpace).toBeInstanceOf(Box);
    expect(one.observationSpace.contains(observation)).toBe(true);
    for (let t = 1; t <= 6; t++) {
      const step = await one.step(t % 3);
      expect({ ...step, observation: Array.from(step.observation) }).toEqual(slotOf(await slots.step([t % 3]), 0));
      expect(step.truncated).toBe(t === 6);
    }
  });

  it("sees latent, then hidden state; the cell between them where the model shows it", async () => {
    const shown = tinyWorld({ cellFeature: true });
    const env = new DreamEnv({ model: shown, contexts, horizon: 9 });
    const plain = new DreamEnv({ model: tinyWorld(), contexts, horizon: 9 });
    await env.reset({ seed: 1 });
    await plain.reset({ seed: 1 });
    const [{ observation: wide }, { observation: narrow }] = [await env.step(1), await plain.step(1)];
    expect(wide.length).toBe(4 + 6 + 6);
    expect([...wide.slice(0, 4), ...wide.slice(10)]).toEqual(Array.from(narrow));
    await env.close();
    await plain.close();
  });

  it("renders the latent as the decoder sees it", async () => {
    const env = new DreamEnv({ model, contexts, horizon: 9, renderMode: "rgb_array", functions });
    await env.reset({ seed: 1 });
    const { width, height, data } = (await env.render()) as RenderFrame;
    expect([width, height, data.length]).toEqual([64, 64, 64 * 64 * 3]);
    const { state } = env.snapshot() as unknown as { state: Parameters<typeof functions.decode>[0] };
    const picture = await functions.decode(state);
    expect(data).toEqual(Uint8Array.from(picture.data, (value) => Math.round(255 * value)));
    expect(await new DreamEnv({ model, contexts, horizon: 9, functions }).render()).toBeUndefined();
  });
});

describe("dreamReturns", () => {
  it("adds up each dream's rewards to its first end, as playing them one by one does", async () => {
    const policy = { name: "sum", begin: () => ({ act: (features: Float32Array) => (features[0] > 0 ? 2 : 0) }) };
    const seeds = [3, 11, 4];
    const returns = await dreamReturns({ model, contexts, horizon: 12 }, policy, seeds);
    for (const [i, seed] of seeds.entries()) {
      const env = new DreamEnv({ model, contexts, horizon: 12, functions });
      const actor = policy.begin();
      let { observation } = await env.reset({ seed });
      let total = 0;
      for (let over = false; !over; ) {
        const step = await env.step(actor.act(observation));
        total += step.reward;
        over = step.terminated || step.truncated;
        observation = step.observation;
      }
      expect(returns[i]).toBeCloseTo(total, 3);
    }
  });

  it("stops when asked to", async () => {
    const policy = { begin: () => ({ act: () => 0 }) };
    const given = { signal: AbortSignal.abort(new Error("enough")) };
    await expect(dreamReturns({ model, contexts, horizon: 12 }, policy, [1], given)).rejects.toThrow("enough");
  });
});
