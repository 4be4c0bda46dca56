import { describe, expect, it } from "vitest";
import { CarRacing, type CarRacingOptions, makeCarRacing } from "../../envs/car-racing/index.ts";
import { ConfigError } from "../../src/base/errors.ts";
import type { EnvState, Reset, Step } from "../../src/core/env.ts";
import { RandomStream } from "../../src/core/random.ts";

/** The environment answers at once. */
function paced(options: CarRacingOptions) {
  const env = makeCarRacing(options);
  return {
    env,
    reset: (seed: number) => env.reset({ seed }) as Reset<Uint8Array>,
    step: (action: Float32Array | number) => env.step(action) as Step<Uint8Array>,
  };
}

function drive(count: number) {
  const random = new RandomStream(7, "pace");
  return Array.from({ length: count }, () => Float32Array.of(random.uniform(-0.3, 0.3), random.uniform(0, 0.6), 0));
}

describe("CarRacing with a decision every few frames", () => {
  it("is the original's episode: the same pictures and the same return", () => {
    const slow = paced({ frameSkip: 4, idleFrames: 50 });
    const original = new CarRacing();
    slow.reset(11);
    original.reset({ seed: 11 });
    let expected = 0;
    let total = 0;
    for (let i = 0; i < 50; i++) expected += original.step(new Float32Array(3)).reward;
    for (const action of drive(40)) {
      const step = slow.step(action);
      total += step.reward;
      let last: Step<Uint8Array> | undefined;
      for (let i = 0; i < 4; i++) {
        last = original.step(action);
        expected += last.reward;
      }
      expect(step.observation).toEqual(last?.observation);
      expect(step.info).toEqual(last?.info);
    }
    expect(total).toBeCloseTo(expected, 9);
    expect(total).toBeGreaterThan(0); // tiles were reached: more than a sum of fines
  });

  it("shows the picture after the idle frames", () => {
    const { observation } = paced({ idleFrames: 50, frames: "world-models" }).reset(3);
    const original = makeCarRacing({ frames: "world-models" });
    original.reset({ seed: 3 });
    let last = observation;
    for (let i = 0; i < 50; i++) last = (original.step(new Float32Array(3)) as Step<Uint8Array>).observation;
    expect(observation).toEqual(last);
  });

  it("lasts a thousand frames, the last decision the shorter", () => {
    const { reset, step } = paced({ frameSkip: 4, idleFrames: 50, continuous: false });
    reset(0);
    for (let i = 1; i < Math.ceil(950 / 4); i++) expect(step(0)).toMatchObject({ truncated: false, terminated: false });
    const last = step(0);
    expect(last.truncated).toBe(true);
    expect(last.reward).toBeCloseTo(2 * -0.1, 9); // 950 = 237 · 4 + 2
    expect(() => step(0)).toThrow(/reset/);
  });

  it("goes on from a snapshot, what is owed included", () => {
    const { env, reset, step } = paced({ frameSkip: 3, idleFrames: 5 });
    reset(2);
    const saved = structuredClone(env.snapshot!()) as EnvState;
    const before = drive(5).map((action) => step(action).reward);
    env.restore!(saved);
    expect(drive(5).map((action) => step(action).reward)).toEqual(before);
    expect(before[0]).toBeGreaterThan(5); // the start's tiles came in the idle frames
  });

  it.each([[{ frameSkip: 0 }], [{ frameSkip: 1.5 }], [{ idleFrames: 1000 }], [{ idleFrames: -1 }]])(
    "refuses %o",
    (options) => {
      expect(() => makeCarRacing(options)).toThrow(ConfigError);
    },
  );
});
