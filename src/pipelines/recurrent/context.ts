import type { Progress } from "../../training/progress.ts";
import type { Run } from "../run.ts";
import type { RecurrentPipelineConfig } from "./config.ts";

/** What every stage of the pipeline works with. */
export interface PipelineContext {
  readonly run: Run;
  readonly config: RecurrentPipelineConfig;
  readonly seed: number;
  /** Worker threads for collecting. */
  readonly workers: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}
