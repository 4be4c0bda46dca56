import { describe, expect, it } from "vitest";
import "../../src/registrations.ts";
import { ActorCriticPolicy } from "../../agents/actor-critic/actor-critic-policy.ts";
import { networkParameters } from "../../agents/actor-critic/network.ts";
import { identityNormalizer } from "../../agents/networks/normalizer.ts";
import { vectorReturns } from "../../agents/vector-returns.ts";
import { RandomStream } from "../../src/core/random.ts";
import { make } from "../../src/core/registry.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { makeVec } from "../../src/core/vector/make-vec.ts";
import type { AutoresetMode } from "../../src/core/vector/vector-env.ts";

const random = new RandomStream(1, "returns");
const policy = new ActorCriticPolicy({
  actionSpace: new Discrete(2),
  weights: networkParameters({ features: 4, actions: 2, hidden: [4] }, () => random.normal()),
  normalizer: identityNormalizer(4),
  config: { mode: "sampled" },
});
const seeds = [3, 14, 15, 92, 65, 35, 89];

describe("vectorReturns", () => {
  it.each<AutoresetMode>(["next-step", "same-step", "disabled"])(
    "plays one episode a seed, as alone, also where there are fewer slots than seeds (%s)",
    async (autoreset) => {
      const env = await makeVec("CartPole-v1", { numEnvs: 4, autoreset });
      const told: number[] = [];
      const returns = await vectorReturns({ env, policy, seeds, onEpisodes: (done) => told.push(done) });
      await env.close();
      const alone = await make<Float32Array, number>("CartPole-v1");
      for (const [i, seed] of seeds.entries()) {
        const actor = policy.begin(seed);
        let { observation } = await alone.reset({ seed });
        let paid = 0;
        for (let over = false; !over; ) {
          const step = await alone.step(actor.act(observation));
          paid += step.reward;
          observation = step.observation;
          over = step.terminated || step.truncated;
        }
        expect(returns[i]).toBe(paid);
      }
      expect(told.at(-1)).toBe(seeds.length);
      expect(new Set(returns).size).toBeGreaterThan(3);
    },
  );

  it("pays the same where slots are spare, and nothing where there is no seed", async () => {
    const [few, many] = await Promise.all([2, 5].map((numEnvs) => makeVec("CartPole-v1", { numEnvs })));
    const three = seeds.slice(0, 3);
    expect(await vectorReturns({ env: many, policy, seeds: three })).toEqual(
      await vectorReturns({ env: few, policy, seeds: three }),
    );
    expect(await vectorReturns({ env: few, policy, seeds: [] })).toEqual(new Float64Array(0));
  });

  it("stops when asked to", async () => {
    const env = await makeVec("CartPole-v1", { numEnvs: 4 });
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(vectorReturns({ env, policy, seeds, signal })).rejects.toThrow("enough");
  });
});
