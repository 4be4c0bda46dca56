import { describe, expect, it } from "vitest";
import "../../../src/registrations.ts";
import { trainActorCritic } from "../../../agents/actor-critic/train-actor-critic.ts";
import { makeVec } from "../../../src/core/vector/make-vec.ts";

const config = { learningRate: 2.5e-3, gamma: 0.98, lambda: 0.9 };

describe("trainActorCritic", () => {
  it("learns to balance CartPole, from about 22 steps to more than 150", async () => {
    const env = await makeVec("CartPole-v1", { numEnvs: 8 });
    const { meanReturn, steps, episodes } = await trainActorCritic({ env, steps: 30_000, seed: 1, config });
    await env.close();
    expect(steps).toBe(118 * 32 * 8);
    expect(episodes).toBeGreaterThan(150);
    expect(meanReturn).toBeGreaterThan(150);
  });
});
