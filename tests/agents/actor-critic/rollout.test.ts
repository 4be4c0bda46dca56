import { describe, expect, it } from "vitest";
import { ActorCriticPolicy } from "../../../agents/actor-critic/actor-critic-policy.ts";
import { networkParameters } from "../../../agents/actor-critic/network.ts";
import { openNetwork } from "../../../agents/actor-critic/open-network.ts";
import { createRollout, finishRollout, stepRollout } from "../../../agents/actor-critic/rollout.ts";
import { VectorFlow } from "../../../agents/vector-flow.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { SyncVectorEnv } from "../../../src/core/vector/sync-vector-env.ts";
import type { AutoresetMode } from "../../../src/core/vector/vector-env.ts";
import { floats } from "../../compute/fixtures.ts";
import { NumberedSteps } from "../numbered-steps.ts";

const [STEPS, LENGTHS] = [11, [3, 4]];
const SLOTS = LENGTHS.length;

const random = new RandomStream(1, "rollout");
const policy = new ActorCriticPolicy({
  actionSpace: new Discrete(2, { start: 5 }),
  weights: networkParameters({ features: 2, actions: 2, hidden: [8] }, () => random.normal()),
  normalizer: { mean: floats([2], [2, 1]), scale: floats([2], [0.5, 0.7]) },
});
policy.weights["actor.1.kernel"].data.forEach((value, i, data) => {
  data[i] = 50 * value; // decided
});

describe("stepRollout", () => {
  it.each<AutoresetMode>(["next-step", "same-step", "disabled"])(
    "writes down what was seen and done, and the critic's word on the last of what was cut off (%s)",
    async (autoreset) => {
      const env = new SyncVectorEnv(
        LENGTHS.map((length, b) => new NumberedSteps(length, b === 0 ? "truncated" : "terminated")),
        { autoreset },
      );
      const flow = new VectorFlow(env);
      await flow.reset(0);
      const network = await openNetwork(policy);
      const rollout = createRollout({ steps: STEPS, slots: SLOTS, features: 2 });
      for (let t = 0; t < STEPS; t++) await stepRollout(rollout, t, { flow, network, seed: `${t}` });
      await finishRollout(rollout, flow, network);
      await network.dispose();

      let cuts = 0;
      for (let i = 0; i < STEPS * SLOTS; i++) {
        const seen = rollout.observations.slice(2 * i, 2 * i + 2);
        expect(rollout.values[i]).toBeCloseTo(policy.value(seen), 5);
        const odds = policy.logits(seen).map(Math.exp);
        const share = odds[rollout.actions[i]] / (odds[0] + odds[1]);
        expect(Math.exp(rollout.logProbabilities[i])).toBeCloseTo(share, 5);
        const [episode, step] = seen;
        const length = LENGTHS[i % SLOTS];
        expect(rollout.happened[i]).toBe(Number(step < length));
        expect(rollout.rewards[i]).toBe(step < length ? step + 1 : 0);
        const over = step === length - 1;
        expect([rollout.truncated[i], rollout.terminated[i]]).toEqual(
          i % SLOTS === 0 ? [Number(over), 0] : [0, Number(over)],
        );
        if (!rollout.truncated[i]) continue;
        cuts++;
        expect(rollout.cutValues[i]).toBeCloseTo(policy.value(Float32Array.of(episode, length)), 5);
        expect(policy.value(Float32Array.of(episode, length))).not.toBeCloseTo(policy.value(seen), 3);
      }
      expect(cuts).toBe(3);
      const last = Array.from({ length: SLOTS }, (_, b) => policy.value(flow.observations.slice(2 * b, 2 * b + 2)));
      for (const [b, value] of last.entries()) expect(rollout.values[STEPS * SLOTS + b]).toBeCloseTo(value, 5);
      expect(new Set(rollout.actions)).toEqual(new Set([0, 1]));
    },
  );
});
