import type { WorldModel } from "../../world-models/world-model.ts";
import { type EvaluationContext, packPictures } from "./context.ts";
import type { HeldOutEpisode } from "./held-out.ts";
import { batchesOf } from "./windows.ts";

/** Whether a model is played with latent actions, so that recorded ones say nothing to it. */
export function hasLatentActions({ inferActions, actionSpace, realActionSpace }: WorldModel): boolean {
  return inferActions !== undefined && realActionSpace !== actionSpace;
}

/** The episodes with the actions that a model with latent ones infers from their pictures; as they are for any other model. */
export async function withRightActions(
  context: Omit<EvaluationContext, "episodes">,
  episodes: readonly HeldOutEpisode[],
): Promise<readonly HeldOutEpisode[]> {
  const { model, functions, shape, batch } = context;
  const { inferActions } = functions;
  if (!inferActions || !hasLatentActions(model)) return episodes;
  const size = pieceSize(model);
  const inferred = episodes.map(({ steps }) => new Int32Array(steps));
  const pieces = episodes.flatMap(({ steps }, episode) =>
    piecesOf(steps, model).map((piece) => ({ episode, ...piece })),
  );
  for (const { rows, used } of batchesOf(pieces, batch)) {
    const pictures = rows.flatMap(({ episode, first }) => {
      const all = episodes[episode].pictures;
      // Whoever infers an action looks at nothing after it, so the last picture may fill what an episode is too short for.
      return Array.from({ length: size + 1 }, (_, i) => all[Math.min(first + i, all.length - 1)]);
    });
    const packed = packPictures(pictures, shape);
    const actions = await inferActions({ ...packed, shape: [batch, size + 1, ...packed.shape.slice(1)] });
    for (const [b, { episode, first, known }] of rows.slice(0, used).entries()) {
      const upTo = Math.min(size, inferred[episode].length - first);
      inferred[episode].set(actions.subarray(b * size + known, b * size + upTo), first + known);
    }
    await context.tick();
  }
  return episodes.map((episode, e) => ({ ...episode, actions: Array.from(inferred[e]) }));
}

/** How many batches that takes. */
export function inferenceTicks(model: WorldModel, lengths: readonly number[], batch: number): number {
  if (!hasLatentActions(model)) return 0;
  return Math.ceil(lengths.reduce((sum, steps) => sum + piecesOf(steps, model).length, 0) / batch);
}

/** Steps of a piece in which an episode is read: a context, or mostly such as have behind them all that they depend on. */
const pieceSize = ({ contextLength, inferenceLookback = 0 }: WorldModel): number =>
  Math.max(contextLength, 4 * inferenceLookback);

/** Where the pieces of an episode begin, and how many of their steps are told by the piece before. */
function piecesOf(steps: number, model: WorldModel): { first: number; known: number }[] {
  const { inferenceLookback: lookback = 0 } = model;
  const size = pieceSize(model);
  const more = Math.max(0, Math.ceil((steps - size) / (size - lookback)));
  return Array.from({ length: 1 + more }, (_, i) => ({ first: i * (size - lookback), known: i === 0 ? 0 : lookback }));
}
