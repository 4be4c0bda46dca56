import { HeldRandomPolicy } from "../../../agents/held-random-policy.ts";
import { PlatformerExplorer } from "../../../agents/platformer/platformer-explorer.ts";
import { PlatformerRunner } from "../../../agents/platformer/platformer-runner.ts";
import { collect } from "../../data/collect.ts";
import type { BehaviourSource } from "../../data/collect-config.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { GenieContext } from "./context.ts";
import type { GeniePipelineConfig } from "./pipeline-config.ts";

/** Records real episodes to learn the world from. */
export async function collectVideos(context: GenieContext): Promise<Dataset> {
  const { run, config, seed, workers, signal } = context;
  const { episodes, maximumSteps, env } = config.collect;
  const progress = context.progress.stage({ name: "collect", total: episodes, unit: "episodes" });
  const dataset = await collect({
    env: { id: run.identity.env, kwargs: { ...config.env, ...env } },
    behaviour: genieBehaviours(run.identity.env, config.collect),
    episodes,
    maximumSteps,
    seed,
    directory: run.path("data"),
    workers,
    signal,
    onProgress: ({ done }) => progress.update(done),
  });
  progress.done({ summary: `${dataset.counts.steps.toLocaleString("en-US")} steps` });
  return dataset;
}

/** Who plays: for Platformer an explorer and a runner with slips, by turns; elsewhere random actions, held for a while. */
export function genieBehaviours(env: string, { hold, lapse }: GeniePipelineConfig["collect"]): BehaviourSource[] {
  if (env !== "Platformer-v0") return [{ ...HeldRandomPolicy.behaviour({ maximum: hold }), weight: 1 }];
  const runner = lapse === null ? [] : [{ ...PlatformerRunner.behaviour({ lapse }), weight: 1 }];
  return [{ ...PlatformerExplorer.behaviour(), weight: 1 }, ...runner];
}
