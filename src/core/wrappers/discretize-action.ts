import type { Env } from "../env.ts";
import { InvalidActionError } from "../errors.ts";
import type { Box } from "../spaces/box.ts";
import { arrayOf, type SpaceDType, type TypedArray } from "../spaces/dtype.ts";
import { ActionWrapper } from "./action-wrapper.ts";
import { Bins } from "./bins.ts";
import { boxOf } from "./box-of.ts";
import { type Binned, binnedSpace, type DiscretizeOptions } from "./discretize-observation.ts";

/** Cuts a finite Box of actions into equal bins: an action is the number of one, and its middle is taken. */
export class DiscretizeAction<
  Observation,
  Inner extends TypedArray = Float32Array,
  Multi extends boolean = false,
> extends ActionWrapper<Observation, Binned<Multi>, Inner> {
  readonly #box: Box<SpaceDType>;
  readonly #bins: Bins;
  readonly #multi: boolean;

  constructor(env: Env<Observation, Inner>, options: DiscretizeOptions<Multi>) {
    const box = boxOf(env.actionSpace, "DiscretizeAction");
    const bins = new Bins(box, options.bins);
    super(env, { kwargs: options, actionSpace: binnedSpace<Multi>(bins, options.multidiscrete) });
    this.#box = box;
    this.#bins = bins;
    this.#multi = options.multidiscrete ?? false;
  }

  action(action: Binned<Multi>): Inner {
    if (!this.actionSpace.contains(action)) throw new InvalidActionError(action, this.actionSpace);
    const given: number | Int32Array = action;
    const bins = typeof given === "number" ? this.#bins.unflatten(given) : given;
    return arrayOf(
      this.#box.dtype,
      Array.from(bins, (bin, i) => this.#middle(i, bin)),
    ) as Inner;
  }

  /** The bin whose middle is nearest to an action of the inner environment. */
  revertAction(action: Inner): Binned<Multi> {
    const found = Int32Array.from(action, (value, i) => {
      let best = 0;
      for (let bin = 1; bin < this.#bins.counts[i]; bin++) {
        if (Math.abs(this.#middle(i, bin) - value) < Math.abs(this.#middle(i, best) - value)) best = bin;
      }
      return best;
    });
    return (this.#multi ? found : this.#bins.flatten(found)) as Binned<Multi>;
  }

  #middle(element: number, bin: number): number {
    const [low, high] = this.#bins.bounds(element, bin);
    const round = this.#box.dtype === "float32" ? Math.fround : (x: number) => x;
    return 0.5 * round(low + high);
  }
}
