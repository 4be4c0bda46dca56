import type { RenderFrame } from "../core/env.ts";
import type { Box } from "../core/spaces/box.ts";
import type { FramePair } from "../evaluation/side-by-side.ts";
import { dreamFunctions } from "../imagination/dream-functions.ts";
import { perceive } from "../imagination/perceived-env.ts";
import { replayInDream } from "../imagination/replay.ts";
import type { SavedWorld } from "../world-models/world-checkpoint.ts";
import { dreamOf } from "./dream-of.ts";
import { realEnv } from "./real-env.ts";

const MOST_STEPS = 120;

/** Who is filmed. */
interface Player {
  begin(seed: number): { act(features: Float32Array): unknown };
}

/** One real episode of a policy, and the dream of the same actions from the same first frame. */
export async function filmEpisode(world: SavedWorld, policy: Player, seed: number): Promise<FramePair> {
  const { model } = world;
  const functions = dreamFunctions(model);
  const env = perceive(await realEnv(world), model, { functions });
  const actor = policy.begin(seed);
  const observations: Uint8Array[] = [];
  const actions: unknown[] = [];
  try {
    let { observation } = await env.reset({ seed });
    observations.push(env.observation);
    for (let over = false; !over && actions.length < MOST_STEPS; ) {
      const action = actor.act(observation);
      const step = await env.step(action);
      actions.push(action);
      observations.push(env.observation);
      observation = step.observation;
      over = step.terminated || step.truncated;
    }
    const dream = await replayInDream(dreamOf(world), { first: observations[0], actions, seed, functions });
    const [height, width] = (model.observationSpace as Box<"uint8">).shape;
    const real = observations.map((data): RenderFrame => ({ width, height, data }));
    return { real, dream };
  } finally {
    await env.close();
    await functions.dispose();
  }
}
