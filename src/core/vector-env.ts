import type { Awaitable, Info, RenderFrame } from "./env.ts";
import type { Space } from "./spaces/space.ts";

/**
 * What happens after an episode's end in one of the slots. `next-step`: the following step ignores that slot's action,
 * resets it and returns reward 0 (learners must mask it). `disabled`: the caller resets with `options.resetMask`.
 */
export type AutoresetMode = "next-step" | "disabled";

/** One entry per slot. Observations are separate arrays that belong to the caller. */
export interface VectorStep<Observation> {
  readonly observations: Observation[];
  readonly rewards: Float32Array;
  readonly terminations: boolean[];
  readonly truncations: boolean[];
  readonly infos: Info[];
}

export interface VectorReset<Observation> {
  readonly observations: Observation[];
  readonly infos: Info[];
}

export interface VectorResetOptions {
  /** One seed per slot, or one integer: slot i gets seed + i. */
  readonly seed?: number | readonly number[];
  readonly options?: {
    /** Resets only the slots that are true; the others go on. */
    readonly resetMask?: readonly boolean[];
  } & Readonly<Record<string, unknown>>;
}

/** Several copies of one environment that step together. */
export interface VectorEnv<Observation = unknown, Action = unknown> {
  readonly numEnvs: number;
  readonly singleObservationSpace: Space<Observation>;
  readonly singleActionSpace: Space<Action>;
  readonly autoresetMode: AutoresetMode;
  reset(options?: VectorResetOptions): Awaitable<VectorReset<Observation>>;
  step(actions: readonly Action[]): Awaitable<VectorStep<Observation>>;
  render(): Awaitable<RenderFrame[] | undefined>;
  close(): Awaitable<void>;
}
