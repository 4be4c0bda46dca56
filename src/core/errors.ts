import { describe, ReverieError } from "../base/errors.ts";
import type { Space } from "./spaces/space.ts";

/** `step` or `render` came before `reset`, or `step` after an episode's end. */
export class ResetNeededError extends ReverieError {
  constructor(what = "step()") {
    super(`Expected reset() before ${what}: the episode has not begun or is over. Call reset() first.`);
  }
}

/** An action outside the action space. */
export class InvalidActionError extends ReverieError {
  constructor(action: unknown, space: Space<unknown>) {
    super(`Expected action in ${space}, got ${describe(action)}.`);
  }
}
