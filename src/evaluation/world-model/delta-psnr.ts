import { RandomStream } from "../../core/random.ts";
import type { EvaluationContext } from "./context.ts";
import { psnr, squaredError } from "./picture-error.ts";
import { EpisodeMeans, type Spread } from "./spread.ts";
import { dreamOn, type StartedWindows } from "./window-passes.ts";

/** Steps after the prompt at which Genie measures controllability. */
const GENIE_STEP = 4;

/** Controllability (Bruce et al. 2024): how much better dreams are under the right actions than under random ones, in dB. */
export interface DeltaPsnrFigures {
  /** Steps after the prompt. */
  readonly step: number;
  readonly right: Spread | null;
  /** Under actions drawn uniformly from the model's space, with the same noise. */
  readonly random: Spread | null;
  /** Right − random, window by window. */
  readonly delta: Spread | null;
}

/** Where ΔPSNR is measured: four steps after the prompt, or at the horizon where that is nearer. */
export function deltaStep(horizon: number): number {
  return Math.min(GENIE_STEP, horizon);
}

/** The same windows dreamt under right and under random actions. */
export class DeltaPsnr {
  readonly #context: EvaluationContext;
  readonly #step: number;
  readonly #means = { right: new EpisodeMeans(), random: new EpisodeMeans(), delta: new EpisodeMeans() };

  constructor(context: EvaluationContext, step: number) {
    this.#context = context;
    this.#step = step;
  }

  /** `right`: the dreams under the right actions at the step that counts. */
  async measure(windows: StartedWindows, right: readonly Uint8Array[]): Promise<void> {
    const { model, seed, episodes } = this.#context;
    const streams = new Map(
      windows.rows.map(({ index }) => [index, new RandomStream(seed, `random-actions/${index}`)]),
    );
    const drawn = new Map<string, unknown>(); // a row that fills up a batch acts like the window it repeats
    const action = ({ index }: { index: number }, step: number): unknown => {
      const key = `${index}/${step}`;
      if (!drawn.has(key)) drawn.set(key, model.actionSpace.sample(streams.get(index) as RandomStream));
      return drawn.get(key);
    };
    let random: readonly Uint8Array[] = [];
    for await (const { pictures } of dreamOn(this.#context, windows, { steps: this.#step, action })) random = pictures;
    for (const [b, { episode, at }] of windows.rows.slice(0, windows.used).entries()) {
      const truth = episodes[episode].pictures[at + this.#step];
      const [good, bad] = [right[b], random[b]].map((picture) => psnr(squaredError(picture, truth)));
      this.#means.right.add(episode, good);
      this.#means.random.add(episode, bad);
      this.#means.delta.add(episode, good - bad);
    }
  }

  figures(): DeltaPsnrFigures {
    const { right, random, delta } = this.#means;
    return { step: this.#step, right: right.spread(), random: random.spread(), delta: delta.spread() };
  }
}
