import { afterAll, describe, expect, it } from "vitest";
import type { Awaitable, RenderFrame } from "../../src/core/env.ts";
import { InvalidActionError, ResetNeededError } from "../../src/core/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { batchSpace } from "../../src/core/spaces/batch-space.ts";
import { iterate } from "../../src/core/spaces/batch-values.ts";
import { VectorEnvClosedError } from "../../src/core/vector/errors.ts";
import type { AutoresetMode, VectorEnv, VectorStep } from "../../src/core/vector/vector-env.ts";

/** Makes a fresh vector of so many slots. */
export type MakeVector = (options: { numEnvs: number; autoreset: AutoresetMode }) => Awaitable<VectorEnv>;

export interface VectorContractOptions {
  /** Steps within which random actions certainly end an episode in each of three slots. Default 200. */
  readonly steps?: number;
}

/**
 * What every vector environment promises (src/core/README.md), as a test suite; one passes it by one line:
 * `describeVectorEnvContract("CartPole", ({ numEnvs, autoreset }) => makeVec("CartPole-v1", { numEnvs, autoreset }));`
 */
export function describeVectorEnvContract(name: string, make: MakeVector, options: VectorContractOptions = {}): void {
  const { steps = 200 } = options;

  /** One vector of three slots for each mode: every test begins with a reset, and workers take long to start. */
  const vectors = new Map<AutoresetMode, Awaitable<VectorEnv>>();
  const vector = (autoreset: AutoresetMode) => {
    const env = vectors.get(autoreset) ?? make({ numEnvs: 3, autoreset });
    vectors.set(autoreset, env);
    return env;
  };
  const using = async (autoreset: AutoresetMode, body: (env: VectorEnv) => Promise<void>) =>
    body(await vector(autoreset));
  const actionsFrom = (env: VectorEnv, label: string) => {
    const random = new RandomStream(1, label);
    return () => Array.from({ length: env.numEnvs }, () => env.singleActionSpace.sample(random));
  };
  const over = ({ terminations, truncations }: VectorStep<unknown>) =>
    terminations.map((end, b) => end || truncations[b]);
  const rows = (env: VectorEnv, observations: unknown) => structuredClone(iterate(env.observationSpace, observations));
  const plain = (step: VectorStep<unknown>) => structuredClone({ ...step });

  /** Steps of one run, from a seed. */
  const run = async (env: VectorEnv, seed: number | number[], label: string, length: number) => {
    const next = actionsFrom(env, label);
    const seen: unknown[] = [structuredClone(await env.reset({ seed }))];
    for (let t = 0; t < length; t++) seen.push(plain(await env.step(next())));
    return seen;
  };

  describe(`${name} keeps the vector environment contract`, () => {
    afterAll(async () => {
      for (const env of vectors.values()) await (await env).close();
    });

    it("refuses to step, to render and to reset some slots only before its first reset", async () => {
      const env = await make({ numEnvs: 3, autoreset: "next-step" });
      await expect(async () => env.step(actionsFrom(env, "good")())).rejects.toThrow(ResetNeededError);
      await expect(async () => env.render()).rejects.toThrow(ResetNeededError);
      const options = { resetMask: [true, false, true] };
      await expect(async () => env.reset({ options })).rejects.toThrow(ResetNeededError);
      await env.close(); // never reset
    });

    it("has the batched spaces of one slot, and answers within them", async () => {
      await using("next-step", async (env) => {
        expect(env.numEnvs).toBe(3);
        expect(env.observationSpace.equals(batchSpace(env.singleObservationSpace, 3))).toBe(true);
        expect(env.actionSpace.equals(batchSpace(env.singleActionSpace, 3))).toBe(true);
        expect(env.metadata?.autoresetMode).toBe("next-step");
        const { observations, infos } = await env.reset({ seed: 1 });
        expect(env.observationSpace.contains(observations)).toBe(true);
        expectInfos(infos, 3);
        const step = await env.step(env.actionSpace.sample(new RandomStream(0)));
        expect(env.observationSpace.contains(step.observations)).toBe(true);
        expect(step.rewards).toBeInstanceOf(Float64Array);
        expect([step.rewards.length, step.terminations.length, step.truncations.length]).toEqual([3, 3, 3]);
        for (const flag of [...step.terminations, ...step.truncations]) expect(typeof flag).toBe("boolean");
        expectInfos(step.infos, 3);
      });
    });

    it("takes a list of actions for a batch of them", async () => {
      await using("next-step", async (env) => {
        const batch = env.actionSpace.sample(new RandomStream(2));
        await env.reset({ seed: 1 });
        const batched = plain(await env.step(batch));
        await env.reset({ seed: 1 });
        const list = iterate(env.actionSpace, batch).map((action) => structuredClone(action));
        expect(plain(await env.step(list))).toEqual(batched);
      });
    });

    it.each<AutoresetMode>(["next-step", "same-step"])(
      "replays itself from its seeds to the bit (%s)",
      async (mode) => {
        await using(mode, async (env) => {
          const first = await run(env, 7, "replay", steps);
          expect(await run(env, 7, "replay", steps)).toEqual(first);
          expect(await run(env, [7, 8, 9], "replay", 5)).toEqual(first.slice(0, 6));
          expect(await run(env, 70, "replay", 5)).not.toEqual(first.slice(0, 6));
        });
      },
    );

    it("goes on with its generators when reset without a seed, and where a seed of the list is left out", async () => {
      await using("next-step", async (env) => {
        const begun = rows(env, (await env.reset({ seed: 3 })).observations);
        const again = rows(env, (await env.reset()).observations);
        expect(again).not.toEqual(begun);
        await env.reset({ seed: 3 });
        const mixed = rows(env, (await env.reset({ seed: [undefined, 4, undefined] })).observations);
        expect(mixed).toEqual([again[0], begun[1], again[2]]);
      });
    });

    it("next-step: the step after an end resets the slot: action ignored, reward 0, flags false", async () => {
      await using("next-step", async (env) => {
        const next = actionsFrom(env, "next-step");
        await env.reset({ seed: 11 });
        let ended = [false, false, false];
        const met = [false, false, false];
        for (let t = 0; t < steps && met.includes(false); t++) {
          const actions: unknown[] = next();
          ended.forEach((end, b) => {
            if (end) actions[b] = "not even looked at";
          });
          const step = await env.step(actions);
          ended.forEach((end, b) => {
            if (!end) return;
            met[b] = true;
            expect([step.rewards[b], step.terminations[b], step.truncations[b]]).toEqual([0, false, false]);
          });
          expect(env.observationSpace.contains(step.observations)).toBe(true);
          expect(step.infos).not.toHaveProperty("final_obs");
          ended = over(step);
        }
        expect(met).toEqual([true, true, true]);
      });
    });

    it("same-step: the ending step's observation is the reset's, the last one is in final_obs", async () => {
      await using("same-step", async (env) => {
        const twin = await vector("next-step");
        const next = actionsFrom(env, "same-step");
        await env.reset({ seed: 11 });
        await twin.reset({ seed: 11 });
        let first: VectorStep<unknown> | undefined;
        for (let t = 0; t < steps && !first; t++) {
          const actions = next();
          const [step, other] = [plain(await env.step(actions)), plain(await twin.step(actions))];
          if (!over(step).includes(true)) {
            expect(step).toEqual(other);
            expect(step.infos).not.toHaveProperty("final_obs");
            continue;
          }
          first = step;
          // Until the first end the two have gone the same way; then next-step still shows the last observation.
          const [now, then] = [rows(env, step.observations), rows(env, other.observations)];
          const ended = over(step);
          expect(over(other)).toEqual(ended);
          expect(Array.from(step.rewards)).toEqual(Array.from(other.rewards));
          expect(step.infos["_final_obs"]).toEqual(ended);
          expect(step.infos["_final_info"]).toEqual(ended);
          ended.forEach((end, b) => {
            const final = (step.infos["final_obs"] as unknown[])[b];
            expect(final).toEqual(end ? then[b] : undefined);
            if (end) expect(now[b]).not.toEqual(then[b]);
            else expect(now[b]).toEqual(then[b]);
          });
        }
        expect(first).toBeDefined();
      });
    });

    it("disabled: waits for a reset of the slots that are over, and leaves the others alone", async () => {
      await using("disabled", async (env) => {
        const next = actionsFrom(env, "disabled");
        await env.reset({ seed: 11 });
        let step = await env.step(next());
        for (let t = 0; t < steps && !over(step).includes(true); t++) step = await env.step(next());
        const ended = over(step);
        expect(ended).toContain(true);
        await expect(async () => env.step(next())).rejects.toThrow(ResetNeededError);
        const { observations } = await env.reset({ seed: [21, 22, 23], options: { resetMask: ended } });
        const other = await vector("next-step");
        const started = rows(env, (await other.reset({ seed: [21, 22, 23] })).observations);
        const [now, then] = [rows(env, observations), rows(env, step.observations)];
        ended.forEach((end, b) => {
          expect(now[b]).toEqual(end ? started[b] : then[b]);
        });
        expect((await env.step(next())).rewards.length).toBe(3);
      });
    });

    it("refuses what does not fit, by name, and goes on", async () => {
      await using("next-step", async (env) => {
        const good = actionsFrom(env, "good")();
        await env.reset({ seed: 0, options: { resetMask: [true, true, true] } });
        await expect(async () => env.step([good[0], undefined, good[2]])).rejects.toThrow(InvalidActionError);
        await expect(async () => env.step(good.slice(0, 2))).rejects.toThrow("Expected 3 actions, one a slot, got 2.");
        await expect(async () => env.step([...good, good[0]])).rejects.toThrow("3 actions, one a slot, got 4.");
        await expect(async () => env.step(0 as never)).rejects.toThrow(/3 actions as a list/);
        await expect(async () => env.reset({ seed: [1] })).rejects.toThrow(/3 seeds/);
        for (const seed of [-1, 0.5, [1, 2, -1]]) await expect(async () => env.reset({ seed })).rejects.toThrow(/seed/);
        for (const resetMask of [[true], [true, true, false, false], [[true, true, true]], [1, 1, 0], "111"]) {
          const options = { resetMask: resetMask as boolean[] };
          await expect(async () => env.reset({ options })).rejects.toThrow(/resetMask/);
        }
        const none = { resetMask: [false, false, false] };
        await expect(async () => env.reset({ options: none })).rejects.toThrow(/at least one true/);

        const afterwards = plain(await env.step(good));
        await env.reset({ seed: 0 });
        expect(afterwards).toEqual(plain(await env.step(good)));
      });
    });

    it("leaves what it has returned alone, and does not mind what the caller does to it", async () => {
      await using("same-step", async (env) => {
        const expected = await run(env, 5, "own", 30);
        const next = actionsFrom(env, "own");
        const seen: unknown[] = [];
        let answer: { observations: unknown } = await env.reset({ seed: 5 });
        for (let t = 0; t <= 30; t++) {
          seen.push(structuredClone(answer));
          const kept = answer;
          const before = structuredClone(kept.observations);
          answer = await env.step(next());
          expect(kept.observations).toEqual(before);
          spoil(kept.observations);
        }
        expect(seen).toEqual(expected);
      });
    });

    it("renders each slot, where it renders", async () => {
      await using("next-step", async (env) => {
        await env.reset({ seed: 0 });
        const frames = await env.render();
        expect(frames.length).toBe(3);
        for (const frame of frames) {
          if (env.renderMode !== "rgb_array") expect(frame).toBeUndefined();
          else
            expect((frame as RenderFrame).data.length).toBe(
              3 * (frame as RenderFrame).width * (frame as RenderFrame).height,
            );
        }
      });
    });

    it("is closed twice without harm, and refuses further calls", async () => {
      const env = await make({ numEnvs: 3, autoreset: "next-step" });
      const next = actionsFrom(env, "closed");
      await env.reset({ seed: 0 });
      await env.close();
      await env.close();
      await expect(async () => env.step(next())).rejects.toThrow(VectorEnvClosedError);
      await expect(async () => env.reset()).rejects.toThrow(VectorEnvClosedError);
    });
  });
}

/** Every key has a mask of N booleans, and N values. */
function expectInfos(infos: Readonly<Record<string, unknown>>, slots: number): void {
  for (const [key, value] of Object.entries(infos)) {
    if (key.startsWith("_")) {
      expect(value).toHaveLength(slots);
      expect(infos).toHaveProperty([key.slice(1)]);
    } else {
      expect(infos).toHaveProperty([`_${key}`]);
      const isInner = typeof value === "object" && !Array.isArray(value) && !ArrayBuffer.isView(value);
      if (isInner) expectInfos(value as Readonly<Record<string, unknown>>, slots);
      else expect(value).toHaveLength(slots);
    }
  }
}

/** Overwrites every number in it. */
function spoil(value: unknown): void {
  if (ArrayBuffer.isView(value)) (value as Uint8Array).fill(77);
  else if (typeof value === "object" && value !== null) Object.values(value).forEach(spoil);
}
