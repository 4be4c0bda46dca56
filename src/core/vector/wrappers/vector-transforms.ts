import { ConfigError } from "../../../base/errors.ts";
import { andThen } from "../../awaitable.ts";
import type { Awaitable } from "../../env.ts";
import type { Space } from "../../spaces/space.ts";
import type { AutoresetMode, Batch, VectorEnv, VectorReset, VectorResetOptions, VectorStep } from "../vector-env.ts";
import { VectorWrapper } from "./vector-wrapper.ts";

/* Functions of whole batches. A transform of single values is lifted by the classes of vectorize-transforms.ts. */

export interface VectorTransformObservationOptions<Observation, InnerObservation> {
  /** Applied to every batch of observations; must not write to the one it gets. */
  readonly func: (observations: Batch<InnerObservation>) => Batch<Observation>;
  /** The space of one slot's transformed observation; default: as it was. */
  readonly singleObservationSpace?: Space<Observation>;
}

/** Applies a function to every batch of observations. Not with `same-step`, whose last observations stand in the infos. */
export class VectorTransformObservation<Observation, Action, InnerObservation = Observation> extends VectorWrapper<
  Observation,
  Action,
  InnerObservation
> {
  readonly #func: (observations: Batch<InnerObservation>) => Batch<Observation>;

  constructor(
    env: VectorEnv<InnerObservation, Action>,
    { func, singleObservationSpace }: VectorTransformObservationOptions<Observation, InnerObservation>,
  ) {
    super(env, { singleObservationSpace });
    refuseSameStep(this.autoresetMode, "VectorizeTransformObservation transforms these, too.");
    this.#func = func;
  }

  override reset(options?: VectorResetOptions): Awaitable<VectorReset<Observation>> {
    return andThen(this.env.reset(options), ({ observations, infos }) => ({
      observations: this.#func(observations),
      infos,
    }));
  }

  override step(actions: Batch<Action> | readonly Action[]): Awaitable<VectorStep<Observation>> {
    return andThen(this.env.step(actions), (step) => ({ ...step, observations: this.#func(step.observations) }));
  }
}

export interface VectorTransformActionOptions<Action, InnerAction> {
  /** Applied to what `step` is given: a batch, or a list with one action a slot. */
  readonly func: (actions: Batch<Action> | readonly Action[]) => Batch<InnerAction> | readonly InnerAction[];
  /** The space of one slot's action before it is transformed; default: as it was. */
  readonly singleActionSpace?: Space<Action>;
}

/** Applies a function to all actions of a step. */
export class VectorTransformAction<Observation, Action, InnerAction = Action> extends VectorWrapper<
  Observation,
  Action,
  Observation,
  InnerAction
> {
  readonly #func: VectorTransformActionOptions<Action, InnerAction>["func"];

  constructor(
    env: VectorEnv<Observation, InnerAction>,
    { func, singleActionSpace }: VectorTransformActionOptions<Action, InnerAction>,
  ) {
    super(env, { singleActionSpace });
    this.#func = func;
  }

  override step(actions: Batch<Action> | readonly Action[]): Awaitable<VectorStep<Observation>> {
    return this.env.step(this.#func(actions));
  }
}

export interface VectorTransformRewardOptions {
  /** Applied to the rewards of every step, (N); may write to them. */
  readonly func: (rewards: Float64Array) => Float64Array;
}

/** Applies a function to the rewards of every step. */
export class VectorTransformReward<Observation, Action> extends VectorWrapper<Observation, Action> {
  readonly #func: (rewards: Float64Array) => Float64Array;

  constructor(env: VectorEnv<Observation, Action>, { func }: VectorTransformRewardOptions) {
    super(env);
    this.#func = func;
  }

  override step(actions: Batch<Action> | readonly Action[]): Awaitable<VectorStep<Observation>> {
    return andThen(this.env.step(actions), (step) => ({ ...step, rewards: this.#func(step.rewards) }));
  }
}

/** Refuses an autoreset that hides last observations where a wrapper must see them in their turn. */
function refuseSameStep(mode: AutoresetMode, advice: string): void {
  if (mode !== "same-step") return;
  throw new ConfigError(`Expected autoreset next-step or disabled below this wrapper, got same-step. ${advice}`);
}
