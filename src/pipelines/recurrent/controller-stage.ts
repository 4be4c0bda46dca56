import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { LinearController, type LinearControllerConfig } from "../../../agents/linear-controller.ts";
import { loadCheckpoint, saveCheckpoint } from "../../compute/checkpoint.ts";
import { mean } from "../../evaluation/statistics.ts";
import { CmaEs } from "../../evolution/cma-es.ts";
import type { CmaEsState } from "../../evolution/cma-es-config.ts";
import type { Dream } from "../../imagination/dream.ts";
import type { Population } from "../../imagination/population.ts";
import { PopulationRollout } from "../../imagination/population-rollout.ts";
import { MetricsLog } from "../../training/metrics-log.ts";
import type { SavedWorld } from "../../world-models/world-checkpoint.ts";
import type { WorldModel } from "../../world-models/world-model.ts";
import { dreamOf } from "../dream-of.ts";
import type { PipelineContext } from "./context.ts";
import { inRound, modelFile, ONLY_ROUND, previous, type Round } from "./rounds.ts";

const KIND = "linear-controller";
const SNAPSHOT_KIND = "evolution";
export const controllerFile = (round: Round) => modelFile("controller", round);
const LAST = controllerFile(ONLY_ROUND);
/** What reports call it. */
const CONTROLLER_NAME = "dream-trained";

/** A mean of the search distribution, measured on episodes that no candidate was chosen on. */
interface Measured {
  readonly generation: number;
  readonly meanReturn: number;
  readonly weights: readonly number[];
}

/** Opens what candidates are tried in. */
export type Arena = (size: { population: number; episodes: number }) => Promise<Population>;

/** What is evolved, and where. */
export interface Evolution {
  /** The stage's name in logs, and what its random numbers depend on. */
  readonly stage: string;
  readonly arena: Arena;
  /** Episodes that each candidate plays in a generation. */
  readonly episodes: number;
  /** Generations after which the distribution's mean plays as many fresh episodes as a generation; the best mean is kept. */
  readonly measureEvery: number;
  /** Where the search begins. */
  readonly from: LinearController;
  readonly generations: number;
  /** The controller's file, within the run. */
  readonly file: string;
}

/** Evolves C in the dream alone; after the first round it goes on from the controller of the one before. */
export async function evolveController(context: PipelineContext, world: SavedWorld) {
  const { run, config, round } = context;
  const { generations, bias, clipped, dreams, measureEvery } = config.controller;
  const { model } = world;
  const before = round.index > 0 && (await loadController(run.directory, model, controllerFile(previous(round))));
  const from = before || new LinearController({ ...model, config: { bias, clipped, name: CONTROLLER_NAME } });
  const { meanReturn: dreamReturn, ...record } = await evolve(context, {
    stage: inRound("controller", round),
    arena: inDream(dreamOf(world), from),
    episodes: dreams,
    measureEvery,
    from,
    generations: round.index > 0 && config.iterate ? config.iterate.generations : generations,
    file: controllerFile(round),
  });
  return { ...record, dreamReturn };
}

/** Candidates that differ from this controller in their weights alone play in dreams. */
export function inDream(dream: Dream, { graph: controller }: LinearController): Arena {
  return async ({ population, episodes }) =>
    new PopulationRollout({ ...dream, controller, population, dreams: episodes });
}

/** CMA-ES on mean return; what comes out is kept in the file. */
export async function evolve(context: PipelineContext, evolution: Evolution) {
  const { stage, arena, episodes, measureEvery, from, generations, file } = evolution;
  const { run, config, seed, signal } = context;
  const { population, sigma, covariance } = config.controller;
  const stream = stage === "controller" ? `${seed}` : `${seed}/${stage}`;
  const snapshot = run.path("models", `${stage}.evolution.safetensors`);
  const saved = await readSnapshot(snapshot);
  let generation = saved?.generation ?? 0;
  let best = saved?.best;
  const search = saved
    ? CmaEs.from(saved.search)
    : new CmaEs({ mean: Array.from(from.weights), sigma, population, covariance, objective: "maximize", seed });

  const log = await MetricsLog.open(run.path("metrics.jsonl"), { stage, step: generation });
  const progress = context.progress.stage({ name: stage, total: generations, unit: "generations", done: generation });
  const rollout = await arena({ population, episodes });
  const alone = await arena({ population: 1, episodes: population * episodes });
  const save = () => writeSnapshot(snapshot, { generation, best, search: search.state() });
  let savedAt = performance.now();
  try {
    while (generation < generations) {
      const candidates = search.ask();
      const weights = candidates.map(({ parameters }) => parameters);
      const returns = await rollout.run(weights, `${stream}/generation/${generation}`);
      const fitness = returns.map(mean);
      search.tell(candidates.map(({ id }, i) => ({ id, fitness: fitness[i] })));
      generation++;
      const figures: Record<string, number> = { mean: mean(fitness), best: Math.max(...fitness), sigma: search.sigma };
      if (generation % measureEvery === 0 || generation === generations) {
        const weights = Array.from(search.mean);
        const [measured] = await alone.run([weights], `${stream}/measure/${generation}`);
        figures.distributionMean = mean(measured);
        if (!best || figures.distributionMean > best.meanReturn)
          best = { generation, meanReturn: figures.distributionMean, weights };
      }
      await log.write(generation, figures);
      progress.update(generation, figures);
      if (signal?.aborted || performance.now() - savedAt > 10_000) {
        await save();
        savedAt = performance.now();
        signal?.throwIfAborted();
      }
    }
  } finally {
    await rollout.dispose();
    await alone.dispose();
  }
  const chosen = best as Measured;
  await saveController(run.directory, from.with(chosen.weights), file);
  await rm(snapshot, { force: true });
  const { generation: found, meanReturn } = chosen;
  progress.done({ summary: `mean return ${meanReturn.toFixed(0)} at generation ${found}` });
  return { generation: found, meanReturn, parameters: chosen.weights.length };
}

/** Keeps a controller in a file of a run's folder. */
export async function saveController(directory: string, controller: LinearController, file = LAST): Promise<void> {
  const { config, featureSize, weights } = controller;
  await saveCheckpoint(join(directory, file), {
    kind: KIND,
    config: { ...config, featureSize },
    parameters: { weights: { shape: [weights.length], dtype: "float32", data: weights } },
  });
}

/** The controller that a run evolved, for its own world. */
export async function loadController(directory: string, model: WorldModel, file = LAST): Promise<LinearController> {
  const { config, parameters } = await loadCheckpoint(join(directory, file), { kind: KIND });
  const { featureSize: _, ...rest } = config as LinearControllerConfig & { featureSize: number };
  const { featureSize, actionSpace } = model;
  return new LinearController({ featureSize, actionSpace, weights: parameters.weights.data, config: rest });
}

interface Snapshot {
  readonly generation: number;
  readonly best?: Measured;
  readonly search: CmaEsState;
}

function writeSnapshot(path: string, snapshot: Snapshot): Promise<void> {
  return saveCheckpoint(path, { kind: SNAPSHOT_KIND, config: snapshot, parameters: {} });
}

async function readSnapshot(path: string): Promise<Snapshot | undefined> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  return exists ? ((await loadCheckpoint(path, { kind: SNAPSHOT_KIND })).config as Snapshot) : undefined;
}
