import { packPictures, ticker } from "../../evaluation/world-model/context.ts";
import { type HeldOutEpisode, pictureShape } from "../../evaluation/world-model/held-out.ts";
import { byLength } from "../../evaluation/world-model/windows.ts";
import { packActions } from "../../imagination/actions.ts";
import { dreamFunctions } from "../../imagination/dream-functions.ts";
import type { WorldModel } from "../../world-models/world-model.ts";
import { BATCH } from "./imitation-context.ts";

/**
 * What a player sees through the model before each step, (T × F) an episode: as `PerceivedEnv` would show it, had the
 * episode's actions been played there.
 */
export async function followEpisodes(
  model: WorldModel,
  episodes: readonly HeldOutEpisode[],
  { signal, onTick }: { readonly signal?: AbortSignal; readonly onTick: (done: number) => void },
): Promise<Float32Array[]> {
  const { featureSize: size, actionSpace } = model;
  const shape = pictureShape(model.observationSpace);
  const tick = ticker({ signal, onTick });
  const seen = episodes.map(({ steps }) => new Float32Array(steps * size));
  const functions = dreamFunctions(model);
  try {
    for (const { rows, used } of byLength(episodes, BATCH)) {
      const own = rows.map(({ index }) => episodes[index]);
      // An episode that is over goes on standing still, which nobody looks at.
      const picturesAt = (t: number) =>
        packPictures(
          own.map(({ pictures, steps }) => pictures[Math.min(t, steps)]),
          shape,
        );
      const longest = own[0].steps;
      let now = await functions.perceive({ frames: picturesAt(0) });
      for (let t = 0; t < longest; t++) {
        if (t > 0) {
          const taken = own.map(({ actions, steps }) => actions[Math.min(t, steps) - 1]);
          const actions = packActions(actionSpace, taken);
          now = await functions.observe({ state: now.state, frames: picturesAt(t), actions });
        }
        const features = now.features.data as Float32Array;
        for (const [b, { index }] of rows.slice(0, used).entries())
          if (t < own[b].steps) seen[index].set(features.subarray(b * size, (b + 1) * size), t * size);
        await tick();
      }
    }
    return seen;
  } finally {
    await functions.dispose();
  }
}

/** How many steps of a batch that takes. */
export function followingTicks(episodes: readonly HeldOutEpisode[]): number {
  return byLength(episodes, BATCH).reduce((sum, { rows }) => sum + episodes[rows[0].index].steps, 0);
}
