import type { WorldModel } from "../../world-models/world-model.ts";
import { type EvaluationContext, packPictures } from "./context.ts";
import type { HeldOutEpisode } from "./held-out.ts";
import { batchesOf } from "./windows.ts";

const FRESH = 16; // actions that each piece but an episode's first adds

/** A run of pictures in one episode, `first` to `first + n − 1`. */
interface Piece {
  readonly episode: number;
  readonly first: number;
}

/**
 * The episodes with the actions that a model with latent ones infers from their pictures, piece by piece with as much
 * history as a context has; as they are for any other model.
 */
export async function withRightActions(
  context: Omit<EvaluationContext, "episodes">,
  episodes: readonly HeldOutEpisode[],
): Promise<readonly HeldOutEpisode[]> {
  const { model, functions, shape, batch } = context;
  if (!functions.inferActions) return episodes;
  const length = pieceLength(model);
  const inferred = episodes.map(({ steps }) => new Int32Array(steps));
  const pieces: Piece[] = episodes.flatMap(({ steps }, episode) =>
    pieceStarts(steps, model).map((first) => ({ episode, first })),
  );
  for (const { rows, used } of batchesOf(pieces, batch)) {
    const pictures = rows.flatMap(({ episode, first }) => {
      const all = episodes[episode].pictures;
      // Whoever infers an action looks at nothing after it, so the last picture may fill what an episode is too short for.
      return Array.from({ length }, (_, i) => all[Math.min(first + i, all.length - 1)]);
    });
    const { data, shape: packed } = packPictures(pictures, shape);
    const actions = await functions.inferActions({
      shape: [batch, length, ...packed.slice(1)],
      dtype: "uint8",
      data,
    });
    for (const [b, { episode, first }] of rows.slice(0, used).entries()) {
      const target = inferred[episode];
      const known = first === 0 ? 0 : length - 1 - FRESH; // inferred by the piece before, with more history
      for (let i = known; i < length - 1 && first + i < target.length; i++)
        target[first + i] = actions[b * (length - 1) + i];
    }
    await context.tick();
  }
  return episodes.map((episode, e) => ({ ...episode, actions: Array.from(inferred[e]) }));
}

/** How many batches that takes. */
export function inferenceTicks(model: WorldModel, lengths: readonly number[], batch: number): number {
  if (!model.inferActions) return 0;
  return Math.ceil(lengths.reduce((sum, steps) => sum + pieceStarts(steps, model).length, 0) / batch);
}

/** Pictures of a piece. */
function pieceLength({ contextLength }: WorldModel): number {
  return contextLength + FRESH;
}

function pieceStarts(steps: number, model: WorldModel): number[] {
  const starts = [0];
  while (starts[starts.length - 1] + pieceLength(model) - 1 < steps) starts.push(starts[starts.length - 1] + FRESH);
  return starts;
}
