import { describe, expect, it } from "vitest";
import { checkEnv } from "../../src/core/check-env/check-env.ts";
import { firstDifference, play, type Seen } from "../../src/core/check-env/play.ts";
import type { Awaitable, Env, RenderFrame, RenderMode } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";

export interface EnvContractOptions {
  /** Steps of each run; fewer for environments that are slow. Default 200. */
  readonly steps?: number;
  /** Steps within which random actions certainly end an episode. Default 3000. */
  readonly stepsToEnd?: number;
  /** There is no chance in it: other seeds need not give other episodes. */
  readonly chanceless?: boolean;
  /** Count of things that must be freed (tensors). */
  readonly liveResources?: () => number;
}

/** Makes a fresh environment, in a render mode where one is given. */
export type MakeEnv = (renderMode?: RenderMode) => Awaitable<Env>;

/**
 * The environment contract (src/core/README.md) as a test suite; an environment passes it by one line:
 * `describeEnvContract("CartPole", (renderMode) => new CartPole({ renderMode }));`
 */
export function describeEnvContract(name: string, makeEnv: MakeEnv, options: EnvContractOptions = {}): void {
  const { steps = 200, stepsToEnd = 3000, chanceless = false, liveResources } = options;
  const actions = (label: string) => new RandomStream(1, label);
  const thrownBy = async (call: () => unknown) => {
    try {
      await call();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  describe(`${name} keeps the environment contract`, () => {
    it("passes checkEnv without a breach of order, seeding, ownership, rendering or snapshots", async () => {
      const findings = await checkEnv(await makeEnv(), { steps, liveResources, make: makeEnv });
      const advice = ["wrapping", "spaces", "metadata"]; // warnings; a breach would have been thrown
      if (chanceless) advice.push("seeding");
      const breaches = findings.filter(({ check, severity }) => severity === "error" || !advice.includes(check));
      expect(breaches).toEqual([]);
    });

    it("refuses step before reset, step after the end and actions outside the space, by name", async () => {
      const env = await makeEnv();
      const random = actions("order");
      const action = () => env.actionSpace.sample(random);
      expect(await thrownBy(() => env.step(action()))).toBeInstanceOf(ResetNeededError);
      await env.reset({ seed: 1 });
      expect(await thrownBy(() => env.step(undefined))).toBeInstanceOf(InvalidActionError);
      let over = false;
      for (let i = 0; i < stepsToEnd && !over; i++) {
        const { terminated, truncated } = await env.step(action()); // a refused action has not spoilt the episode
        over = terminated || truncated;
      }
      expect(over).toBe(true);
      expect(await thrownBy(() => env.step(action()))).toBeInstanceOf(ResetNeededError);
      await env.reset();
      await env.step(action());
      await env.close();
    });

    it.each([-1, 0.5, Number.NaN])("refuses the seed %s", async (seed) => {
      const env = await makeEnv();
      expect(String(await thrownBy(() => env.reset({ seed })))).toContain("seed");
      await env.close();
    });

    it("starts anew when reset in the middle of an episode", async () => {
      const env = await makeEnv();
      await env.reset({ seed: 5 });
      const expected = await play(env, actions("anew"), steps);
      await env.reset({ seed: 6 });
      await play(env, actions("other"), 3);
      await env.reset({ seed: 5 });
      expectSame(await play(env, actions("anew"), steps), expected);
      await env.close();
    });

    it("runs beside a second one of its kind as it runs alone", async () => {
      const env = await makeEnv();
      const other = await makeEnv();
      await env.reset({ seed: 2 });
      const alone = await play(env, actions("alone"), steps);
      await env.reset({ seed: 2 });
      await other.reset({ seed: 3 });
      const random = actions("alone");
      const otherRandom = actions("other");
      const beside: Seen[] = [];
      while (beside.length < alone.length) {
        beside.push(...(await play(env, random, 1)));
        await play(other, otherRandom, 1);
      }
      expectSame(beside, alone);
      await env.close();
      await other.close();
    });

    it("does not mind what the caller does to a returned observation", async () => {
      const env = await makeEnv();
      await env.reset({ seed: 4 });
      const expected = await play(env, actions("spoilt"), 20);
      spoil((await env.reset({ seed: 4 })).observation);
      const random = actions("spoilt");
      const seen: Seen[] = [];
      while (seen.length < expected.length) {
        const { observation, reward, terminated, truncated } = await env.step(env.actionSpace.sample(random));
        seen.push({ observation: structuredClone(observation), reward, terminated, truncated });
        spoil(observation);
        if (!terminated && !truncated) continue;
        const begun = await env.reset();
        seen.push({ observation: structuredClone(begun.observation), reward: 0, terminated: false, truncated: false });
        spoil(begun.observation);
      }
      expectSame(seen, expected);
      await env.close();
    });

    it("goes on elsewhere from a snapshot, if it takes any", async () => {
      const env = await makeEnv();
      const twin = await makeEnv();
      await env.reset({ seed: 7 });
      await play(env, actions("before"), 3);
      if (env.snapshot) {
        const state = structuredClone(env.snapshot());
        twin.restore!(state); // a new environment, never reset
        expectSame(await play(twin, actions("after"), steps), await play(env, actions("after"), steps));
      }
      expect(typeof env.restore).toBe(typeof env.snapshot);
      await env.close();
      await twin.close();
    });

    it("renders frames of one size that later steps leave alone, if it renders any", async () => {
      const modes = (await makeEnv()).metadata?.renderModes ?? [];
      if (!modes.includes("rgb_array")) return;
      const env = await makeEnv("rgb_array");
      await env.reset({ seed: 8 });
      const first = (await env.render()) as RenderFrame;
      const copy = first.data.slice();
      await play(env, actions("render"), 10);
      const later = (await env.render()) as RenderFrame;
      expect([later.width, later.height]).toEqual([first.width, first.height]);
      expect(Buffer.compare(later.data, copy)).not.toBe(0); // something moved
      expect(Buffer.compare(first.data, copy)).toBe(0);
      await env.close();
    });
  });
}

/** The same runs; says where they part (a comparison of whole runs by the test runner takes seconds for images). */
function expectSame(run: readonly Seen[], expected: readonly Seen[]): void {
  expect(firstDifference(run, expected), "the first step that differs").toBe(-1);
}

/** Overwrites every array in an observation. */
function spoil(observation: unknown): void {
  if (ArrayBuffer.isView(observation))
    new Uint8Array(observation.buffer, observation.byteOffset, observation.byteLength).fill(7);
  else if (typeof observation === "object" && observation !== null) Object.values(observation).forEach(spoil);
}
