import { expect, it } from "vitest";
import { scalar } from "../../src/compute/array.ts";
import { RandomStream } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { packActions } from "../../src/imagination/actions.ts";
import { dreamFunctions } from "../../src/imagination/dream-functions.ts";
import { drawNoise } from "../../src/imagination/noise.ts";
import { FreshMemoryWorld } from "../../src/world-models/recurrent/fresh-memory-world.ts";
import type { WorldModel } from "../../src/world-models/world-model.ts";
import { tinyContexts, tinyWorld } from "./tiny-world.ts";

const STEPS = 6;
const Z = 4;
const trained = tinyWorld({ actionSpace: new Box({ low: [-1, 0, 0], high: [1, 1, 1] }) });
const draw = new RandomStream(9, "fresh");
const fresh = new FreshMemoryWorld(trained, () => draw.normal());

/** The same actions and the same noise in either world's dream, and along the same real frames. */
async function live(model: WorldModel) {
  const functions = dreamFunctions(model);
  const random = new RandomStream(3, "life");
  const streams = [random.split(0)];
  const frame = (i: number) =>
    ({
      shape: [1, 64, 64, 3],
      dtype: "uint8",
      data: (tinyContexts().frames.data as Uint8Array).slice(i * 12288, (i + 1) * 12288),
    }) as const;
  const dream: { features: number[]; reward: number; terminationProbability: number }[] = [];
  const real: number[][] = [];
  try {
    const actions = Array.from({ length: STEPS }, () =>
      packActions(model.actionSpace, [model.actionSpace.sample(random)]),
    );
    let { state } = await functions.perceive({ frames: frame(0) });
    for (const action of actions) {
      const noise = drawNoise(model.noise, streams);
      const step = await functions.step({ state, actions: action, ...noise, temperature: scalar(1) });
      state = step.state;
      const { data: features } = step.features;
      const [reward, terminationProbability] = [step.reward.data[0], step.terminationProbability.data[0]];
      dream.push({ features: Array.from(features), reward, terminationProbability });
    }
    let seen = await functions.perceive({ frames: frame(0) });
    for (let t = 1; t < 4; t++) {
      seen = await functions.observe({ state: seen.state, frames: frame(t), actions: actions[t] });
      real.push(Array.from(seen.features.data));
    }
  } finally {
    await functions.dispose();
  }
  return { dream, real };
}

it("dreams the same dream and sees the same latents, with a memory of its own", async () => {
  const [own, others] = [await live(fresh), await live(trained)];
  own.dream.forEach((step, t) => {
    expect(step.reward).toBeCloseTo(others.dream[t].reward, 5);
    expect(step.terminationProbability).toBeCloseTo(others.dream[t].terminationProbability, 5);
  });
  const both = [...own.dream.map(({ features }) => features), ...own.real];
  const theirs = [...others.dream.map(({ features }) => features), ...others.real];
  expect(fresh.featureSize).toBe(trained.featureSize);
  both.forEach((features, t) => {
    expect(features.length).toBe(fresh.featureSize);
    features.slice(0, Z).forEach((z, i) => {
      expect(z).toBeCloseTo(theirs[t][i], 4);
    });
    const apart = features.slice(Z).map((h, i) => Math.abs(h - theirs[t][Z + i]));
    expect(Math.max(...apart)).toBeGreaterThan(0.01);
  });
});
