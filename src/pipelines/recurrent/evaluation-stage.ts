import { ConstantPolicy } from "../../../agents/constant-policy.ts";
import { HeldRandomPolicy } from "../../../agents/held-random-policy.ts";
import { LinearController } from "../../../agents/linear-controller.ts";
import type { Policy } from "../../../agents/policy.ts";
import { RandomPolicy } from "../../../agents/random-policy.ts";
import type { Env, RenderFrame } from "../../core/env.ts";
import { make } from "../../core/registry.ts";
import type { Box } from "../../core/spaces/box.ts";
import { type ComparisonReport, compare } from "../../evaluation/compare.ts";
import type { FramePair } from "../../evaluation/side-by-side.ts";
import { dreamFunctions } from "../../imagination/dream-functions.ts";
import { dreamReturns } from "../../imagination/dream-returns.ts";
import { perceive } from "../../imagination/perceived-env.ts";
import { replayInDream } from "../../imagination/replay.ts";
import type { SavedWorld } from "../../world-models/world-checkpoint.ts";
import type { PipelineContext } from "./context.ts";
import { loadController } from "./controller-stage.ts";
import { dreamOf } from "./dream-of.ts";

/** Seeds of the episodes that count: nothing is collected, trained or chosen on them. */
export const TEST_SEED = 500_000;

/** Plays the baselines and the dream-trained controller in the dream and in the real environment. */
export async function comparePolicies(
  context: Pick<PipelineContext, "run" | "progress" | "signal">,
  options: { world: SavedWorld; episodes: number; seed: number },
): Promise<ComparisonReport> {
  const { world, episodes, seed } = options;
  const { model } = world;
  const controller = await loadController(context.run.directory, model);
  const policies: Policy<Float32Array, unknown>[] = [new RandomPolicy(model), new HeldRandomPolicy(model), controller];
  const functions = dreamFunctions(model);
  const progress = context.progress.stage({ name: "compare", total: 2 * policies.length * episodes, unit: "episodes" });
  const dream = dreamOf(world);
  try {
    const report = await compare<Float32Array, unknown>({
      policies,
      episodes,
      seeds: { first: seed },
      signal: context.signal,
      dream: {
        evaluate: (policy, seeds, { signal, onEpisodes }) => dreamReturns(dream, policy, seeds, { signal, onEpisodes }),
      },
      real: async () => perceive(await realEnv(world), model, { functions }),
      onProgress: ({ allDone, policy, side }) => progress.update(allDone, { now: `${policy} ${side}` }),
    });
    progress.done();
    return report;
  } finally {
    await functions.dispose();
  }
}

export function realEnv(
  world: SavedWorld,
  options: { renderMode?: "rgb_array" } = {},
): Promise<Env<Uint8Array, unknown>> {
  return make<Uint8Array, unknown>(world.env.id, { ...world.env.kwargs, ...options });
}

/** One real episode of the controller, and the dream of the same actions from the same first frame. */
export async function sideBySide(directory: string, world: SavedWorld, seed: number): Promise<FramePair> {
  const { model } = world;
  const functions = dreamFunctions(model);
  const env = perceive(await realEnv(world), model, { functions });
  const actor = (await loadController(directory, model)).begin();
  const observations: Uint8Array[] = [];
  const actions: unknown[] = [];
  try {
    let { observation } = await env.reset({ seed });
    observations.push(env.observation);
    for (let over = false; !over && actions.length < REPLAY_STEPS; ) {
      const action = actor.act(observation);
      const step = await env.step(action);
      actions.push(action);
      observations.push(env.observation);
      observation = step.observation;
      over = step.terminated || step.truncated;
    }
    const dream = await replayInDream(dreamOf(world), { first: observations[0], actions, seed, functions });
    return { real: observations.map((data) => toFrame(data, model.observationSpace as Box<"uint8">)), dream };
  } finally {
    await env.close();
    await functions.dispose();
  }
}

const REPLAY_STEPS = 120;

function toFrame(data: Uint8Array, { shape: [height, width] }: Box<"uint8">): RenderFrame {
  return { width, height, data };
}
