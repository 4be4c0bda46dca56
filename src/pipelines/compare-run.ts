import "../registrations.ts";
import { CheckpointError } from "../base/errors.ts";
import { type Report, readReport } from "../evaluation/report.ts";
import type { Progress } from "../training/progress.ts";
import { loadWorld } from "../world-models/world-checkpoint.ts";
import { compareAgents } from "./genie/comparison-stage.ts";
import { GeniePipelineConfig } from "./genie/pipeline-config.ts";
import { comparePolicies } from "./recurrent/comparison-stage.ts";
import { RecurrentPipelineConfig } from "./recurrent/config.ts";
import { Run, WORLD_FILE } from "./run.ts";

export interface CompareRunOptions {
  /** The finished run's folder. */
  readonly directory: string;
  /** Per policy and side. */
  readonly episodes: number;
  /** Of the first episode; the others count on. */
  readonly seed: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** Plays a finished run's policies again, on other seeds; the run's own report stays as it is. */
export async function comparePipelineRun(options: CompareRunOptions): Promise<Report> {
  const { directory, episodes, seed, progress, signal } = options;
  const run = await Run.existing(directory);
  const before = await readReport(run.path("report"));
  const world = await loadWorld(run.path(WORLD_FILE), { env: run.identity.env });
  const played = { world, episodes, seed };
  const { pipeline, config } = run.identity;
  switch (pipeline) {
    case "recurrent": {
      const context = { run, config: RecurrentPipelineConfig.parse(config), progress, signal };
      return { ...before, seed, policies: (await comparePolicies(context, played)).policies };
    }
    case "genie": {
      const context = { run, config: GeniePipelineConfig.parse(config), progress, signal };
      return { ...before, seed, policies: (await compareAgents(context, played)).policies };
    }
    default:
      throw new CheckpointError(
        `Expected ${directory} to hold a run of a known pipeline (recurrent, genie), got ${pipeline}. Update the package.`,
      );
  }
}
