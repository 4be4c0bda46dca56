import type { Awaitable, EnvSpec, Rendered, RenderMode } from "../../env.ts";
import { batchSpace } from "../../spaces/batch-space.ts";
import type { Space } from "../../spaces/space.ts";
import type {
  AutoresetMode,
  Batch,
  VectorEnv,
  VectorMetadata,
  VectorReset,
  VectorResetOptions,
  VectorStep,
} from "../vector-env.ts";

/** The spaces that a wrapper changes, of one slot. */
export interface ChangedSpaces<Observation, Action> {
  readonly singleObservationSpace?: Space<Observation>;
  readonly singleActionSpace?: Space<Action>;
}

/** A vector environment around another one that changes nothing: what vector wrappers extend. */
export class VectorWrapper<Observation, Action, InnerObservation = Observation, InnerAction = Action>
  implements VectorEnv<Observation, Action>
{
  readonly env: VectorEnv<InnerObservation, InnerAction>;
  readonly numEnvs: number;
  readonly singleObservationSpace: Space<Observation>;
  readonly singleActionSpace: Space<Action>;
  readonly observationSpace: Space<Batch<Observation>>;
  readonly actionSpace: Space<Batch<Action>>;

  constructor(
    env: VectorEnv<InnerObservation, InnerAction>,
    { singleObservationSpace, singleActionSpace }: ChangedSpaces<Observation, Action> = {},
  ) {
    const inner = env as unknown as VectorEnv<Observation, Action>; // where a space is not given, it is the same
    this.env = env;
    this.numEnvs = env.numEnvs;
    this.singleObservationSpace = singleObservationSpace ?? inner.singleObservationSpace;
    this.singleActionSpace = singleActionSpace ?? inner.singleActionSpace;
    this.observationSpace = batchedOr(inner.observationSpace, singleObservationSpace, env.numEnvs);
    this.actionSpace = batchedOr(inner.actionSpace, singleActionSpace, env.numEnvs);
  }

  get autoresetMode(): AutoresetMode {
    return this.env.autoresetMode;
  }

  get spec(): EnvSpec | undefined {
    return this.env.spec;
  }

  get metadata(): VectorMetadata | undefined {
    return this.env.metadata;
  }

  get renderMode(): RenderMode | undefined {
    return this.env.renderMode;
  }

  reset(options?: VectorResetOptions): Awaitable<VectorReset<Observation>> {
    return this.env.reset(options) as unknown as Awaitable<VectorReset<Observation>>;
  }

  step(actions: Batch<Action> | readonly Action[]): Awaitable<VectorStep<Observation>> {
    return this.env.step(actions as unknown as Batch<InnerAction>) as unknown as Awaitable<VectorStep<Observation>>;
  }

  render(): Awaitable<readonly Rendered[]> {
    return this.env.render();
  }

  close(): Awaitable<void> {
    return this.env.close();
  }
}

function batchedOr<T>(same: Space<Batch<T>>, single: Space<T> | undefined, slots: number): Space<Batch<T>> {
  return single ? (batchSpace(single as Space<unknown>, slots) as Space<Batch<T>>) : same;
}
