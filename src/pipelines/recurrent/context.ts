import type { Progress } from "../../training/progress.ts";
import type { Run } from "../run.ts";
import type { RecurrentPipelineConfig } from "./config.ts";
import type { Round } from "./rounds.ts";

/** What every stage of the pipeline works with. */
export interface PipelineContext {
  readonly run: Run;
  readonly config: RecurrentPipelineConfig;
  readonly seed: number;
  readonly round: Round;
  /** Worker threads for collecting. */
  readonly workers: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}
