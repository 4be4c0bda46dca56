import { ExploringDriver } from "../../../agents/car-racing/exploring-driver.ts";
import { HeldRandomPolicy } from "../../../agents/held-random-policy.ts";
import { collect } from "../../data/collect.ts";
import type { BehaviourSource } from "../../data/collect-config.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { RecurrentPipelineConfig } from "./config.ts";
import type { PipelineContext } from "./context.ts";

/** Records real episodes of policies that look at nothing. */
export async function collectEpisodes(context: PipelineContext): Promise<Dataset> {
  const { run, config, seed, workers, signal } = context;
  const { episodes, maximumSteps, env } = config.collect;
  const progress = context.progress.stage({ name: "collect", total: episodes, unit: "episodes" });
  const begin = performance.now();
  const dataset = await collect({
    env: { id: run.identity.env, kwargs: { ...config.env, ...env } },
    behaviour: collectingBehaviours(config.collect),
    episodes,
    maximumSteps,
    seed,
    directory: run.path("data"),
    workers,
    signal,
    onProgress: ({ done, steps }) => {
      const perSecond = (1000 * steps) / (performance.now() - begin);
      progress.update(done, { "steps/s": Math.round(perSecond) });
    },
  });
  progress.done({ summary: `${dataset.counts.steps.toLocaleString("en-US")} steps` });
  return dataset;
}

/** A third of the episodes with short holds, the others with a longest hold drawn for each episode; or given drivers. */
export function collectingBehaviours({
  shortHold,
  longHolds,
  drivers,
}: RecurrentPipelineConfig["collect"]): BehaviourSource[] {
  if (drivers) return drivers.map(({ weight, ...options }) => ({ ...ExploringDriver.behaviour(options), weight }));
  return [
    { ...HeldRandomPolicy.behaviour({ maximum: shortHold }), weight: 1 },
    { ...HeldRandomPolicy.behaviour({ maximum: longHolds }), weight: 2 },
  ];
}
