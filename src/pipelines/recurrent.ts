import { availableParallelism } from "node:os";
import { openDataset } from "../data/dataset.ts";
import { splitEpisodes } from "../data/split-episodes.ts";
import "../registrations.ts";
import { ConfigError } from "../base/errors.ts";
import { make } from "../core/registry.ts";
import { Box } from "../core/spaces/box.ts";
import type { Report } from "../evaluation/report.ts";
import { versions } from "../evaluation/versions.ts";
import type { Progress } from "../training/progress.ts";
import { writeReport } from "../viewer/write-report.ts";
import { FRAME_SIDE } from "../world-models/recurrent/vae.ts";
import { loadWorld, type SavedWorld } from "../world-models/world-checkpoint.ts";
import { collectEpisodes } from "./collect-episodes.ts";
import { filmEpisode } from "./film.ts";
import { learningCurves } from "./learning-curves.ts";
import { evolveBaselines } from "./recurrent/baselines-stage.ts";
import { collectingBehaviours } from "./recurrent/collecting-behaviours.ts";
import { comparePolicies } from "./recurrent/comparison-stage.ts";
import { type Preset, RecurrentPipelineConfig, resolveConfig } from "./recurrent/config.ts";
import type { PipelineContext } from "./recurrent/context.ts";
import { evolveController, loadController } from "./recurrent/controller-stage.ts";
import { encodeEpisodes } from "./recurrent/latents-stage.ts";
import { trainMemory } from "./recurrent/memory-stage.ts";
import { collectWithController } from "./recurrent/policy-collect-stage.ts";
import { inRound, previous, roundsOf } from "./recurrent/rounds.ts";
import { trainVision } from "./recurrent/vision-stage.ts";
import { worldOf } from "./recurrent/world-stage.ts";
import { Run, type StageRecord, TEST_SEED, WORLD_FILE } from "./run.ts";

export interface PipelineOptions {
  /** Id of a registered environment with 64×64 RGB observations. */
  readonly env: string;
  readonly preset?: Preset;
  readonly seed?: number;
  /** The run's folder; what an earlier, interrupted call left there is not done again. */
  readonly directory: string;
  /** Single configuration keys: `{ "memory.steps": 500 }`. */
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/**
 * World Models from end to end (Ha & Schmidhuber 2018): collect real episodes, train V and M on them, evolve C in the dream
 * alone, then play everything for real and report.
 */
export async function runPipeline(options: PipelineOptions): Promise<Report> {
  const { env, preset = "quick", seed = 0, directory, overrides, progress, signal } = options;
  const config = resolveConfig(env, preset, overrides);
  const identity = { env, pipeline: "recurrent", preset, seed, config };
  const run = await Run.open(directory, identity, () => checkObservations(env, config.env));
  const rounds = roundsOf(config.iterate?.rounds ?? 0);
  const context: PipelineContext = {
    run,
    config,
    seed,
    round: rounds[0],
    workers: Math.min(2, availableParallelism()),
    progress,
    signal,
  };
  progress.plan(stagesOf(config));

  for (const round of rounds) await runRound({ ...context, round });
  const world = await loadWorld(run.path(WORLD_FILE), { env });
  const { baselines } = config.controller;
  if (baselines) await run.stage("baselines", () => evolveBaselines(context, world, baselines));
  await run.stage("compare", async () => {
    const { episodes } = config.evaluation;
    const { policies } = await comparePolicies(context, { world, episodes, seed: TEST_SEED });
    return { policies };
  });
  return writeRunReport(run, world);
}

/** Collect, learn, evolve: with blind policies and V at first, then with what the round before evolved. */
async function runRound(context: PipelineContext): Promise<void> {
  const { run, round, config, seed } = context;
  const name = (stage: string) => inRound(stage, round);
  await run.stage(name("collect"), async () => {
    if (round.index === 0 || !config.iterate)
      return { ...(await collectEpisodes(context, collectingBehaviours(run.identity.env, config.collect))).counts };
    const world = await worldOf(run, previous(round));
    const { dataset, meanReturn } = await collectWithController(context, world, config.iterate);
    return { ...dataset.counts, meanReturn };
  });
  const dataset = await openDataset(run.path(name("data")));
  const first = round.index === 0 ? dataset : await openDataset(run.path("data"));
  if (round.index === 0) {
    const { validationFraction } = config.collect;
    const { train } = splitEpisodes({ count: dataset.count, validationFraction, seed });
    await run.stage("vision", () => trainVision(context, dataset, train));
  }
  await run.stage(name("encode"), async () => ({ frames: await encodeEpisodes(context, dataset) }));
  await run.stage(name("memory"), async () => {
    const { step, validation } = await trainMemory(context, first);
    return { step, ...validation };
  });
  const world = await worldOf(run, round);
  await run.stage(name("controller"), async () => evolveController(context, world));
}

/** In the order in which they run. */
function stagesOf({ iterate, controller }: RecurrentPipelineConfig): string[] {
  const rounds = roundsOf(iterate?.rounds ?? 0).flatMap((round) => {
    const stages = round.index === 0 ? ["collect", "vision", "encode"] : ["collect", "encode"];
    return [...stages, "memory", "controller"].map((stage) => inRound(stage, round));
  });
  return [...rounds, ...(controller.baselines ? ["baselines"] : []), "compare"];
}

/** V reads square RGB frames of one size; another environment is refused before anything is written. */
async function checkObservations(id: string, kwargs: Readonly<Record<string, unknown>>): Promise<void> {
  const env = await make(id, kwargs);
  const wanted = new Box({ low: 0, high: 255, shape: [FRAME_SIDE, FRAME_SIDE, 3], dtype: "uint8" });
  const fits = wanted.equals(env.observationSpace);
  await env.close();
  if (!fits)
    throw new ConfigError(
      `Expected an environment whose observations are ${wanted}, got ${env.observationSpace} of ${id}. ` +
        "Resize or draw them so with a wrapper, and register the wrapped environment.",
    );
}

/** Writes `report/` from what the stages left. */
async function writeRunReport(run: Run, world: SavedWorld): Promise<Report> {
  const { env, seed, preset, config } = run.identity;
  const comparison = run.stages.find(({ name }) => name === "compare") as unknown as Pick<Report, "policies">;
  const report: Report = {
    env,
    seed,
    versions: versions(),
    settings: { preset, ...config },
    policies: comparison.policies,
    stages: stagesOf(RecurrentPipelineConfig.parse(config)).map((stage) => {
      const { done: _, policies: __, ...record } = run.stages.find(({ name }) => name === stage) as StageRecord;
      return record;
    }),
  };
  await writeReport(run.path("report"), report, {
    frames: await filmEpisode(world, await loadController(run.directory, world.model), TEST_SEED),
    curves: await learningCurves(run.path("metrics.jsonl")),
  });
  return report;
}
