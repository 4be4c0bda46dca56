import { describe, expect, it } from "vitest";
import { Platformer, TakeCover } from "../../envs/index.ts";
import { ConfigError } from "../../src/base/errors.ts";
import type { Env } from "../../src/core/env.ts";
import type { AutoresetMode, VectorEnv } from "../../src/core/vector/vector-env.ts";
import { splitInfos } from "../../src/core/vector/vector-info.ts";
import { TimeLimit } from "../../src/core/wrappers/time-limit.ts";
import { dreamFunctions } from "../../src/imagination/dream-functions.ts";
import { perceive } from "../../src/imagination/perceived-env.ts";
import { VectorPerceivedEnv } from "../../src/imagination/vector-perceived-env.ts";
import { describeVectorEnvContract } from "../contracts/vector-env-contract.ts";
import { tinyWorld } from "../world-models/tiny-world.ts";

const model = tinyWorld({ actionSpace: new Platformer().actionSpace });
const functions = dreamFunctions(model);
const LIMITS = [7, 12, 20];
/** A platformer, each seed with a level of its own, that is cut off after a few steps. */
const real = (limit = 20) => new TimeLimit(new Platformer(), { maxEpisodeSteps: limit });
const perceived = (limits: readonly number[], autoresetMode: AutoresetMode) =>
  VectorPerceivedEnv.of(limits.map(real), model, { functions, autoresetMode });

describeVectorEnvContract(
  "a vector of perceived platformers",
  ({ numEnvs, autoreset }) =>
    perceived(new Array(numEnvs).fill(20), autoreset) as VectorPerceivedEnv<unknown> as VectorEnv,
  { steps: 30 },
);

describe("VectorPerceivedEnv", () => {
  const row = (observations: Float32Array, b: number) =>
    observations.slice(b * model.featureSize, (b + 1) * model.featureSize);
  const expectClose = (got: Float32Array, expected: Float32Array) => {
    expect(got.length).toBe(expected.length);
    const worst = got.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);
    expect(worst).toBeLessThan(1e-5);
  };

  it.each<AutoresetMode>(["next-step", "same-step", "disabled"])(
    "shows in each slot what a perceived environment alone shows, over ends and new beginnings (%s)",
    async (mode) => {
      const vector = perceived(LIMITS, mode);
      const alone = LIMITS.map((limit) => perceive(real(limit), model, { functions }));
      let { observations } = await vector.reset({ seed: 5 });
      const seen = await Promise.all(alone.map(async (env, b) => (await env.reset({ seed: 5 + b })).observation));
      const over = [false, false, false];
      let begun = 0;
      for (let t = 0; t < 30; t++) {
        for (const [b, expected] of seen.entries()) expectClose(row(observations, b), expected);
        const actions = LIMITS.map((_, b) => (2 * t + b) % 6);
        const step = await vector.step(actions);
        const infos = splitInfos(step.infos, 3);
        ({ observations } = step);
        for (const [b, env] of alone.entries()) {
          if (over[b]) {
            seen[b] = (await env.reset()).observation; // next-step: the action was ignored
            over[b] = false;
            begun++;
            continue;
          }
          const expected = await env.step(actions[b]);
          seen[b] = expected.observation;
          expect(step.rewards[b]).toBe(expected.reward);
          expect([step.terminations[b], step.truncations[b]]).toEqual([expected.terminated, expected.truncated]);
          if (!expected.terminated && !expected.truncated) continue;
          over[b] = mode === "next-step";
          if (mode === "next-step") continue;
          begun++;
          if (mode === "same-step") {
            expectClose(infos[b]["final_obs"] as Float32Array, expected.observation);
            expect(infos[b]["final_info"]).toEqual(expected.info);
          } else {
            expectClose(row(observations, b), expected.observation);
            ({ observations } = await vector.reset({ options: { resetMask: LIMITS.map((_, slot) => slot === b) } }));
          }
          seen[b] = (await env.reset()).observation;
        }
      }
      expect(begun).toBeGreaterThanOrEqual(6);
    },
  );

  it("refuses environments that the model was not trained on", () => {
    const takeCover = new TakeCover({ observationSize: [48, 64] }) as unknown as Env<Uint8Array, number>;
    expect(() => VectorPerceivedEnv.of([takeCover], model, { functions })).toThrow(ConfigError);
    expect(() => VectorPerceivedEnv.of([takeCover], model, { functions })).toThrow(
      /observationSpace is Box.*64, 64, 3.*got Box.*48, 64, 3/,
    );
    expect(() => VectorPerceivedEnv.of([real()], tinyWorld())).toThrow(
      /actionSpace is Discrete\(3\).*got Discrete\(6\)/,
    );
  });
});
