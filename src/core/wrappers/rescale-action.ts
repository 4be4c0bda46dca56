import { ConfigError } from "../../base/errors.ts";
import type { Env } from "../env.ts";
import { InvalidActionError } from "../errors.ts";
import type { TypedArray } from "../spaces/dtype.ts";
import type { Space } from "../spaces/space.ts";
import { ActionWrapper } from "./action-wrapper.ts";
import { boxOf } from "./box-of.ts";
import { type Bounds, rescaleBox } from "./rescale-box.ts";

export interface RescaleActionOptions {
  readonly minAction: Bounds;
  readonly maxAction: Bounds;
}

/** Takes actions in [minAction, maxAction] and maps them linearly onto the inner environment's Box. */
export class RescaleAction<Observation, Action extends TypedArray> extends ActionWrapper<Observation, Action> {
  readonly #backward: (value: TypedArray) => TypedArray;

  constructor(env: Env<Observation, Action>, options: RescaleActionOptions) {
    const { minAction, maxAction } = options;
    const { box, backward } = rescaleBox(boxOf(env.actionSpace, "RescaleAction"), minAction, maxAction);
    if (box.low.some((bound, i) => bound === box.high[i])) {
      throw new ConfigError(
        `Expected minAction < maxAction, got both the same in ${box}. One point cannot be spread out.`,
      );
    }
    super(env, { kwargs: options, actionSpace: box as unknown as Space<Action> });
    this.#backward = backward;
  }

  action(action: Action): Action {
    if (!this.actionSpace.contains(action)) throw new InvalidActionError(action, this.actionSpace);
    return this.#backward(action) as Action;
  }
}
