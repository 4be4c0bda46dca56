import { collect } from "../data/collect.ts";
import type { BehaviourSource } from "../data/collect-config.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Progress } from "../training/progress.ts";
import type { Run } from "./run.ts";

/** What the collecting stage of any pipeline works with. */
interface CollectContext {
  readonly run: Run;
  readonly config: {
    readonly env: Readonly<Record<string, unknown>>;
    readonly collect: {
      readonly episodes: number;
      readonly maximumSteps?: number;
      readonly env?: Readonly<Record<string, unknown>>;
    };
  };
  readonly seed: number;
  readonly workers: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Records real episodes of given behaviours into the run's `data/`. */
export async function collectEpisodes(context: CollectContext, behaviour: BehaviourSource[]): Promise<Dataset> {
  const { run, config, seed, workers, signal } = context;
  const { episodes, maximumSteps, env } = config.collect;
  const progress = context.progress.stage({ name: "collect", total: episodes, unit: "episodes" });
  const begin = performance.now();
  const dataset = await collect({
    env: { id: run.identity.env, kwargs: { ...config.env, ...env } },
    behaviour,
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
