import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ActorCriticPolicy } from "../../../agents/actor-critic/actor-critic-policy.ts";
import { networkParameters } from "../../../agents/actor-critic/network.ts";
import { openNetwork } from "../../../agents/actor-critic/open-network.ts";
import { CheckpointError, ConfigError } from "../../../src/base/errors.ts";
import { saveCheckpoint } from "../../../src/compute/checkpoint.ts";
import { RandomStream } from "../../../src/core/random.ts";
import { Discrete } from "../../../src/core/spaces/discrete.ts";
import { floats, noise } from "../../compute/fixtures.ts";

const [FEATURES, ACTIONS] = [6, 3];

function policyOf(config: { mode?: "greedy" | "sampled"; name?: string } = {}): ActorCriticPolicy {
  const random = new RandomStream(1, "policy");
  const weights = networkParameters({ features: FEATURES, actions: ACTIONS, hidden: [16, 8] }, () => random.normal());
  const head = weights["actor.2.kernel"].data;
  head.set(Float32Array.from(head, () => random.normal())); // decided, other than before training
  return new ActorCriticPolicy({
    actionSpace: new Discrete(ACTIONS, { start: 2 }),
    weights,
    normalizer: { mean: noise([FEATURES], { seed: 3 }), scale: floats([FEATURES], [1, 2, 0.5, 1, 0, 30]) },
    config,
  });
}

const observations = noise([200, FEATURES], { seed: 4, scale: 2 }).data as Float32Array;
const rowOf = (b: number) => observations.slice(b * FEATURES, (b + 1) * FEATURES);

describe("ActorCriticPolicy", () => {
  it("says outside of a graph what it says inside", async () => {
    const policy = policyOf();
    const network = await openNetwork(policy);
    const { logits, values } = await network.evaluate(observations);
    await network.dispose();
    for (let b = 0; b < 200; b++) {
      const close = Array.from(logits.slice(b * ACTIONS, (b + 1) * ACTIONS), (value) => expect.closeTo(value, 4));
      expect(Array.from(policy.logits(rowOf(b)))).toEqual(close);
      expect(policy.value(rowOf(b))).toBeCloseTo(values[b], 4);
    }
  });

  it.each(["greedy", "sampled"] as const)("acts in a batch as one by one (%s)", async (mode) => {
    const policy = policyOf({ mode });
    const seeds = Array.from({ length: 20 }, (_, b) => b);
    const batch = policy.beginBatch(seeds);
    const actors = seeds.map((seed) => policy.begin(seed));
    const met = new Set<number>();
    for (let t = 0; t < 10; t++) {
      const actions = await batch.act(observations.slice(t * 20 * FEATURES, (t + 1) * 20 * FEATURES));
      expect(actions).toEqual(actors.map((actor, b) => actor.act(rowOf(20 * t + b))));
      for (const action of actions) met.add(action);
    }
    await batch.dispose();
    expect([...met].sort()).toEqual([2, 3, 4]); // the space counts from 2
  });

  it("is greedy by the likeliest action, and samples each as often as it says", () => {
    const policy = policyOf();
    const observation = rowOf(0);
    const odds = Array.from(policy.logits(observation), Math.exp);
    const shares = odds.map((odd) => odd / odds.reduce((a, b) => a + b, 0));
    expect(policy.begin(0).act(observation)).toBe(2 + shares.indexOf(Math.max(...shares)));
    const actor = policy.with({ mode: "sampled" }).begin(5);
    const counts = [0, 0, 0];
    for (let i = 0; i < 4000; i++) counts[actor.act(observation) - 2]++;
    for (const [action, share] of shares.entries()) expect(Math.abs(counts[action] / 4000 - share)).toBeLessThan(0.03);
    const [one, other, same] = [1, 2, 1].map((seed) => {
      const again = policy.with({ mode: "sampled" }).begin(seed);
      return Array.from({ length: 30 }, () => again.act(observation));
    });
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });

  it("is kept in a checkpoint, which says what it is", async () => {
    const folder = await mkdtemp(join(tmpdir(), "policy-"));
    const path = join(folder, "policy.safetensors");
    const policy = policyOf({ mode: "sampled", name: "dream-trained" });
    await policy.save(path);
    const loaded = await ActorCriticPolicy.load(path);
    expect(loaded.config).toEqual({ mode: "sampled", name: "dream-trained" });
    expect(loaded.name).toBe("dream-trained");
    expect(loaded.actionSpace.equals(policy.actionSpace)).toBe(true);
    expect(loaded.featureSize).toBe(FEATURES);
    for (let b = 0; b < 5; b++) expect(loaded.logits(rowOf(b))).toEqual(policy.logits(rowOf(b)));
    await saveCheckpoint(path, { kind: "linear-controller", config: {}, parameters: {} });
    await expect(ActorCriticPolicy.load(path)).rejects.toThrow(CheckpointError);
    await rm(folder, { recursive: true });
  });

  it("refuses weights for other observations", () => {
    const { actionSpace, weights } = policyOf();
    const normalizer = { mean: floats([2], [0, 0]), scale: floats([2], [1, 1]) };
    expect(() => new ActorCriticPolicy({ actionSpace, weights, normalizer })).toThrow(
      new ConfigError("Expected weights for 2 features, got some for 6."),
    );
  });
});
