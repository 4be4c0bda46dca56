import { describe, expect, it } from "vitest";
import { VectorFlow } from "../../agents/vector-flow.ts";
import { TakeCover } from "../../envs/index.ts";
import { ConfigError } from "../../src/base/errors.ts";
import type { Env } from "../../src/core/env.ts";
import { SyncVectorEnv } from "../../src/core/vector/sync-vector-env.ts";
import type { AutoresetMode } from "../../src/core/vector/vector-env.ts";
import "../../src/registrations.ts";
import { makeVec } from "../../src/core/vector/make-vec.ts";
import { NumberedSteps } from "./numbered-steps.ts";

const LENGTHS = [3, 4, 1];
const vectorOf = (autoreset: AutoresetMode) =>
  new SyncVectorEnv(
    LENGTHS.map((length, b) => new NumberedSteps(length, b === 1 ? "truncated" : "terminated")),
    { autoreset },
  );

describe("VectorFlow", () => {
  it.each<AutoresetMode>(["next-step", "same-step", "disabled"])(
    "leads from what was seen to what came of it, and never over an end (%s)",
    async (mode) => {
      const flow = new VectorFlow(vectorOf(mode));
      await flow.reset(1);
      const [steps, beginnings, ends] = [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ];
      for (let t = 0; t < 24; t++) {
        const seen = flow.observations.slice();
        const { happened, rewards, terminated, truncated, outcomes } = await flow.step([t % 2, 0, 1]);
        for (const [b, length] of LENGTHS.entries()) {
          const [episode, step] = seen.slice(2 * b, 2 * b + 2);
          const [nextEpisode, nextStep] = outcomes.slice(2 * b, 2 * b + 2);
          if (!happened[b]) {
            beginnings[b]++;
            expect([step, nextStep, rewards[b]]).toEqual([length, 0, 0]);
            expect([terminated[b], truncated[b]]).toEqual([false, false]);
            continue;
          }
          steps[b]++;
          expect([nextEpisode, nextStep, rewards[b]]).toEqual([episode, step + 1, step + 1]);
          const over = nextStep === length;
          expect([terminated[b], truncated[b]]).toEqual([over && b !== 1, over && b === 1]);
          ends[b] += Number(over);
        }
      }
      if (mode === "next-step") {
        expect(beginnings).toEqual([6, 4, 12]); // every (length + 1)th step; the last may be to come
        expect(ends).toEqual([6, 5, 12]);
      } else {
        expect(beginnings).toEqual([0, 0, 0]);
        expect(ends).toEqual([8, 6, 24]);
      }
      for (const b of [0, 1, 2]) expect(steps[b] + beginnings[b]).toBe(24);
    },
  );

  it("goes on from a saved place", async () => {
    const env = vectorOf("next-step");
    const flow = new VectorFlow(env);
    await flow.reset(1);
    for (let t = 0; t < 3; t++) await flow.step([0, 0, 0]);
    const other = new VectorFlow(env);
    other.restore(flow.state());
    expect(other.observations).toEqual(flow.observations);
    expect((await other.step([0, 0, 0])).happened).toEqual([false, true, false]); // the first has ended, the last too
  });

  it("refuses spaces of other kinds", async () => {
    const pictures = new SyncVectorEnv([new TakeCover() as unknown as Env<unknown>]);
    expect(() => new VectorFlow(pictures)).toThrow(ConfigError);
    expect(() => new VectorFlow(pictures)).toThrow(/Box of floats with one axis/);
    const pendulums = await makeVec("Pendulum-v1");
    expect(() => new VectorFlow(pendulums)).toThrow(/actions in a Discrete space, got Box/);
  });
});
