import { rm } from "node:fs/promises";
import { RandomStream } from "../../core/random.ts";
import { make } from "../../core/registry.ts";
import { Box } from "../../core/spaces/box.ts";
import type { Space } from "../../core/spaces/space.ts";
import type { Dataset } from "../../data/dataset.ts";
import { EpisodeWriter } from "../../data/episode-writer.ts";
import { mean } from "../../evaluation/statistics.ts";
import { dreamFunctions } from "../../imagination/dream-functions.ts";
import type { SavedWorld } from "../../world-models/world-checkpoint.ts";
import type { PipelineContext } from "./context.ts";
import { controllerFile, loadController } from "./controller-stage.ts";
import { playTogether, type Seat } from "./play-together.ts";
import { inRound, previous } from "./rounds.ts";

/** Episodes that are played side by side. */
const SIDE_BY_SIDE = 16;
/** What an error on an action keeps of itself from one step to the next. */
const PERSISTENCE = 0.8;

/**
 * Records real episodes of the controller that the round before evolved, with errors on its actions, so that M learns what
 * happens where the controller goes. Interrupted, it begins anew.
 */
export async function collectWithController(
  context: PipelineContext,
  { model }: SavedWorld,
  { episodes, noise, patience }: { episodes: number; noise: number; patience?: number },
): Promise<{ dataset: Dataset; meanReturn: number }> {
  const { run, config, seed, round, signal } = context;
  const stage = inRound("collect", round);
  const directory = run.path(inRound("data", round));
  await rm(directory, { recursive: true, force: true });
  const controller = await loadController(run.directory, model, controllerFile(previous(round)));
  const progress = context.progress.stage({ name: stage, total: episodes, unit: "episodes" });
  const kwargs = { ...config.env, ...config.collect.env };
  const id = run.identity.env;
  const writer = await EpisodeWriter.create({
    directory,
    env: { id, kwargs },
    ...model,
    behaviours: [controller.name],
  });
  const envs = await Promise.all(
    Array.from({ length: Math.min(SIDE_BY_SIDE, episodes) }, () => make<Uint8Array, unknown>(id, kwargs)),
  );
  const functions = dreamFunctions(model);
  const returns: number[] = [];
  try {
    while (returns.length < episodes) {
      const seats = envs.map((env, i): Seat => {
        const random = new RandomStream(seed, stage).split(returns.length + i);
        const disturb = disturbance(model.actionSpace, random.uniform(0, noise), random);
        return { env, seed: random.integer(0, 2 ** 31), act: (features) => disturb(controller.act(features)) };
      });
      const played = await playTogether(seats, { model, functions, patience, signal });
      for (const episode of played.slice(0, episodes - returns.length)) {
        await writer.add(episode);
        returns.push(episode.return);
      }
      progress.update(returns.length, { return: mean(returns) });
    }
    const dataset = await writer.close();
    progress.done({ summary: `mean return ${mean(returns).toFixed(0)}` });
    return { dataset, meanReturn: mean(returns) };
  } finally {
    for (const env of envs) await env.close();
    await functions.dispose();
  }
}

/** Errors that wander on each element of a Box action, with a share of its range as their deviation; else, by that chance, any action. */
function disturbance(space: Space<unknown>, noise: number, random: RandomStream): (action: unknown) => unknown {
  if (!(space instanceof Box)) return (action) => (random.uniform() < noise ? space.sample(random) : action);
  const { low, high } = space;
  const errors = Float64Array.from(low, () => random.normal());
  const fresh = Math.sqrt(1 - PERSISTENCE ** 2);
  return (action) =>
    (action as Float32Array).map((value, i) => {
      errors[i] = PERSISTENCE * errors[i] + fresh * random.normal();
      const wrong = value + noise * (high[i] - low[i]) * errors[i];
      return Math.min(Math.max(wrong, low[i]), high[i]);
    });
}
