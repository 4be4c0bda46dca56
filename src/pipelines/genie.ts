import { availableParallelism } from "node:os";
import "../registrations.ts";
import { openDataset } from "../data/dataset.ts";
import { splitEpisodes } from "../data/split-episodes.ts";
import type { Report } from "../evaluation/report.ts";
import { versions } from "../evaluation/versions.ts";
import { writeReport } from "../viewer/write-report.ts";
import { loadWorld } from "../world-models/world-checkpoint.ts";
import { actionMeaningsOf } from "./action-meanings.ts";
import { collectEpisodes } from "./collect-episodes.ts";
import { filmEpisode } from "./film.ts";
import { loadAgent, trainAgent } from "./genie/agent-stage.ts";
import { checkLengths } from "./genie/check-lengths.ts";
import { checkSpaces } from "./genie/check-spaces.ts";
import { genieBehaviours } from "./genie/collecting-behaviours.ts";
import { compareAgents } from "./genie/comparison-stage.ts";
import { resolveGenieConfig } from "./genie/config.ts";
import type { GenieContext } from "./genie/context.ts";
import { trainDynamics } from "./genie/dynamics-stage.ts";
import { encodeVideos } from "./genie/encode-stage.ts";
import { trainLatentActions } from "./genie/latent-actions-stage.ts";
import { trainTokenizer } from "./genie/tokenizer-stage.ts";
import { learningCurves } from "./learning-curves.ts";
import type { PipelineOptions } from "./recurrent.ts";
import { Run, type StageRecord, TEST_SEED, WORLD_FILE } from "./run.ts";

const STAGES = [
  "collect",
  "tokenizer",
  "latent-actions",
  "encode",
  "dynamics",
  "agent-dream",
  "agent-real",
  "compare",
] as const;

/**
 * Genie from end to end (Bruce et al. 2024): collect real episodes, train the tokenizer, the latent action model and the
 * dynamics, let an agent learn in the dream and its twin for real, then play both for real and report.
 */
export async function runGeniePipeline(options: PipelineOptions): Promise<Report> {
  const { env, preset = "quick", seed = 0, directory, overrides, progress, signal } = options;
  const config = resolveGenieConfig(env, preset, overrides);
  const identity = { env, pipeline: "genie", preset, seed, config };
  const run = await Run.open(directory, identity, () => checkSpaces(env, config));
  const workers = Math.min(2, availableParallelism());
  const context: GenieContext = { run, config, seed, workers, progress, signal };
  progress.plan(STAGES);

  await run.stage("collect", async () => ({
    ...(await collectEpisodes(context, genieBehaviours(env, config.collect))).counts,
  }));
  const dataset = await openDataset(run.path("data"));
  checkLengths(dataset.lengths, config); // before hours of training
  const { validationFraction } = config.collect;
  const { train } = splitEpisodes({ count: dataset.count, validationFraction, seed });
  await run.stage("tokenizer", () => trainTokenizer(context, dataset, train));
  await run.stage("latent-actions", () => trainLatentActions(context, dataset, train));
  await run.stage("encode", async () =>
    encodeVideos(context, dataset, await actionMeaningsOf({ id: env, kwargs: config.env })),
  );
  await run.stage("dynamics", async () => {
    const { step, validation } = await trainDynamics(context, dataset);
    return { step, ...validation };
  });
  const world = await loadWorld(run.path(WORLD_FILE), { env });
  await run.stage("agent-dream", () => trainAgent(context, world, "dream"));
  await run.stage("agent-real", () => trainAgent(context, world, "real"));
  const comparison = await run.stage("compare", async () => {
    const { episodes } = config.evaluation;
    return { ...(await compareAgents(context, { world, episodes, seed: TEST_SEED })) };
  });
  const report: Report = {
    env,
    seed,
    versions: versions(),
    settings: { preset, ...config },
    policies: (comparison as unknown as Pick<Report, "policies">).policies,
    stages: STAGES.map((stage) => {
      const { done: _, policies: __, ...record } = run.stages.find(({ name }) => name === stage) as StageRecord;
      return record;
    }),
  };
  await writeReport(run.path("report"), report, {
    frames: await filmEpisode(world, (await loadAgent(run, "dream")).with({ mode: "sampled" }), TEST_SEED),
    curves: await learningCurves(run.path("metrics.jsonl")),
  });
  return report;
}
