import { packActions } from "../../imagination/actions.ts";
import { drawNoise } from "../../imagination/noise.ts";
import { type EvaluationContext, packPictures, packPrompts, rowStreams, scalarOf } from "./context.ts";
import { byLength } from "./windows.ts";

/** What was foretold of each step of an episode while the real environment was followed. */
export interface Foretold {
  readonly rewards: Float32Array; // (T)
  /** That the step terminates. */
  readonly probabilities: Float32Array; // (T)
}

/** Follows every episode from its first picture to its end, many side by side, foretelling reward and end of each step. */
export async function foretellEpisodes(context: EvaluationContext): Promise<Foretold[]> {
  const { model, functions, episodes, shape } = context;
  const foretold = episodes.map(({ steps }) => ({
    rewards: new Float32Array(steps),
    probabilities: new Float32Array(steps),
  }));
  for (const { rows, used } of byLength(context.episodes, context.batch)) {
    const streams = rowStreams(context.seed, "episode", rows);
    const own = rows.map(({ index }) => episodes[index]);
    const prompts = own.map(({ pictures }) => ({ pictures: pictures.slice(0, 1), actions: [] }));
    let state = await functions.start(packPrompts(context, prompts));
    const longest = Math.max(...own.map(({ steps }) => steps));
    for (let t = 0; t < longest; t++) {
      // An episode that is over goes on standing still, which nobody looks at.
      const actions = packActions(
        model.actionSpace,
        own.map((episode) => episode.actions[Math.min(t, episode.steps - 1)]),
      );
      const next = await functions.step({
        state,
        actions,
        ...drawNoise(model.noise, streams),
        temperature: scalarOf(context.temperature),
      });
      for (let b = 0; b < used; b++) {
        if (t >= own[b].steps) continue;
        foretold[rows[b].index].rewards[t] = next.reward.data[b];
        foretold[rows[b].index].probabilities[t] = next.terminationProbability.data[b];
      }
      if (t < longest - 1) {
        const frames = packPictures(
          own.map(({ pictures, steps }) => pictures[Math.min(t + 1, steps)]),
          shape,
        );
        state = await functions.observe({ state, frames, actions });
      }
      await context.tick();
    }
  }
  return foretold;
}

/** How many steps of a batch that takes. */
export function episodeTicks(context: Pick<EvaluationContext, "episodes" | "batch">): number {
  return byLength(context.episodes, context.batch).reduce(
    (sum, { rows }) => sum + context.episodes[rows[0].index].steps,
    0,
  );
}
