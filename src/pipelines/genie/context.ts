import type { Progress } from "../../training/progress.ts";
import type { Run } from "../run.ts";
import type { GeniePipelineConfig } from "./pipeline-config.ts";

/** What every stage of the pipeline works with. */
export interface GenieContext {
  readonly run: Run;
  readonly config: GeniePipelineConfig;
  readonly seed: number;
  /** Worker threads for collecting. */
  readonly workers: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}
