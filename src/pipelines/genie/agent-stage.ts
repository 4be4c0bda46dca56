import { rm } from "node:fs/promises";
import { ActorCriticPolicy } from "../../../agents/actor-critic/actor-critic-policy.ts";
import { trainActorCritic } from "../../../agents/actor-critic/train-actor-critic.ts";
import { make } from "../../core/registry.ts";
import type { VectorEnv } from "../../core/vector/vector-env.ts";
import { type DreamFunctions, dreamFunctions } from "../../imagination/dream-functions.ts";
import { VectorDreamEnv } from "../../imagination/vector-dream-env.ts";
import { VectorPerceivedEnv } from "../../imagination/vector-perceived-env.ts";
import type { SavedWorld } from "../../world-models/world-checkpoint.ts";
import { dreamOf } from "../dream-of.ts";
import type { Run } from "../run.ts";
import type { GenieContext } from "./context.ts";

/** Where an agent learned to play: wholly in the dream, or in the real environment as the world model perceives it. */
export type School = "dream" | "real";

/** What reports call them. */
export const AGENT_NAMES = { dream: "dream-trained", real: "real-trained" } as const;

const fileOf = (school: School) => `models/agent-${school}.safetensors`;

/** Trains the same agent, from the same weights, in the dream or for real. */
export async function trainAgent(context: GenieContext, world: SavedWorld, school: School) {
  const { run, config, seed, signal } = context;
  const { numEnvs, steps, ...actorCritic } = config.agent;
  const stage = `agent-${school}`;
  const functions = dreamFunctions(world.model);
  const env =
    school === "dream"
      ? dreamVector(world, numEnvs, functions)
      : await realVector(world, { ...config.env, ...config.collect.env }, numEnvs, functions);
  const snapshot = run.path("models", `${stage}.training.safetensors`);
  try {
    const { policy, episodes, meanReturn } = await trainActorCritic({
      env,
      config: actorCritic,
      steps,
      seed,
      name: AGENT_NAMES[school],
      snapshot,
      metrics: run.path("metrics.jsonl"),
      progress: (done) => context.progress.stage({ name: stage, total: steps, unit: "steps", done }),
      signal,
    });
    await policy.save(run.path(fileOf(school)));
    await rm(snapshot, { force: true });
    return { steps, episodes, meanReturn: meanReturn ?? null };
  } finally {
    await env.close();
    await functions.dispose();
  }
}

export function loadAgent(run: Run, school: School): Promise<ActorCriticPolicy> {
  return ActorCriticPolicy.load(run.path(fileOf(school)));
}

/** Dreams that begin at real moments. */
export function dreamVector(world: SavedWorld, numEnvs: number, functions: DreamFunctions): VectorDreamEnv {
  return new VectorDreamEnv({ ...dreamOf(world), numEnvs, autoresetMode: "same-step", functions });
}

/** Real environments, seen through the world model. */
export async function realVector(
  { model, env }: SavedWorld,
  kwargs: Readonly<Record<string, unknown>>,
  numEnvs: number,
  functions: DreamFunctions,
): Promise<VectorEnv<Float32Array, unknown>> {
  const envs = await Promise.all(
    Array.from({ length: numEnvs }, () => make<Uint8Array, unknown>(env.id, { ...kwargs })),
  );
  return VectorPerceivedEnv.of(envs, model, { autoresetMode: "same-step", functions });
}
