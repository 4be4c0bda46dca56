import { describe, expect, it } from "vitest";
import { estimateAdvantages } from "../../../agents/actor-critic/advantages.ts";
import { RandomStream } from "../../../src/core/random.ts";

const [STEPS, SLOTS] = [40, 3];
const SIZE = STEPS * SLOTS;

/** A rollout of numbers at random; after each end a step that only begins the next episode, as with next-step. */
function rolloutOf(seed: number) {
  const random = new RandomStream(seed, "advantages");
  const flags = () => new Uint8Array(SIZE);
  const [happened, terminated, truncated] = [flags().fill(1), flags(), flags()];
  for (let i = 0; i < SIZE; i++) {
    const isOver = i >= SLOTS && terminated[i - SLOTS] + truncated[i - SLOTS] > 0;
    const fate = random.uniform();
    if (isOver) happened[i] = 0;
    else if (fate < 0.1) terminated[i] = 1;
    else if (fate < 0.2) truncated[i] = 1;
  }
  return {
    ...{ slots: SLOTS, happened, terminated, truncated },
    rewards: Float64Array.from({ length: SIZE }, (_, i) => (happened[i] ? random.normal() : 0)),
    values: Float32Array.from({ length: SIZE + SLOTS }, () => random.normal()),
    cutValues: Float32Array.from({ length: SIZE }, () => random.normal()),
  };
}

type Rollout = ReturnType<typeof rolloutOf>;

/** (1 − λ) Σ λⁿ⁻¹ Âⁿ of all n-step advantages Âⁿ, the last with all the weight that is left: the definition, eq. 16. */
function plainAdvantage(rollout: Rollout, i: number, { gamma, lambda }: { gamma: number; lambda: number }): number {
  const { rewards, values, terminated, truncated, cutValues } = rollout;
  let [paid, sum] = [0, 0];
  for (let n = 1, at = i; ; n++, at += SLOTS) {
    paid += gamma ** (n - 1) * rewards[at];
    const next = terminated[at] ? 0 : truncated[at] ? cutValues[at] : values[at + SLOTS];
    const advantage = paid + gamma ** n * next - values[i];
    const isLast = terminated[at] === 1 || truncated[at] === 1 || at + SLOTS >= SIZE;
    if (isLast) return sum + lambda ** (n - 1) * advantage;
    sum += (1 - lambda) * lambda ** (n - 1) * advantage;
  }
}

describe("estimateAdvantages", () => {
  it.each([
    { gamma: 0.97, lambda: 0.95 },
    { gamma: 0.9, lambda: 0 },
    { gamma: 1, lambda: 1 },
  ])("is the weighted mean of the n-step advantages ($gamma, $lambda)", (discounts) => {
    const rollout = rolloutOf(1);
    const { advantages, returns } = estimateAdvantages({ ...rollout, ...discounts });
    const kinds = { terminated: 0, truncated: 0, beginning: 0 };
    for (let i = 0; i < SIZE; i++) {
      kinds.terminated += rollout.terminated[i];
      kinds.truncated += rollout.truncated[i];
      if (!rollout.happened[i]) {
        kinds.beginning++;
        expect([advantages[i], returns[i]]).toEqual([0, 0]);
        continue;
      }
      expect(advantages[i]).toBeCloseTo(plainAdvantage(rollout, i, discounts), 5);
      expect(returns[i]).toBeCloseTo(advantages[i] + rollout.values[i], 5);
    }
    for (const count of Object.values(kinds)) expect(count).toBeGreaterThan(5);
  });

  it("adds nothing after a termination, the critic's word after a truncation", () => {
    const one = { slots: 1, rewards: [1], values: [0.5, 99], happened: [1], cutValues: [7], gamma: 0.5, lambda: 1 };
    expect(estimateAdvantages({ ...one, terminated: [1], truncated: [0] }).returns[0]).toBe(1);
    expect(estimateAdvantages({ ...one, terminated: [0], truncated: [1] }).returns[0]).toBe(1 + 0.5 * 7);
    expect(estimateAdvantages({ ...one, terminated: [0], truncated: [0] }).returns[0]).toBe(1 + 0.5 * 99);
  });
});
