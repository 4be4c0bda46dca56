import { HeldRandomPolicy } from "../../../agents/held-random-policy.ts";
import { collect } from "../../data/collect.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { PipelineContext } from "./context.ts";

/** Records real episodes, a third of them with short holds, the others with a longest hold drawn for each episode. */
export async function collectEpisodes(context: PipelineContext): Promise<Dataset> {
  const { run, config, seed, workers, signal } = context;
  const { episodes, shortHold, longHolds } = config.collect;
  const progress = context.progress.stage({ name: "collect", total: episodes, unit: "episodes" });
  const begin = performance.now();
  const dataset = await collect({
    env: { id: run.identity.env, kwargs: config.env },
    behaviour: [
      { ...HeldRandomPolicy.behaviour({ maximum: shortHold }), weight: 1 },
      { ...HeldRandomPolicy.behaviour({ maximum: longHolds }), weight: 2 },
    ],
    episodes,
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
