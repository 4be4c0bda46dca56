import { access, rm } from "node:fs/promises";
import { join } from "node:path";
import { LinearController, type LinearControllerConfig } from "../../../agents/linear-controller.ts";
import { loadCheckpoint, saveCheckpoint } from "../../compute/checkpoint.ts";
import { mean } from "../../evaluation/statistics.ts";
import { CmaEs } from "../../evolution/cma-es.ts";
import type { CmaEsState } from "../../evolution/cma-es-config.ts";
import { PopulationRollout } from "../../imagination/population-rollout.ts";
import { MetricsLog } from "../../training/metrics-log.ts";
import type { SavedWorld } from "../../world-models/world-checkpoint.ts";
import type { WorldModel } from "../../world-models/world-model.ts";
import type { PipelineContext } from "./context.ts";
import { dreamOf } from "./dream-of.ts";

const KIND = "linear-controller";
const SNAPSHOT_KIND = "evolution";
const STAGE = "controller";
export const CONTROLLER_NAME = "dream-trained";

/** A mean of the search distribution, measured on dreams that no candidate was chosen on. */
interface Measured {
  readonly generation: number;
  readonly dream: number;
  readonly weights: readonly number[];
}

/** Evolves C in the dream alone (CMA-ES on mean return); the weights are kept in `models/controller.safetensors`. */
export async function evolveController(context: PipelineContext, world: SavedWorld) {
  const { run, config, seed, signal } = context;
  const { population, dreams, generations, sigma, covariance, measureEvery, bias } = config.controller;
  const { model } = world;
  const blank = new LinearController({ ...model, config: { bias, name: CONTROLLER_NAME } });
  const snapshot = run.path("models", "controller.evolution.safetensors");
  const saved = await readSnapshot(snapshot);
  let generation = saved?.generation ?? 0;
  let best = saved?.best;
  const search = saved
    ? CmaEs.from(saved.search)
    : new CmaEs({ mean: Array.from(blank.weights), sigma, population, covariance, objective: "maximize", seed });

  const log = await MetricsLog.open(run.path("metrics.jsonl"), { stage: STAGE, step: generation });
  const progress = context.progress.stage({ name: STAGE, total: generations, unit: "generations", done: generation });
  const shared = { ...dreamOf(world), controller: blank.graph };
  const rollout = new PopulationRollout({ ...shared, population, dreams });
  const alone = new PopulationRollout({ ...shared, population: 1, dreams: population * dreams });
  const save = () => writeSnapshot(snapshot, { generation, best, search: search.state() });
  let savedAt = performance.now();
  try {
    while (generation < generations) {
      const candidates = search.ask();
      const weights = candidates.map(({ parameters }) => parameters);
      const returns = await rollout.run(weights, `${seed}/generation/${generation}`);
      const fitness = returns.map(mean);
      search.tell(candidates.map(({ id }, i) => ({ id, fitness: fitness[i] })));
      generation++;
      const figures: Record<string, number> = { mean: mean(fitness), best: Math.max(...fitness), sigma: search.sigma };
      if (generation % measureEvery === 0 || generation === generations) {
        const weights = Array.from(search.mean);
        const [measured] = await alone.run([weights], `${seed}/measure/${generation}`);
        figures.distributionMean = mean(measured);
        if (!best || figures.distributionMean > best.dream)
          best = { generation, dream: figures.distributionMean, weights };
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
  await saveController(run.directory, blank.with(chosen.weights));
  await rm(snapshot, { force: true });
  progress.done({ summary: `dream return ${chosen.dream.toFixed(0)} at generation ${chosen.generation}` });
  return { generation: chosen.generation, dreamReturn: chosen.dream, parameters: chosen.weights.length };
}

/** Keeps a controller in `models/controller.safetensors` of a run's folder. */
export async function saveController(directory: string, controller: LinearController): Promise<void> {
  const { config, featureSize, weights } = controller;
  await saveCheckpoint(controllerPath(directory), {
    kind: KIND,
    config: { ...config, featureSize },
    parameters: { weights: { shape: [weights.length], dtype: "float32", data: weights } },
  });
}

/** The controller that a run evolved, for its own world. */
export async function loadController(directory: string, model: WorldModel): Promise<LinearController> {
  const { config, parameters } = await loadCheckpoint(controllerPath(directory), { kind: KIND });
  const { featureSize: _, ...rest } = config as LinearControllerConfig & { featureSize: number };
  const { featureSize, actionSpace } = model;
  return new LinearController({ featureSize, actionSpace, weights: parameters.weights.data, config: rest });
}

const controllerPath = (directory: string) => join(directory, "models", "controller.safetensors");

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
