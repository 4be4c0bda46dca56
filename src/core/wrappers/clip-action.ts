import type { Env } from "../env.ts";
import { Box } from "../spaces/box.ts";
import { DTYPES, type SpaceDType, type TypedArray } from "../spaces/dtype.ts";
import type { Space } from "../spaces/space.ts";
import { ActionWrapper } from "./action-wrapper.ts";
import { boxOf } from "./box-of.ts";

/** Clips every action into the inner environment's Box; takes any number itself. */
export class ClipAction<Observation, Action extends TypedArray> extends ActionWrapper<Observation, Action> {
  readonly #box: Box<SpaceDType>;

  constructor(env: Env<Observation, Action>) {
    const box = boxOf(env.actionSpace, "ClipAction");
    const { shape, dtype } = box;
    const { min } = DTYPES[dtype];
    const low = min === 0 ? 0 : -Infinity; // an unsigned type has no way to be unbounded
    const high = min === 0 ? DTYPES[dtype].max : Infinity;
    super(env, { kwargs: {}, actionSpace: new Box({ low, high, shape, dtype }) as unknown as Space<Action> });
    this.#box = box;
  }

  action(action: Action): Action {
    const { low, high } = this.#box;
    const clipped = action.slice() as Action;
    for (let i = 0; i < clipped.length; i++) clipped[i] = Math.min(Math.max(action[i], low[i]), high[i]);
    return clipped;
  }
}
