import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "../registrations.ts";
import { ConfigError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/write-file.ts";
import { collect } from "../data/collect.ts";
import type { Dataset } from "../data/dataset.ts";
import { encodePng } from "../evaluation/montage.ts";
import { versions } from "../evaluation/versions.ts";
import { drawPredictions } from "../evaluation/world-model/draw-predictions.ts";
import { evaluateWorldModel } from "../evaluation/world-model/evaluate-world-model.ts";
import type { WorldModelReport } from "../evaluation/world-model/world-model-report.ts";
import type { Progress } from "../training/progress.ts";
import { loadWorld } from "../world-models/world-checkpoint.ts";
import type { ActionKind, WorldModel } from "../world-models/world-model.ts";
import { evaluationName } from "./evaluation-name.ts";
import { heldOutCollection } from "./held-out-collection.ts";
import { Run, WORLD_FILE } from "./run.ts";

export interface EvaluateRunOptions {
  /** The run's folder, with a world in it. */
  readonly directory: string;
  /** Fresh real episodes to collect. */
  readonly episodes: number;
  /** Of the episodes, the windows and the dreams, from 0 to 2³² − 1. */
  readonly seed: number;
  /** Windows to cut from them; default 64, or two an episode where that is more. */
  readonly windows?: number;
  /** Frames that the model is shown before it dreams; default its context length, or 8 where that is 1. */
  readonly prompt?: number;
  /** Whose actions the dreams are played with, where the world knows both; default the real environment's. */
  readonly actions?: ActionKind;
  /** τ of the dreams; default that of the run's own. */
  readonly temperature?: number;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** A run's world, evaluated; `report/world-model.json`, for other actions or temperatures see `evaluationName`. */
export interface RunEvaluation extends WorldModelReport {
  /** What the held-out episodes were played in. */
  readonly env: { readonly id: string; readonly kwargs: Readonly<Record<string, unknown>> };
  readonly versions: Readonly<Record<string, string>>;
}

/** Collections of runs have seeds below it: none was ever trained on what is collected above. */
const HELD_OUT_SEEDS = 2 ** 32;
/** A model that begins from one frame keeps the past in a memory, which in the middle of an episode must fill first. */
const MEMORY_PROMPT = 8;

/**
 * Holds the world of a run against episodes that it has not seen, collected as its own were, and leaves the figures and a
 * picture of its predictions in the run's report.
 */
export async function evaluateRun(options: EvaluateRunOptions): Promise<RunEvaluation> {
  const { directory, episodes, seed, windows = Math.max(64, 2 * episodes), progress, signal } = options;
  const run = await Run.existing(directory);
  const { model: saved, dream } = await loadWorld(run.path(WORLD_FILE), { env: run.identity.env });
  const model = options.actions === undefined ? saved : withActions(saved, options.actions);
  const name = evaluationName(options);
  const { env, behaviour, maximumSteps } = heldOutCollection(run);
  progress.plan(["collect", "evaluate"]);
  const folder = await mkdtemp(join(tmpdir(), "held-out-"));
  try {
    const dataset = await collectHeldOut({ env, behaviour, maximumSteps, episodes, seed }, folder, {
      progress,
      signal,
    });
    let stage: ReturnType<Progress["stage"]> | undefined;
    let picture: Uint8Array | undefined;
    const report = await evaluateWorldModel(model, dataset, {
      episodes,
      windows,
      prompt: options.prompt ?? (model.contextLength > 1 ? model.contextLength : MEMORY_PROMPT),
      seed,
      temperature: options.temperature ?? dream.temperature,
      signal,
      onProgress: ({ done, total }) => {
        stage ??= progress.stage({ name: "evaluate", total, unit: "steps" });
        stage.update(done);
      },
      onPredictions: (predictions) => {
        picture = encodePng(drawPredictions(predictions));
      },
    });
    stage?.done();
    const evaluation = { env: { id: env.id, kwargs: env.kwargs ?? {} }, versions: versions(), ...report };
    await writeFileAtomic(run.path("report", `${name}.json`), `${JSON.stringify(evaluation, null, 2)}\n`);
    if (picture) await writeFileAtomic(run.path("report", `${name}.png`), picture);
    return evaluation;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function withActions(model: WorldModel, actions: ActionKind): WorldModel {
  if (model.withActions) return model.withActions(actions);
  if (actions === "real") return model;
  throw new ConfigError(
    `Expected a world that has learned latent actions, got one of the family ${model.kind}. Leave out the option actions.`,
  );
}

async function collectHeldOut(
  config: ReturnType<typeof heldOutCollection> & { episodes: number; seed: number },
  directory: string,
  { progress, signal }: Pick<EvaluateRunOptions, "progress" | "signal">,
): Promise<Dataset> {
  const stage = progress.stage({ name: "collect", total: config.episodes, unit: "episodes" });
  const dataset = await collect({
    ...config,
    seed: HELD_OUT_SEEDS + config.seed,
    directory,
    workers: 1,
    signal,
    onProgress: ({ done }) => stage.update(done),
  });
  stage.done({ summary: `${dataset.counts.steps.toLocaleString("en-US")} steps` });
  return dataset;
}
