import type { Awaitable, Step } from "../env.ts";
import { Wrapper } from "./wrapper.ts";

/** What wrappers extend that change each action before the inner environment takes it. */
export abstract class ActionWrapper<Observation, Action, Inner = Action> extends Wrapper<
  Observation,
  Action,
  Observation,
  Inner
> {
  /** The inner environment's action, from the one that was given. */
  abstract action(action: Action): Inner;

  override step(action: Action): Awaitable<Step<Observation>> {
    return this.env.step(this.action(action));
  }
}
