import { expect, it } from "vitest";
import type { Env, Step } from "../../src/core/env.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { dreamFunctions } from "../../src/imagination/dream-functions.ts";
import { perceive } from "../../src/imagination/perceived-env.ts";
import { playTogether, type Seat } from "../../src/pipelines/recurrent/play-together.ts";
import { tinyWorld } from "../world-models/tiny-world.ts";

/** Pays 1 for a while, then nothing more; a frame shows the seed and the step. */
class Shop implements Env<Uint8Array, number> {
  readonly observationSpace = new Box({ low: 0, high: 255, shape: [64, 64, 3], dtype: "uint8" });
  readonly actionSpace = new Discrete(3);
  #seed = 0;
  #step = 0;

  reset({ seed = 0 }: { seed?: number } = {}) {
    this.#seed = seed;
    this.#step = 0;
    return { observation: this.#frame(), info: {} };
  }

  step(): Step<Uint8Array> {
    this.#step++;
    const terminated = this.#seed === 1 && this.#step === 3;
    const reward = this.#step <= this.#seed ? 1 : 0;
    return { observation: this.#frame(), reward, terminated, truncated: this.#step === 20, info: {} };
  }

  render() {
    return undefined;
  }

  close() {}

  #frame() {
    return new Uint8Array(64 * 64 * 3).map((_, i) => (i * (this.#seed + 1) + 40 * this.#step) % 256);
  }
}

const model = tinyWorld();

/** Remembers what it saw; acts by the features. */
function seat(seed: number): Seat & { seen: Float32Array[] } {
  const seen: Float32Array[] = [];
  return {
    ...{ env: new Shop() as Env<Uint8Array, unknown>, seed, seen },
    act: (features) => {
      seen.push(features);
      return seen.length % 3;
    },
  };
}

it("plays each episode as it would be played alone", async () => {
  const functions = dreamFunctions(model);
  try {
    const seats = [seat(1), seat(2), seat(5)];
    const episodes = await playTogether(seats, { model, functions });
    expect(
      episodes.map(({ seed, steps, return: sum, terminated, truncated }) => [seed, steps, sum, terminated, truncated]),
    ).toEqual([
      [1, 3, 1, true, false],
      [2, 20, 2, false, true],
      [5, 20, 5, false, true],
    ]);
    for (const [b, episode] of episodes.entries()) {
      expect(Array.from(episode.actions)).toEqual(Array.from({ length: episode.steps }, (_, t) => (t + 1) % 3));
      const alone = perceive(new Shop(), model, { functions });
      let { observation } = await alone.reset({ seed: episode.seed });
      for (let t = 0; t < episode.steps; t++) {
        const seen = seats[b].seen[t];
        observation.forEach((value, i) => {
          expect(seen[i]).toBeCloseTo(value, 4);
        });
        expect(episode.observations.slice(t * 12288, (t + 1) * 12288)).toEqual(alone.observation);
        ({ observation } = await alone.step(episode.actions[t]));
      }
    }
  } finally {
    await functions.dispose();
  }
});

it("gives up an episode in which nothing is earned any more", async () => {
  const functions = dreamFunctions(model);
  try {
    const episodes = await playTogether([seat(2), seat(5)], { model, functions, patience: 4 });
    expect(episodes.map(({ steps, terminated, truncated }) => [steps, terminated, truncated])).toEqual([
      [6, false, true],
      [9, false, true],
    ]);
  } finally {
    await functions.dispose();
  }
});
