import "./registrations.ts"; // make() knows the package's own environments

// Errors

export { CheckpointError, ConfigError, ReverieError } from "./base/errors.ts";
export { EnvCheckError } from "./core/check-env/findings.ts";
export {
  EnvContractError,
  InvalidActionError,
  NameNotFoundError,
  NamespaceNotFoundError,
  ResetNeededError,
  UnregisteredEnvError,
  VersionNotFoundError,
} from "./core/errors.ts";

// Environments: the contract, making, checking

export { type CheckEnvOptions, checkEnv } from "./core/check-env/check-env.ts";
export type { MakeWithMode } from "./core/check-env/check-render.ts";
export { type Finding, printFindings } from "./core/check-env/findings.ts";
export type {
  Awaitable,
  Env,
  EnvMetadata,
  EnvSpec,
  EnvState,
  Info,
  RenderFrame,
  RenderMode,
  Reset,
  ResetOptions,
  Step,
} from "./core/env.ts";
export type { MakeOptions, Registration } from "./core/registry.ts";
export { make, makeFromSpec, register, registry, specOf, unregister } from "./core/registry.ts";
export { specFromJSON, specToJSON } from "./core/spec.ts";

// Wrappers

export { ActionRepeat, type ActionRepeatOptions } from "./core/wrappers/action-repeat.ts";
export { OrderEnforcing, type OrderEnforcingOptions } from "./core/wrappers/order-enforcing.ts";
export { PassiveEnvChecker } from "./core/wrappers/passive-env-checker.ts";
export { type EpisodeStatistics, RecordEpisodeStatistics } from "./core/wrappers/record-episode-statistics.ts";
export { TimeLimit, type TimeLimitOptions } from "./core/wrappers/time-limit.ts";
export { unwrap, Wrapper } from "./core/wrappers/wrapper.ts";

// Spaces

export { Box, type BoxOptions } from "./core/spaces/box.ts";
export { Dict, type DictValue } from "./core/spaces/dict.ts";
export { Discrete, type DiscreteOptions } from "./core/spaces/discrete.ts";
export type { SpaceDType, TypedArray, TypedArrays } from "./core/spaces/dtype.ts";
export { MultiBinary } from "./core/spaces/multi-binary.ts";
export { MultiDiscrete, type MultiDiscreteOptions } from "./core/spaces/multi-discrete.ts";
export type { SampleOptions, Space, SpaceJson, SpaceValue } from "./core/spaces/space.ts";
export { spaceFromJSON } from "./core/spaces/space-from-json.ts";
export { Text, type TextOptions } from "./core/spaces/text.ts";
export { Tuple, type TupleValue } from "./core/spaces/tuple.ts";

// Randomness

export { Pcg64 } from "./core/pcg64.ts";
export { type RandomState, RandomStream } from "./core/random.ts";
