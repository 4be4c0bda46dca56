import { afterAll, describe, expect, it } from "vitest";
import { LinearController } from "../../agents/linear-controller.ts";
import { Platformer } from "../../envs/index.ts";
import { ConfigError } from "../../src/base/errors.ts";
import type { ResetOptions } from "../../src/core/env.ts";
import { RandomStream } from "../../src/core/random.ts";
import { TimeLimit } from "../../src/core/wrappers/time-limit.ts";
import { Wrapper } from "../../src/core/wrappers/wrapper.ts";
import { dreamFunctions } from "../../src/imagination/dream-functions.ts";
import { perceive } from "../../src/imagination/perceived-env.ts";
import { RealPopulation } from "../../src/imagination/real-population.ts";
import { tinyWorld } from "../world-models/tiny-world.ts";

const model = tinyWorld({ actionSpace: new Platformer().actionSpace });
const functions = dreamFunctions(model);
afterAll(() => functions.dispose());

const EPISODES = 3;
/** An episode is over after as many steps as its seed says, so that slots are free at different times; each action pays otherwise. */
class Drawn extends Wrapper<Uint8Array, number> {
  #left = 0;

  override reset(options: ResetOptions = {}) {
    this.#left = 5 + ((options.seed as number) % 23);
    return this.env.reset(options);
  }

  override async step(action: number) {
    const step = await this.env.step(action);
    return { ...step, reward: 1 + action + 0.1 * this.#left, truncated: --this.#left === 0 };
  }
}

/** The longest episode that there may be. */
const LONGEST = 27;
const LIMITS = [6, 9, LONGEST];
const real = (limit = LONGEST) => new TimeLimit(new Drawn(new Platformer()), { maxEpisodeSteps: limit });
const plain = new LinearController({ ...model, config: {} });
const candidates = Array.from({ length: 4 }, (_, p) => {
  const random = new RandomStream(p, "candidate");
  return Float32Array.from(plain.weights, () => 0.5 * random.normal());
});
const actor = (weights: ArrayLike<number>) => {
  const candidate = plain.with(weights);
  return (features: Float32Array) => candidate.act(features);
};
const played = async (slots: number, options: { maximumSteps?: number; seed?: number } = {}) => {
  const { seed = 7, maximumSteps } = options;
  const envs = Array.from({ length: slots }, () => real());
  const population = new RealPopulation({ envs, model, actor, episodes: EPISODES, maximumSteps });
  try {
    return await population.run(candidates, seed);
  } finally {
    await population.dispose();
  }
};

/** Of the episodes that seed 7 picks. */
function gameSeeds(): number[] {
  const stream = new RandomStream(7, "real");
  return Array.from({ length: EPISODES }, () => stream.integer(0, 2 ** 31));
}

/** One candidate in one episode after the other. */
async function alone(limit: number): Promise<number[][]> {
  const seeds = gameSeeds();
  const env = perceive(real(limit), model, { functions });
  const returns: number[][] = [];
  for (const weights of candidates) {
    const act = actor(weights);
    const row: number[] = [];
    for (const seed of seeds) {
      let { observation } = await env.reset({ seed });
      let total = 0;
      for (let over = false; !over; ) {
        const step = await env.step(act(observation) as number);
        ({ observation } = step);
        total += step.reward;
        over = step.terminated || step.truncated;
      }
      row.push(total);
    }
    returns.push(row);
  }
  await env.close();
  return returns;
}

const rounded = (rows: readonly ArrayLike<number>[]) =>
  rows.map((row) => Array.from(row, (x) => Math.round(1e4 * x) / 1e4));

describe("RealPopulation", () => {
  it("pays each candidate in each episode what it is paid alone", async () => {
    const expected = rounded(await alone(LONGEST));
    expect(new Set(expected.flat()).size).toBeGreaterThan(3);
    expect(new Set(gameSeeds().map((seed) => seed % 23)).size).toBe(EPISODES);
    expect(rounded(await played(5))).toEqual(expected);
  });

  it("does not depend on how many are played at once, nor on more slots than there are games", async () => {
    const expected = await played(1);
    for (const slots of [2, 7, 14]) expect(rounded(await played(slots))).toEqual(rounded(expected));
  });

  it("plays other episodes for another seed", async () => {
    expect(await played(5, { seed: 8 })).not.toEqual(await played(5));
  });

  it.each(LIMITS)("ends an episode after %d steps", async (limit) => {
    const expected = rounded(await alone(limit));
    expect(new Set(expected.flat()).size).toBeGreaterThan(EPISODES);
    expect(rounded(await played(5, { maximumSteps: limit }))).toEqual(expected);
  });

  it("refuses to play nowhere, or nothing", () => {
    expect(() => new RealPopulation({ envs: [], model, actor, episodes: 1 })).toThrow(ConfigError);
    expect(() => new RealPopulation({ envs: [real()], model, actor, episodes: 0 })).toThrow(/at least one episode/);
  });

  it("stops when it is told to", async () => {
    const population = new RealPopulation({ envs: [real()], model, actor, episodes: 1, signal: AbortSignal.abort() });
    await expect(population.run(candidates, 1)).rejects.toThrow(/abort/i);
    await population.dispose();
  });
});
