import { expect, test } from "vitest";
import { RandomStream } from "../../../src/core/random.ts";
import { packPictures } from "../../../src/evaluation/world-model/context.ts";
import type { HeldOutEpisode } from "../../../src/evaluation/world-model/held-out.ts";
import { packActions } from "../../../src/imagination/actions.ts";
import { dreamFunctions } from "../../../src/imagination/dream-functions.ts";
import { followEpisodes, followingTicks } from "../../../src/pipelines/imitation/follow-episodes.ts";
import { tinyGenie } from "../../world-models/genie/tiny-genie.ts";

const shape = { height: 16, width: 16, channels: 3 };

function episode(index: number): HeldOutEpisode {
  const random = new RandomStream(index, "video");
  const steps = 1 + ((5 * index) % 8);
  const pictures = Array.from({ length: steps + 1 }, () =>
    Uint8Array.from({ length: 16 * 16 * 3 }, () => random.integer(0, 256)),
  );
  const actions = Array.from({ length: steps }, () => random.integer(0, 5));
  return { steps, pictures, actions, rewards: new Float32Array(steps), terminated: false };
}

test("shows of each step what following its episode alone shows, before the step's own action", async () => {
  const model = tinyGenie().withActions("latent");
  const episodes = Array.from({ length: 18 }, (_, i) => episode(i)); // more than a batch
  const ticks: number[] = [];
  const seen = await followEpisodes(model, episodes, { onTick: (done) => ticks.push(done) });
  expect(ticks).toEqual(Array.from({ length: followingTicks(episodes) }, (_, i) => i + 1));
  const functions = dreamFunctions(model);
  for (const [i, { steps, pictures, actions }] of episodes.entries()) {
    const alone: number[] = [];
    let now = await functions.perceive({ frames: packPictures([pictures[0]], shape) });
    for (let t = 0; t < steps; t++) {
      alone.push(...(now.features.data as Float32Array));
      const frames = packPictures([pictures[t + 1]], shape);
      now = await functions.observe({
        state: now.state,
        frames,
        actions: packActions(model.actionSpace, [actions[t]]),
      });
    }
    expect(seen[i]).toHaveLength(steps * model.featureSize);
    const furthest = Math.max(...alone.map((value, j) => Math.abs(value - seen[i][j])));
    expect(furthest).toBeLessThan(1e-5);
  }
  await functions.dispose();
});

test("stops within a step", async () => {
  const controller = new AbortController();
  const ticks: number[] = [];
  const following = followEpisodes(tinyGenie().withActions("latent"), [episode(3)], {
    signal: controller.signal,
    onTick: (done) => {
      ticks.push(done);
      if (done === 2) controller.abort(new Error("enough"));
    },
  });
  await expect(following).rejects.toThrow("enough");
  expect(ticks.length).toBeLessThan(4);
});
