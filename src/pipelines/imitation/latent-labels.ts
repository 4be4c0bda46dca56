import { ticker } from "../../evaluation/world-model/context.ts";
import { pictureShape } from "../../evaluation/world-model/held-out.ts";
import { inferenceTicks, withRightActions } from "../../evaluation/world-model/right-actions.ts";
import { worldFunctions } from "../../evaluation/world-model/world-functions.ts";
import type { WorldModel } from "../../world-models/world-model.ts";
import type { SplitEpisodes } from "./expert-episodes.ts";
import { BATCH, type ImitationContext } from "./imitation-context.ts";

/** The same videos with the latent actions that the frozen model sees in them; their recorded actions are left behind unseen. */
export async function labelledByModel(
  { seed, progress, signal }: ImitationContext,
  model: WorldModel,
  { training, heldOut }: SplitEpisodes,
): Promise<SplitEpisodes> {
  const videos = [...training, ...heldOut].map((episode) => ({ ...episode, actions: [] }));
  const lengths = videos.map(({ steps }) => steps);
  const total = inferenceTicks(model, lengths, BATCH);
  const stage = progress.stage({ name: "label", total, unit: "batches" });
  const functions = worldFunctions(model);
  try {
    const labelled = await withRightActions(
      {
        ...{ model, functions, shape: pictureShape(model.observationSpace), temperature: 1, seed, batch: BATCH },
        tick: ticker({ signal, onTick: (done) => stage.update(done) }),
      },
      videos,
    );
    stage.done();
    return { training: labelled.slice(0, training.length), heldOut: labelled.slice(training.length) };
  } finally {
    await functions.dispose();
  }
}
