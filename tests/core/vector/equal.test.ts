import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/core/random.ts";
import { makeVec } from "../../../src/core/vector/make-vec.ts";
import type { AutoresetMode, VectorEnv } from "../../../src/core/vector/vector-env.ts";
import { toys } from "./toy.ts";
import "../../../src/registrations.ts";

/* The same seeds give the same numbers, to the bit, in this thread and in any number of workers. */

/** Everything that a vector answers in some steps; where autoreset is disabled, slots that are over are reset. */
async function everything(env: VectorEnv, steps: number): Promise<unknown[]> {
  const random = new RandomStream(3, "equal");
  const seen: unknown[] = [structuredClone(await env.reset({ seed: 40, options: { note: "begun" } }))];
  for (let t = 0; t < steps; t++) {
    const actions = Array.from({ length: env.numEnvs }, () => env.singleActionSpace.sample(random));
    const step = await env.step(actions);
    seen.push(structuredClone({ ...step }));
    const over = step.terminations.map((end, b) => end || step.truncations[b]);
    if (env.autoresetMode === "disabled" && over.includes(true)) {
      seen.push(structuredClone({ ...(await env.reset({ options: { resetMask: over } })) }));
    }
  }
  return seen;
}

const MODES: readonly AutoresetMode[] = ["next-step", "same-step", "disabled"];

describe("workers give what this thread gives", () => {
  it.each<[number, AutoresetMode]>([
    [1, "next-step"],
    [2, "same-step"],
    [3, "disabled"],
  ])("CartPole in %i workers, %s", async (workers, autoreset) => {
    const options = { numEnvs: 5, autoreset };
    const sync = await makeVec("CartPole-v1", options);
    const threads = await makeVec("CartPole-v1", { ...options, vectorization: "workers", workers });
    expect(await everything(threads, 150)).toEqual(await everything(sync, 150));
    await threads.close();
  });

  // What a space is carried by does not depend on the mode: they take turns.
  it.each(
    [
      ["box", "discrete"],
      ["wide", "multi-binary"],
      ["discrete", "box"],
      ["multi-discrete", "tuple"],
      ["multi-binary", "dict"],
      ["dict", "multi-discrete"],
      ["tuple", "text"],
      ["text", "mixed"],
      ["mixed", "wide"],
      ["sequence", "one-of"],
      ["graph", "discrete"],
      ["one-of", "discrete"],
    ].map(([observation, action], i) => ({ observation, action, autoreset: MODES[i % 3], workers: (i % 2) + 1 })),
  )("observations $observation, actions $action, $autoreset, $workers workers", async (options) => {
    const sync = await toys(options);
    const threads = await toys({ ...options, vectorization: "workers" });
    for (const name of ["observationSpace", "actionSpace", "singleObservationSpace", "singleActionSpace"] as const) {
      expect(threads[name].equals(sync[name])).toBe(true);
    }
    const seen = await everything(sync, 25);
    expect(await everything(threads, 25)).toEqual(seen);
    expect(await everything(threads, 25)).toEqual(seen); // and again
    await threads.close();
  });

  it.each(MODES)("environments that answer late, out of turn, %s", async (autoreset) => {
    const [late, threads] = [
      { late: true, autoreset },
      { late: true, autoreset, vectorization: "workers" as const },
    ];
    const sync = await toys(late);
    const seen = await everything(sync, 15);
    const other = await toys(threads);
    expect(await everything(other, 15)).toEqual(seen);
    await other.close();
  });
});

describe("what an autoreset shows", () => {
  let vectors: VectorEnv[];
  beforeAll(async () => {
    vectors = [await toys({ autoreset: "next-step" }), await toys({ autoreset: "same-step" })];
  });
  afterAll(() => Promise.all(vectors.map((vector) => vector.close())));

  it("is the same episode in both modes, one step apart", async () => {
    const [next, same] = vectors as VectorEnv<Float32Array, number>[];
    const seeds = [1, 2, 3];
    await next.reset({ seed: seeds });
    const started = await same.reset({ seed: seeds });
    const trails = [next, same].map(() => seeds.map(() => [] as unknown[]));
    const row = (observations: Float32Array, b: number) => Array.from(observations.subarray(6 * b, 6 * b + 6));
    let fresh = seeds.map(() => false);
    for (let t = 0; t < 60; t++) {
      const a = await next.step([0, 0, 0]);
      const b = await same.step([0, 0, 0]);
      seeds.forEach((_, slot) => {
        trails[0][slot].push([row(a.observations, slot), fresh[slot] ? "reset" : a.rewards[slot]]);
        const over = b.terminations[slot] || b.truncations[slot];
        const final = (b.infos["final_obs"] as Float32Array[] | undefined)?.[slot];
        trails[1][slot].push([over ? Array.from(final!) : row(b.observations, slot), b.rewards[slot]]);
        if (over) trails[1][slot].push([row(b.observations, slot), "reset"]);
      });
      fresh = a.terminations.map((end, slot) => end || a.truncations[slot]);
    }
    seeds.forEach((_, slot) => {
      expect(trails[1][slot].slice(0, 60)).toEqual(trails[0][slot]);
      expect(trails[0][slot].filter((entry) => (entry as unknown[])[1] === "reset").length).toBeGreaterThan(5);
    });
    expect(started.infos).toEqual({});
  });
});
