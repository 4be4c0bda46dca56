import { Discrete } from "../../core/spaces/discrete.ts";
import type { EvaluationContext } from "./context.ts";
import { squaredError } from "./picture-error.ts";
import { EpisodeMeans, type Spread } from "./spread.ts";
import { dreamOn, rightAction, type StartedWindows } from "./window-passes.ts";

/** How much one step depends on the action, of models with discrete actions. */
export interface ActionMarginFigures {
  readonly actions: number;
  /** Mean squared difference between the pictures under the right action and under each other one, in squared levels of 255. */
  readonly margin: Spread | null;
  /** Share of windows in which the picture under the right action is the nearest to the truth; k that tie share it. */
  readonly rightIsBest: Spread | null;
  /** That share of a model that ignores its actions. */
  readonly chance: number;
}

/** One step under every action from the same moment, with the same noise. */
export class ActionMargin {
  readonly #context: EvaluationContext;
  readonly #space: Discrete;
  readonly #margin = new EpisodeMeans();
  readonly #best = new EpisodeMeans();

  constructor(context: EvaluationContext, space: Discrete) {
    this.#context = context;
    this.#space = space;
  }

  /** `right`: one step of the dreams under the right actions. */
  async measure(windows: StartedWindows, right: readonly Uint8Array[]): Promise<void> {
    const { start, n } = this.#space;
    const context = this.#context;
    const others: (readonly Uint8Array[])[] = [];
    for (let action = start; action < start + n; action++) {
      for await (const { pictures } of dreamOn(context, windows, { steps: 1, action: () => action }))
        others.push(pictures);
    }
    for (const [b, window] of windows.rows.slice(0, windows.used).entries()) {
      const { episode, at } = window;
      const truth = context.episodes[episode].pictures[at + 1];
      const own = (rightAction(context, window, 0) as number) - start;
      const errors = others.map((pictures) => squaredError(pictures[b], truth));
      if (n > 1) {
        const apart = others.map((pictures) => squaredError(pictures[b], right[b]));
        this.#margin.add(episode, apart.reduce((sum, value, i) => (i === own ? sum : sum + value), 0) / (n - 1));
      }
      const least = Math.min(...errors);
      const ties = errors.filter((error) => error === least).length;
      this.#best.add(episode, errors[own] === least ? 1 / ties : 0);
    }
  }

  figures(): ActionMarginFigures {
    return {
      actions: this.#space.n,
      margin: this.#margin.spread(),
      rightIsBest: this.#best.spread(),
      chance: 1 / this.#space.n,
    };
  }
}

/** The steps of a batch that it takes. */
export function actionMarginTicks(space: unknown): number {
  return space instanceof Discrete ? space.n : 0;
}
