import type { HeldOutEpisode, PictureShape } from "./held-out.ts";
import { changedPixels, psnr, squaredError } from "./picture-error.ts";
import { EpisodeMeans, type Spread } from "./spread.ts";
import { ssim } from "./ssim.ts";
import type { Seen } from "./window-passes.ts";
import type { Rows, Window } from "./windows.ts";

/** How like the truth pictures are. */
export interface Likeness {
  /** dB, at most 60 a frame. */
  readonly psnr: Spread | null;
  readonly ssim: Spread | null;
  /** Share of the pixels that changed since the real frame before whose colour is within 16/255; null where none did. */
  readonly changedAccuracy: Spread | null;
}

/** So many steps after the prompt. */
export interface HorizonFigures {
  /** From 1. */
  readonly step: number;
  readonly dream: Likeness;
  /**
   * PSNR of the mean of several dreams, in dB: the picture that is the least wrong where the future is open. Of a world that
   * knows all chances, a dream alone errs by twice as much.
   */
  readonly meanDream: Spread | null;
  /** The last prompt frame held still: what a model must beat to be worth anything. */
  readonly copyLast: Likeness;
}

/** Dreams under the right actions beside the truth, step by step. */
export class Horizon {
  readonly #episodes: readonly HeldOutEpisode[];
  readonly #shape: PictureShape;
  readonly #steps: { dream: LikenessMeans; meanDream: EpisodeMeans; copyLast: LikenessMeans }[];

  constructor(options: { episodes: readonly HeldOutEpisode[]; shape: PictureShape; horizon: number }) {
    this.#episodes = options.episodes;
    this.#shape = options.shape;
    this.#steps = Array.from({ length: options.horizon }, () => ({
      dream: new LikenessMeans(),
      meanDream: new EpisodeMeans(),
      copyLast: new LikenessMeans(),
    }));
  }

  /** @param step after the prompts, from 1 */
  add({ rows, used }: Rows<Window>, step: number, { pictures }: Seen): void {
    const means = this.#steps[step - 1];
    for (const [b, { episode, at }] of rows.slice(0, used).entries()) {
      const real = this.#episodes[episode].pictures;
      const moment = { episode, truth: real[at + step], before: real[at + step - 1], shape: this.#shape };
      means.dream.add(pictures[b], moment);
      means.copyLast.add(real[at], moment);
    }
  }

  /** @param sums of all dreams' pictures at that step, one a row; `dreams`: how many they are */
  addMean(
    { rows, used }: Rows<Window>,
    step: number,
    { sums, dreams }: { sums: readonly Float32Array[]; dreams: number },
  ): void {
    for (const [b, { episode, at }] of rows.slice(0, used).entries()) {
      const mean = Uint8Array.from(sums[b], (sum) => Math.round(sum / dreams));
      const error = squaredError(mean, this.#episodes[episode].pictures[at + step]);
      this.#steps[step - 1].meanDream.add(episode, psnr(error));
    }
  }

  figures(): HorizonFigures[] {
    return this.#steps.map(({ dream, meanDream, copyLast }, i) => ({
      step: i + 1,
      dream: dream.figures(),
      meanDream: meanDream.spread(),
      copyLast: copyLast.figures(),
    }));
  }
}

class LikenessMeans {
  readonly #psnr = new EpisodeMeans();
  readonly #ssim = new EpisodeMeans();
  readonly #changedAccuracy = new EpisodeMeans();

  add(
    picture: Uint8Array,
    { episode, truth, before, shape }: { episode: number; truth: Uint8Array; before: Uint8Array; shape: PictureShape },
  ): void {
    this.#psnr.add(episode, psnr(squaredError(picture, truth)));
    this.#ssim.add(episode, ssim(picture, truth, shape));
    const changed = changedPixels(picture, { truth, before, channels: shape.channels });
    if (changed) this.#changedAccuracy.add(episode, changed.accuracy);
  }

  figures(): Likeness {
    return {
      psnr: this.#psnr.spread(),
      ssim: this.#ssim.spread(),
      changedAccuracy: this.#changedAccuracy.spread(),
    };
  }
}
