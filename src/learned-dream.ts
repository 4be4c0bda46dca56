import { stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ConfigError } from "./base/errors.ts";
import { ENGINES } from "./compute/engines.ts";
import { make, registry, type VectorRequest } from "./core/registry.ts";
import { DreamEnv, type DreamEnvOptions } from "./imagination/dream-env.ts";
import { playedWith } from "./imagination/played-with.ts";
import { VectorDreamEnv } from "./imagination/vector-dream-env.ts";
import { loadWorld, type SavedWorld } from "./world-models/world-checkpoint.ts";

/** Keyword arguments of a learned world: `make("Dream/TakeCover-v0", { checkpoint: "runs/take-cover" })`. */
export const LearnedDreamConfig = z.strictObject({
  /** A run's folder, or a world's safetensors file. */
  checkpoint: z.string(),
  /** τ of World Models; default: the run's. */
  temperature: z.number().positive().optional(),
  /** Steps after which a dream is truncated; default: the run's. */
  horizon: z.int().positive().optional(),
  /**
   * Whose actions the player chooses: the environment's, or those that a model has learned without labels (Genie's);
   * default: as the world was saved.
   */
  actions: z.enum(["real", "latent"]).optional(),
  renderMode: z.literal("rgb_array").optional(),
  engine: z.enum(["auto", ...ENGINES]).optional(),
});
export type LearnedDreamConfig = z.input<typeof LearnedDreamConfig>;

/** A dream from disk; the world must have been learned from `env`. */
export async function learnedDream(env: string, kwargs: LearnedDreamConfig): Promise<DreamEnv> {
  return new DreamEnv(await openDream(env, kwargs));
}

/** Several dreams from disk that are dreamt as one batch. */
export async function learnedVectorDream(
  env: string,
  kwargs: LearnedDreamConfig,
  { numEnvs, autoresetMode, maxEpisodeSteps = Infinity }: VectorRequest,
): Promise<VectorDreamEnv> {
  const { renderMode: _, ...dream } = await openDream(env, kwargs);
  return new VectorDreamEnv({ ...dream, horizon: Math.min(dream.horizon, maxEpisodeSteps), numEnvs, autoresetMode });
}

async function openDream(env: string, kwargs: LearnedDreamConfig): Promise<DreamEnvOptions> {
  const parsed = LearnedDreamConfig.safeParse(kwargs);
  if (!parsed.success)
    throw new ConfigError(
      `Expected the keyword arguments of a dream of ${env}, such as { checkpoint: "runs/take-cover" }.\n${z.prettifyError(parsed.error)}`,
    );
  const { checkpoint, actions, renderMode, ...given } = parsed.data;
  const folder = await stat(checkpoint).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const path = folder ? join(checkpoint, "models", "world.safetensors") : checkpoint;
  const { dream, env: learnedFrom, ...world } = await loadWorld(path, { env });
  const { model, contexts } = actions ? await playedWith(world, actions, given.engine) : world;
  return { model, contexts, renderFps: await renderFpsOf(learnedFrom), ...dream, ...definedIn(given), renderMode };
}

/** The speed at which the environment that a world was learned from looks natural, where it is registered and tells. */
async function renderFpsOf({ id, kwargs }: SavedWorld["env"]): Promise<number | undefined> {
  if (!registry.has(id)) return undefined;
  const env = await make(id, kwargs);
  await env.close();
  return env.metadata?.renderFps;
}

function definedIn<T extends object>(object: T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}
