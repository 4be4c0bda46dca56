import { LinearController } from "../../../agents/linear-controller.ts";
import { RandomStream } from "../../core/random.ts";
import { make } from "../../core/registry.ts";
import { RealPopulation } from "../../imagination/real-population.ts";
import { FreshMemoryWorld } from "../../world-models/recurrent/fresh-memory-world.ts";
import type { RecurrentWorldModel } from "../../world-models/recurrent/recurrent-world-model.ts";
import type { SavedWorld } from "../../world-models/world-checkpoint.ts";
import type { WorldModel } from "../../world-models/world-model.ts";
import { dreamOf } from "../dream-of.ts";
import type { PipelineContext } from "./context.ts";
import { type Arena, evolve, inDream } from "./controller-stage.ts";

/** Controllers to compare the trained one with: two act in the same dreams and see less, the third never dreams. */
export type Baseline = "z-only" | "untrained-memory" | "real-trained";

/** Real episodes that a candidate plays in a generation: there are not many to be had. */
const REAL_EPISODES = 2;
/** Real episodes that are played side by side. */
const SIDE_BY_SIDE = 32;

/**
 * Evolves those that dream as the trained controller was, in all rounds together; the other one in the real environment, on as
 * many episodes as V and M learned from.
 */
export async function evolveBaselines(context: PipelineContext, world: SavedWorld, names: readonly Baseline[]) {
  const { config, seed } = context;
  const { bias, clipped, dreams, measureEvery, generations } = config.controller;
  const rounds = config.iterate?.rounds ?? 0;
  const figures: Record<string, number> = {};
  for (const name of names) {
    const model = baselineModel(name, world.model, seed);
    const inputs = name === "z-only" ? latentSizeOf(model) : undefined;
    const from = new LinearController({ ...model, config: { bias, clipped, inputs, name } });
    const shared = { stage: name, from, file: baselineFile(name) };
    const { meanReturn } = await evolve(
      context,
      name === "real-trained"
        ? { ...shared, ...realLife(context, model, from) }
        : {
            ...shared,
            arena: inDream({ ...dreamOf(world), model }, from),
            episodes: dreams,
            measureEvery,
            generations: generations + rounds * (config.iterate?.generations ?? 0),
          },
    );
    figures[name] = meanReturn;
  }
  return figures;
}

/** As many generations as the budget of episodes allows, and the last mean's measurement. */
function realLife({ run, config, signal }: PipelineContext, model: WorldModel, from: LinearController) {
  const { collect, iterate, controller, env } = config;
  const budget = collect.episodes + (iterate ? iterate.rounds * iterate.episodes : 0);
  const generations = Math.max(1, Math.floor(budget / (controller.population * REAL_EPISODES)) - 1);
  const arena: Arena = async ({ population, episodes }) => {
    const count = Math.min(SIDE_BY_SIDE, population * episodes);
    const kwargs = { ...env, ...collect.env };
    const envs = Array.from({ length: count }, () => make<Uint8Array, unknown>(run.identity.env, kwargs));
    return new RealPopulation({
      envs: await Promise.all(envs),
      model,
      actor: (weights) => {
        const candidate = from.with(weights);
        return (features) => candidate.act(features);
      },
      episodes,
      maximumSteps: collect.maximumSteps,
      signal,
    });
  };
  return { arena, episodes: REAL_EPISODES, measureEvery: generations, generations };
}

/** The world as this baseline sees it. */
export function baselineModel(name: Baseline, model: WorldModel, seed: number): WorldModel {
  if (name !== "untrained-memory") return model;
  const random = new RandomStream(seed, name);
  return new FreshMemoryWorld(model as RecurrentWorldModel, () => random.normal());
}

export const baselineFile = (name: Baseline) => `models/${name}.safetensors`;

function latentSizeOf(model: WorldModel): number {
  return (model as RecurrentWorldModel).config.mdnRnn.latentSize;
}
