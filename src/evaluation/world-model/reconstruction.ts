import type { HeldOutEpisode, PictureShape } from "./held-out.ts";
import { changedPixels, psnr, squaredError } from "./picture-error.ts";
import { EpisodeMeans, type Spread } from "./spread.ts";
import { ssim } from "./ssim.ts";
import type { Seen } from "./window-passes.ts";
import type { Rows, Window } from "./windows.ts";

/** What a model loses by keeping a real picture at all, before it dreams: the decoder's own error. */
export interface ReconstructionFigures {
  /** dB, at most 60 a frame. */
  readonly psnr: Spread | null;
  readonly ssim: Spread | null;
  /** Of pixels that differ from the frame before by more than 8/255 in any channel, dB; null where none do. */
  readonly changedPsnr: Spread | null;
  /** Share of those whose colour is within 16/255 in every channel. */
  readonly changedAccuracy: Spread | null;
}

/** Real pictures beside what a model that was shown them decodes. */
export class Reconstruction {
  readonly #episodes: readonly HeldOutEpisode[];
  readonly #shape: PictureShape;
  readonly #psnr = new EpisodeMeans();
  readonly #ssim = new EpisodeMeans();
  readonly #changedPsnr = new EpisodeMeans();
  readonly #changedAccuracy = new EpisodeMeans();

  constructor({ episodes, shape }: { episodes: readonly HeldOutEpisode[]; shape: PictureShape }) {
    this.#episodes = episodes;
    this.#shape = shape;
  }

  /** @param k steps after the prompts, from 0 */
  add({ rows, used }: Rows<Window>, k: number, { pictures }: Seen): void {
    for (const [b, { episode, at }] of rows.slice(0, used).entries()) {
      const real = this.#episodes[episode].pictures;
      const truth = real[at + k];
      this.#psnr.add(episode, psnr(squaredError(pictures[b], truth)));
      this.#ssim.add(episode, ssim(pictures[b], truth, this.#shape));
      if (at + k === 0) continue;
      const { channels } = this.#shape;
      const changed = changedPixels(pictures[b], { truth, before: real[at + k - 1], channels });
      if (!changed) continue;
      this.#changedPsnr.add(episode, psnr(changed.squaredError));
      this.#changedAccuracy.add(episode, changed.accuracy);
    }
  }

  figures(): ReconstructionFigures {
    return {
      psnr: this.#psnr.spread(),
      ssim: this.#ssim.spread(),
      changedPsnr: this.#changedPsnr.spread(),
      changedAccuracy: this.#changedAccuracy.spread(),
    };
  }
}
