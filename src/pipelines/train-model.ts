import { rm } from "node:fs/promises";
import type { ArrayTree, Parameters } from "../compute/array.ts";
import { saveCheckpoint } from "../compute/checkpoint.ts";
import { type FitOptions, type FitResult, fit } from "../training/fit.ts";
import type { Progress } from "../training/progress.ts";
import { cosine } from "../training/schedule.ts";
import type { Carry } from "../training/trainable.ts";
import type { Run } from "./run.ts";

export interface ModelTraining<Batch extends ArrayTree, C extends Carry>
  extends Pick<FitOptions<Batch, C>, "trainable" | "batches" | "steps" | "clip" | "validation"> {
  /** Reached after `warmup` steps; from there it falls along a cosine. */
  readonly learningRate: number;
  readonly warmup: number;
  /** Where the weights are kept in the end, within the run's folder, and as what. */
  readonly file: string;
  readonly kind: string;
  /** The model's own configuration. */
  readonly config: unknown;
  /** What is kept in the place of what training ends with. */
  refine?(parameters: Parameters): Promise<Parameters>;
  /** What must be done before the training counts as done. */
  finish?(parameters: Parameters): Promise<void>;
}

/** Trains one of a run's models under the name of its stage and keeps its weights. */
export async function trainModel<Batch extends ArrayTree, C extends Carry>(
  { run, progress, signal }: { readonly run: Run; readonly progress: Progress; readonly signal?: AbortSignal },
  training: ModelTraining<Batch, C>,
): Promise<FitResult> {
  const { trainable, batches, steps, clip, validation, learningRate, warmup, file, kind, config, refine, finish } =
    training;
  const { name } = trainable;
  const snapshot = run.path("models", `${name}.training.safetensors`);
  const result = await fit({
    trainable,
    batches,
    steps,
    learningRate: cosine({ rate: learningRate, steps, warmup }),
    clip,
    validation,
    snapshot,
    metrics: run.path("metrics.jsonl"),
    progress: (done) => progress.stage({ name, total: steps, unit: "steps", done }),
    signal,
  });
  const parameters = refine ? await refine(result.parameters) : result.parameters;
  await saveCheckpoint(run.path(file), { kind, config, parameters });
  await finish?.(parameters);
  await rm(snapshot, { force: true }); // last, so that an interrupt before here costs no training
  return { ...result, parameters };
}
