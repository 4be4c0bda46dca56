import type { Env } from "../env.ts";
import type { Space } from "../spaces/space.ts";
import { ActionWrapper } from "./action-wrapper.ts";

export interface TransformActionOptions<Action, Inner> {
  /** Gives the inner environment's action; must not write to the one it gets. */
  readonly func: (action: Action) => Inner;
  /** The space of the actions that `func` takes; default: the inner environment's. */
  readonly actionSpace?: Space<Action>;
}

/** Applies a function to every action before the inner environment takes it. */
export class TransformAction<Observation, Action, Inner = Action> extends ActionWrapper<Observation, Action, Inner> {
  readonly action: (action: Action) => Inner;

  constructor(env: Env<Observation, Inner>, options: TransformActionOptions<Action, Inner>) {
    super(env, { kwargs: options, actionSpace: options.actionSpace });
    this.action = options.func;
  }
}
