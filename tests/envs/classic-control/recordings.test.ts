import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { make } from "../../../src/core/registry.ts";
import "../../../src/registrations.ts";

interface Recording {
  readonly seed: number;
  /** Every initial observation: the first with the seed, the others without one. */
  readonly resets: number[][];
  readonly actions: (number | number[])[];
  readonly steps: { obs: number[]; reward: number; terminated: boolean; truncated: boolean }[];
}

// Recorded from Gymnasium 1.4.0.
describe.each(["Acrobot-v1", "CartPole-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1"])(
  "%s",
  (id) => {
    it("meets Gymnasium's recording to the last digit, through every reset", async () => {
      const url = new URL(`../../golden/${id}.json`, import.meta.url);
      const recording: Recording = JSON.parse(readFileSync(url, "utf8"));
      const env = await make<Float32Array, number | Float32Array>(id);
      const resets = [...recording.resets];
      expect([...(await env.reset({ seed: recording.seed })).observation]).toEqual(resets.shift());
      for (const [i, action] of recording.actions.entries()) {
        const given = typeof action === "number" ? action : Float32Array.from(action);
        const { observation, reward, terminated, truncated } = await env.step(given);
        expect({ obs: [...observation], reward, terminated, truncated }, `step ${i}`).toEqual(recording.steps[i]);
        if (terminated || truncated) expect([...(await env.reset()).observation]).toEqual(resets.shift());
      }
      expect(resets).toEqual([]);
    });
  },
);
