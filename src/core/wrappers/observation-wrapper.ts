import { andThen } from "../awaitable.ts";
import type { Awaitable, Reset, ResetOptions, Step } from "../env.ts";
import { Wrapper } from "./wrapper.ts";

/** What wrappers extend that change each observation, of `reset` and of `step`. */
export abstract class ObservationWrapper<Observation, Action, Inner = Observation> extends Wrapper<
  Observation,
  Action,
  Inner,
  Action
> {
  /** The observation that is handed out, from the inner environment's; called once for each, in their order. */
  abstract observation(observation: Inner): Awaitable<Observation>;

  override reset(options?: ResetOptions): Awaitable<Reset<Observation>> {
    return andThen(this.env.reset(options), this.#changeReset);
  }

  override step(action: Action): Awaitable<Step<Observation>> {
    return andThen(this.env.step(action), this.#changeStep);
  }

  readonly #changeReset = ({ observation, info }: Reset<Inner>): Awaitable<Reset<Observation>> =>
    andThen(this.observation(observation), (changed) => ({ observation: changed, info }));

  readonly #changeStep = (step: Step<Inner>): Awaitable<Step<Observation>> =>
    andThen(this.observation(step.observation), (observation) => ({ ...step, observation }));
}
