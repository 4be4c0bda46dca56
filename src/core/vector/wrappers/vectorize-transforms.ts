import { andThen, isPromise } from "../../awaitable.ts";
import type { Awaitable, Env } from "../../env.ts";
import type { Space } from "../../spaces/space.ts";
import { type BatchLayout, batchLayout } from "../batch-layout.ts";
import { VectorActions } from "../vector-actions.ts";
import type { Batch, VectorEnv, VectorReset, VectorResetOptions, VectorStep } from "../vector-env.ts";
import type { VectorInfo } from "../vector-info.ts";
import { VectorWrapper } from "./vector-wrapper.ts";

/*
 * Wrappers of single environments lifted to vectors: the wrapper is made once, around an environment that has nothing but
 * spaces, and its function is applied slot by slot. That is for transforms without a memory: the slots share one wrapper.
 */

/** What lifts: a wrapper's `observation`, and the space it leads to. */
interface ObservationTransform<Observation, Inner> {
  readonly observationSpace: Space<Observation>;
  observation(observation: Inner): Awaitable<Observation>;
}

/** What lifts: a wrapper's `action`, and the space it starts from. */
interface ActionTransform<Action, Inner> {
  readonly actionSpace: Space<Action>;
  action(action: Action): Inner;
}

/** What lifts: a wrapper's `reward`. */
interface RewardTransform {
  reward(reward: number): number;
}

/**
 * Transforms each slot's observation by a wrapper for single environments, last observations under `same-step` as well:
 * `new VectorizeTransformObservation(envs, (env) => new RescaleObservation(env, options))`.
 */
export class VectorizeTransformObservation<Observation, Action, Inner = Observation> extends VectorWrapper<
  Observation,
  Action,
  Inner
> {
  readonly #transform: ObservationTransform<Observation, Inner>;
  readonly #from: BatchLayout;
  readonly #to: BatchLayout;

  constructor(
    env: VectorEnv<Inner, Action>,
    wrap: (single: Env<Inner, Action>) => ObservationTransform<Observation, Inner>,
  ) {
    const transform = wrap(spacesOnly(env));
    super(env, { singleObservationSpace: transform.observationSpace });
    this.#transform = transform;
    this.#from = batchLayout(env.singleObservationSpace);
    this.#to = batchLayout(this.singleObservationSpace);
  }

  override reset(options?: VectorResetOptions): Awaitable<VectorReset<Observation>> {
    return andThen(this.env.reset(options), ({ observations, infos }) =>
      andThen(this.#transformed(observations), (observations) => ({ observations, infos })),
    );
  }

  override step(actions: Batch<Action> | readonly Action[]): Awaitable<VectorStep<Observation>> {
    return andThen(this.env.step(actions), (step) =>
      andThen(this.#transformed(step.observations), (observations) =>
        andThen(this.#withFinals(step.infos), (infos) => ({ ...step, observations, infos })),
      ),
    );
  }

  #transformed(observations: Batch<Inner>): Awaitable<Batch<Observation>> {
    const columns = this.#from.columnsOf(observations, this.numEnvs);
    const values = Array.from({ length: this.numEnvs }, (_, slot) =>
      this.#transform.observation(this.#from.read(columns, slot) as Inner),
    );
    return andThen(whenAll(values), (values) => {
      const batch = this.#to.create(this.numEnvs);
      values.forEach((value, slot) => {
        this.#to.write(batch, slot, value);
      });
      return this.#to.toBatch(batch) as Batch<Observation>;
    });
  }

  #withFinals(infos: VectorInfo): Awaitable<VectorInfo> {
    const finals = infos["final_obs"] as readonly (Inner | undefined)[] | undefined;
    if (!finals) return infos;
    const mask = infos["_final_obs"] as readonly boolean[];
    const values = finals.map((final, slot) => (mask[slot] ? this.#transform.observation(final as Inner) : undefined));
    return andThen(whenAll(values), (values) => ({ ...infos, final_obs: values }));
  }
}

/** Transforms each slot's action: `new VectorizeTransformAction(envs, (env) => new ClipAction(env))`. */
export class VectorizeTransformAction<Observation, Action, Inner = Action> extends VectorWrapper<
  Observation,
  Action,
  Observation,
  Inner
> {
  readonly #transform: ActionTransform<Action, Inner>;
  readonly #actions: VectorActions<Action>;

  constructor(
    env: VectorEnv<Observation, Inner>,
    wrap: (single: Env<Observation, Inner>) => ActionTransform<Action, Inner>,
  ) {
    const transform = wrap(spacesOnly(env));
    super(env, { singleActionSpace: transform.actionSpace });
    this.#transform = transform;
    this.#actions = new VectorActions(this.singleActionSpace, env.numEnvs);
  }

  override step(actions: Batch<Action> | readonly Action[]): Awaitable<VectorStep<Observation>> {
    return this.env.step(this.#actions.list(actions).map((action) => this.#transform.action(action)));
  }
}

/** Transforms each slot's reward: `new VectorizeTransformReward(envs, (env) => new ClipReward(env, { maxReward: 1 }))`. */
export class VectorizeTransformReward<Observation, Action> extends VectorWrapper<Observation, Action> {
  readonly #transform: RewardTransform;

  constructor(env: VectorEnv<Observation, Action>, wrap: (single: Env<Observation, Action>) => RewardTransform) {
    super(env);
    this.#transform = wrap(spacesOnly(env));
  }

  override step(actions: Batch<Action> | readonly Action[]): Awaitable<VectorStep<Observation>> {
    return andThen(this.env.step(actions), (step) => ({
      ...step,
      rewards: step.rewards.map((reward) => this.#transform.reward(reward)),
    }));
  }
}

/** What a wrapper is made around when only its function is wanted. */
function spacesOnly<Observation, Action>(env: VectorEnv<Observation, Action>): Env<Observation, Action> {
  const refuse = (): never => {
    throw new Error(
      "Expected a wrapper whose function is enough; this one wants an environment. Wrap each environment.",
    );
  };
  return {
    observationSpace: env.singleObservationSpace,
    actionSpace: env.singleActionSpace,
    reset: refuse,
    step: refuse,
    render: refuse,
    close: refuse,
  };
}

function whenAll<T>(values: readonly Awaitable<T>[]): Awaitable<readonly T[]> {
  return values.some((value) => isPromise(value)) ? Promise.all(values) : (values as readonly T[]);
}
