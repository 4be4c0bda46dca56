import type { RenderFrame } from "../../core/env.ts";
import type { EvaluationContext } from "./context.ts";
import type { PictureShape } from "./held-out.ts";
import type { Seen } from "./window-passes.ts";
import type { Rows, Window } from "./windows.ts";

/** One window as pictures: what the model was shown, what came, and what it dreamt under the same actions. */
export interface Prediction {
  readonly prompt: readonly RenderFrame[];
  readonly truth: readonly RenderFrame[];
  /** As many as of the truth. */
  readonly dream: readonly RenderFrame[];
}

/** The first windows of a batch. */
export function predictionsOf(
  { episodes, shape }: EvaluationContext,
  { rows, used }: Rows<Window>,
  { prompt, dreamt, most }: { prompt: number; dreamt: readonly Seen[]; most: number },
): Prediction[] {
  return rows.slice(0, Math.min(used, most)).map(({ episode, at }, b) => {
    const { pictures } = episodes[episode];
    const frames = (from: number, to: number) => pictures.slice(from, to).map((picture) => toFrame(picture, shape));
    return {
      prompt: frames(at - prompt + 1, at + 1),
      truth: frames(at + 1, at + 1 + dreamt.length),
      dream: dreamt.map((seen) => toFrame(seen.pictures[b], shape)),
    };
  });
}

/** Three channels as they are; of any other number the first alone, as grey. */
function toFrame(picture: Uint8Array, { height, width, channels }: PictureShape): RenderFrame {
  if (channels === 3) return { width, height, data: picture };
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => picture[Math.floor(i / 3) * channels]);
  return { width, height, data };
}
