import { LinearController } from "../../../agents/linear-controller.ts";
import { RandomStream } from "../../core/random.ts";
import { FreshMemoryWorld } from "../../world-models/recurrent/fresh-memory-world.ts";
import type { RecurrentWorldModel } from "../../world-models/recurrent/recurrent-world-model.ts";
import type { SavedWorld } from "../../world-models/world-checkpoint.ts";
import type { WorldModel } from "../../world-models/world-model.ts";
import { dreamOf } from "../dream-of.ts";
import type { PipelineContext } from "./context.ts";
import { evolve } from "./controller-stage.ts";

/** Controllers to compare the trained one with: both act in the same dreams, and see less. */
export type Baseline = "z-only" | "untrained-memory";

/** Evolves each of them as the trained controller was in all rounds together. */
export async function evolveBaselines(context: PipelineContext, world: SavedWorld, names: readonly Baseline[]) {
  const { config, seed } = context;
  const { bias, clipped, generations } = config.controller;
  const rounds = config.iterate?.rounds ?? 0;
  const figures: Record<string, number> = {};
  for (const name of names) {
    const model = baselineModel(name, world.model, seed);
    const inputs = name === "z-only" ? latentSizeOf(model) : undefined;
    const { dreamReturn } = await evolve(context, {
      stage: name,
      dream: { ...dreamOf(world), model },
      from: new LinearController({ ...model, config: { bias, clipped, inputs, name } }),
      generations: generations + rounds * (config.iterate?.generations ?? 0),
      file: baselineFile(name),
    });
    figures[name] = dreamReturn;
  }
  return figures;
}

/** The world as this baseline sees it. */
export function baselineModel(name: Baseline, model: WorldModel, seed: number): WorldModel {
  if (name === "z-only") return model;
  const random = new RandomStream(seed, name);
  return new FreshMemoryWorld(model as RecurrentWorldModel, () => random.normal());
}

export const baselineFile = (name: Baseline) => `models/${name}.safetensors`;

function latentSizeOf(model: WorldModel): number {
  return (model as RecurrentWorldModel).config.mdnRnn.latentSize;
}
