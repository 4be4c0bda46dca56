import type { Space } from "./spaces/space.ts";

/** A value now, or a promise of it: a simple environment answers at once, a dream or a remote one later. */
export type Awaitable<T> = T | Promise<T>;

/** Diagnostics that come beside an observation; never needed to act. */
export type Info = Readonly<Record<string, unknown>>;

/** How `render()` draws; fixed when an environment is constructed. */
export type RenderMode = "rgb_array" | "ansi" | "human" | "rgb_array_list" | "ansi_list";

/** One picture: `data` holds `height * width * 3` bytes, rows from the top, RGB. */
export interface RenderFrame {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** What `render()` answers: a picture or a text, in the list modes all since the last call; nothing without a mode. */
export type Rendered = RenderFrame | string | readonly RenderFrame[] | readonly string[] | undefined;

export interface ResetOptions {
  /** An integer ≥ 0. Without a seed the environment's generator runs on. */
  readonly seed?: number;
  /** What an environment's own documentation says. */
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface Reset<Observation> {
  readonly observation: Observation;
  readonly info: Info;
}

export interface Step<Observation> {
  readonly observation: Observation;
  readonly reward: number;
  /** The task ended: the value of what follows is zero. */
  readonly terminated: boolean;
  /** The episode was cut off (a time limit): what follows would still have had a value. */
  readonly truncated: boolean;
  readonly info: Info;
}

/** A wrapper on an environment, as its spec remembers it. */
export interface WrapperSpec {
  /** The class's name. */
  readonly name: string;
  /** Its options; absent where the wrapper does not say: then it cannot be made again. */
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

/** All that is needed to make an environment again; JSON-able. */
export interface EnvSpec {
  readonly id: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** The module whose import registers the environment; absent: it is registered already. */
  readonly plugin?: string;
  /** The step at which TimeLimit truncates; absent: there is no limit. */
  readonly maxEpisodeSteps?: number;
  readonly rewardThreshold?: number;
  readonly nondeterministic?: boolean;
  /** True: without PassiveEnvChecker. */
  readonly disableEnvChecker?: boolean;
  /** False: without OrderEnforcing. */
  readonly orderEnforce?: boolean;
  /** Wrappers beyond those of `make`, from the inside out. */
  readonly additionalWrappers?: readonly WrapperSpec[];
}

/** What a kind of environment can do, whatever its options. */
export interface EnvMetadata {
  readonly renderModes: readonly RenderMode[];
  /** Frames a second at which a recording looks natural. */
  readonly renderFps?: number;
  /** What each action of a Discrete space does, in a word, in their order; the Arcade Learning Environment's action meanings. */
  readonly actionMeanings?: readonly string[];
}

/** A saved moment of an environment: structured-cloneable, its form is the environment's own business. */
export type EnvState = Readonly<Record<string, unknown>>;

/**
 * Gymnasium's environment contract. `reset` comes first; `step` until `terminated` or `truncated`; then `reset` again.
 * What is returned belongs to the caller: an environment never changes an observation after it has handed it out.
 */
export interface Env<Observation = unknown, Action = unknown> {
  readonly observationSpace: Space<Observation>;
  readonly actionSpace: Space<Action>;
  readonly spec?: EnvSpec;
  readonly metadata?: EnvMetadata;
  readonly renderMode?: RenderMode;
  reset(options?: ResetOptions): Awaitable<Reset<Observation>>;
  step(action: Action): Awaitable<Step<Observation>>;
  render(): Awaitable<Rendered>;
  close(): Awaitable<void>;
  snapshot?(): EnvState;
  restore?(state: EnvState): void;
}
