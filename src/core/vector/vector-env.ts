import type { Awaitable, EnvMetadata, EnvSpec, Rendered, RenderMode } from "../env.ts";
import type { TypedArray } from "../spaces/dtype.ts";
import type { Space } from "../spaces/space.ts";
import type { VectorInfo } from "./vector-info.ts";

/**
 * What happens after an episode's end in one of the slots. `next-step`: the following step ignores that slot's action,
 * resets it and returns reward 0 (learners must mask it). `same-step`: the step that ends it resets it too; the observation
 * is the reset's, the last one stands in `infos.final_obs`. `disabled`: the caller resets with `options.resetMask`.
 */
export type AutoresetMode = "next-step" | "same-step" | "disabled";

/**
 * One value for each slot, in the form of the batched space: numbers become an Int32Array, typed arrays one longer typed
 * array (slot after slot), strings and other values of no fixed size a list; Dict and Tuple are batched by their parts.
 */
export type Batch<T> = unknown extends T
  ? unknown
  : T extends number
    ? Int32Array
    : T extends TypedArray
      ? T
      : T extends string
        ? readonly string[]
        : T extends object
          ? { readonly [K in keyof T]: Batch<T[K]> }
          : readonly T[];

export interface VectorReset<Observation> {
  /** In `observationSpace`. The caller's own, unless `copy: false` was asked for: then the next call writes over it. */
  readonly observations: Batch<Observation>;
  readonly infos: VectorInfo;
}

export interface VectorStep<Observation> extends VectorReset<Observation> {
  readonly rewards: Float64Array; // (N)
  readonly terminations: readonly boolean[]; // (N)
  readonly truncations: readonly boolean[]; // (N)
}

export interface VectorResetOptions {
  /** One seed per slot (undefined: that generator runs on), or one integer: slot i gets seed + i. */
  readonly seed?: number | readonly (number | undefined)[];
  readonly options?: {
    /** Resets only the slots that are true, of which there must be one; the others go on. */
    readonly resetMask?: readonly boolean[];
  } & Readonly<Record<string, unknown>>;
}

/** What a kind of vector environment can do; the slots' own metadata and how they are reset. */
export interface VectorMetadata extends EnvMetadata {
  readonly autoresetMode: AutoresetMode;
}

/** Several copies of one environment that step together: N slots. */
export interface VectorEnv<Observation = unknown, Action = unknown> {
  readonly numEnvs: number;
  readonly singleObservationSpace: Space<Observation>;
  readonly singleActionSpace: Space<Action>;
  readonly observationSpace: Space<Batch<Observation>>;
  readonly actionSpace: Space<Batch<Action>>;
  readonly autoresetMode: AutoresetMode;
  /** What `makeVec` made it from. */
  readonly spec?: EnvSpec;
  readonly metadata?: VectorMetadata;
  readonly renderMode?: RenderMode;
  reset(options?: VectorResetOptions): Awaitable<VectorReset<Observation>>;
  /** `actions` is a value of `actionSpace`, or a list with one action a slot. */
  step(actions: Batch<Action> | readonly Action[]): Awaitable<VectorStep<Observation>>;
  /** What each slot's `render()` answers. */
  render(): Awaitable<readonly Rendered[]>;
  /** Twice is harmless. */
  close(): Awaitable<void>;
}

/** A vector environment whose slots are environments of their own, which can be spoken to one by one. */
export interface VectorOfEnvs<Observation = unknown, Action = unknown> extends VectorEnv<Observation, Action> {
  /** Calls a method of each environment, or reads a property; what the outermost wrapper has under the name. */
  call(name: string, ...args: readonly unknown[]): Awaitable<unknown[]>;
  getAttr(name: string): Awaitable<unknown[]>;
  /** Sets a property that is there: a list of N values is one for each environment, anything else is for all. */
  setAttr(name: string, values: unknown): Awaitable<void>;
}
