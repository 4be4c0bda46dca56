import { andThen } from "../../awaitable.ts";
import type { Awaitable, Info, Rendered } from "../../env.ts";
import type { Batch, VectorEnv, VectorReset, VectorResetOptions, VectorStep } from "../vector-env.ts";
import { splitInfos } from "../vector-info.ts";

/** An answer whose infos stand one by one. */
type WithList<T> = Omit<T, "infos"> & { readonly infos: Info[] };

/** Gives infos as a list, one object a slot. The outermost wrapper: it is no longer a vector environment to others. */
export class DictInfoToList<Observation, Action> {
  readonly env: VectorEnv<Observation, Action>;

  constructor(env: VectorEnv<Observation, Action>) {
    this.env = env;
  }

  reset(options?: VectorResetOptions): Awaitable<WithList<VectorReset<Observation>>> {
    return andThen(this.env.reset(options), (reset) => ({ ...reset, infos: this.#list(reset.infos) }));
  }

  step(actions: Batch<Action> | readonly Action[]): Awaitable<WithList<VectorStep<Observation>>> {
    return andThen(this.env.step(actions), (step) => ({ ...step, infos: this.#list(step.infos) }));
  }

  render(): Awaitable<readonly Rendered[]> {
    return this.env.render();
  }

  close(): Awaitable<void> {
    return this.env.close();
  }

  #list(infos: Info): Info[] {
    return splitInfos(infos, this.env.numEnvs);
  }
}
