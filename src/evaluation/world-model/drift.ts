import { RandomStream } from "../../core/random.ts";
import type { EvaluationContext } from "./context.ts";
import { distance, FrameFeatures } from "./frame-features.ts";
import { psnr, squaredError } from "./picture-error.ts";
import { EpisodeMeans, type Spread } from "./spread.ts";
import { dreamOn, rightAction, startWindows } from "./window-passes.ts";
import { batchesOf, type Window } from "./windows.ts";

const REFERENCES = 1024; // real frames to be near to

/** A long dream, so many steps after the prompt. */
export interface DriftFigures {
  /** From 1. */
  readonly step: number;
  /** Against the truth, dB, of the windows whose recording still lasts; null when none does. */
  readonly psnr: Spread | null;
  /** From the dreamt frame to the nearest real frame of other episodes in the space of FrameFeatures; null of one episode. */
  readonly distance: Spread | null;
  /** The same of the real frames at this step: what a dream without drift would have. */
  readonly realDistance: Spread | null;
}

/**
 * Dreams on for longer than the recordings last (their actions begin again then) and tells how far from real pictures it
 * gets: not whether the dream is right, but whether it still looks like one of the real environment.
 */
export async function measureDrift(
  context: EvaluationContext,
  { windows, prompt, steps }: { windows: readonly Window[]; prompt: number; steps: number },
): Promise<DriftFigures[]> {
  const { episodes } = context;
  const nearest = nearestReal(context);
  const means = Array.from({ length: steps }, () => ({
    psnr: new EpisodeMeans(),
    distance: new EpisodeMeans(),
    realDistance: new EpisodeMeans(),
  }));
  for (const batch of batchesOf(windows, context.batch)) {
    const started = await startWindows(context, batch, prompt);
    let k = 0;
    const action = (window: Window, step: number) => rightAction(context, window, step);
    for await (const { pictures } of dreamOn(context, started, { steps, action })) {
      for (const [b, { episode, at }] of batch.rows.slice(0, batch.used).entries()) {
        const truth = episodes[episode].pictures[at + k + 1];
        const near = nearest(pictures[b], episode);
        if (near !== undefined) means[k].distance.add(episode, near);
        if (!truth) continue;
        means[k].psnr.add(episode, psnr(squaredError(pictures[b], truth)));
        const realNear = nearest(truth, episode);
        if (realNear !== undefined) means[k].realDistance.add(episode, realNear);
      }
      k++;
    }
  }
  return means.map((step, i) => ({
    step: i + 1,
    psnr: step.psnr.spread(),
    distance: step.distance.spread(),
    realDistance: step.realDistance.spread(),
  }));
}

/** Distance from a picture to the nearest drawn real one of any other episode. */
function nearestReal({
  episodes,
  shape,
  seed,
}: EvaluationContext): (picture: Uint8Array, episode: number) => number | undefined {
  const features = new FrameFeatures(shape);
  const random = new RandomStream(seed, "drift-references");
  const references = Array.from({ length: REFERENCES }, (_, i) => {
    const episode = i % episodes.length;
    const { pictures } = episodes[episode];
    return { episode, features: features.of(pictures[random.integer(0, pictures.length)]) };
  });
  return (picture, episode) => {
    const own = features.of(picture);
    let least = Number.POSITIVE_INFINITY;
    for (const reference of references) {
      if (reference.episode !== episode) least = Math.min(least, distance(own, reference.features));
    }
    return Number.isFinite(least) ? least : undefined;
  };
}
