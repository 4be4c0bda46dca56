import { ConfigError, describe } from "../base/errors.ts";
import type { Awaitable, Env, EnvSpec, RenderMode } from "./env.ts";
import { parseEnvId } from "./env-id.ts";
import { findScheme } from "./env-scheme.ts";
import { findRegistration } from "./find-registration.ts";
import { specFromJSON } from "./spec.ts";
import { OrderEnforcing } from "./wrappers/order-enforcing.ts";
import { PassiveEnvChecker } from "./wrappers/passive-env-checker.ts";
import { TimeLimit } from "./wrappers/time-limit.ts";

/** An environment that can be made by its id. */
export interface Registration<Kwargs extends object = Readonly<Record<string, unknown>>> {
  /** `[namespace/]name-vN`; a package's own environments belong under its namespace. */
  readonly id: string;
  /**
   * Constructs the environment; load its module here, so that registering costs nothing:
   * `async (kwargs) => new (await import("./maze.js")).Maze(kwargs)`. The environment checks its kwargs itself.
   */
  readonly entryPoint: (kwargs: Kwargs) => Awaitable<Env>;
  /** The step at which TimeLimit truncates; absent: no limit. */
  readonly maxEpisodeSteps?: number;
  /** The mean return at which the environment counts as solved. */
  readonly rewardThreshold?: number;
  /** The same seed and actions may give different episodes. */
  readonly nondeterministic?: boolean;
  /** Defaults that the kwargs of `make` override. */
  readonly kwargs?: Partial<Kwargs>;
}

const registrations = new Map<string, Registration>();

/** All registered environments by id, in the order of their registration. */
export const registry: ReadonlyMap<string, Registration> = registrations;

/** Makes an environment known to `make`. An id can be taken once; `unregister` frees it. */
export function register<Kwargs extends object>(registration: Registration<Kwargs>): void {
  const { id, maxEpisodeSteps, entryPoint } = registration;
  parseEnvId(id);
  if (registrations.has(id)) {
    throw new ConfigError(`Expected an id that is free, got ${describe(id)}, which is taken. Raise the version.`);
  }
  if (maxEpisodeSteps !== undefined && (!Number.isInteger(maxEpisodeSteps) || maxEpisodeSteps < 1)) {
    throw new ConfigError(
      `Expected maxEpisodeSteps of ${id} to be an integer ≥ 1, got ${describe(maxEpisodeSteps)}. Leave it out for no limit.`,
    );
  }
  if (typeof entryPoint !== "function") {
    throw new ConfigError(`Expected entryPoint of ${id} to be a function of kwargs, got ${describe(entryPoint)}.`);
  }
  registrations.set(id, registration as unknown as Registration);
}

/** Forgets an environment; answers whether it was known. */
export function unregister(id: string): boolean {
  return registrations.delete(id);
}

/** What `make(id)` without options makes. */
export function specOf(id: string): EnvSpec {
  const { entryPoint: _, kwargs = {}, ...rest } = findRegistration(registrations, id);
  return { ...rest, kwargs };
}

/** Options of `make`; whatever else is given goes to the environment, over the registration's own kwargs. */
export interface MakeOptions {
  /** How `render()` draws; goes to the environment. */
  readonly renderMode?: RenderMode;
  /** Overrides the registered limit; −1: no limit. */
  readonly maxEpisodeSteps?: number;
  /** Leaves PassiveEnvChecker out; default false. */
  readonly disableEnvChecker?: boolean;
  readonly [kwarg: string]: unknown;
}

/**
 * Makes a registered environment and wraps it: PassiveEnvChecker, then OrderEnforcing, then TimeLimit where there is one.
 * The types of observations and actions are the caller's word: `await make<Float32Array, number>("CartPole-v1")`.
 */
export async function make<Observation = unknown, Action = unknown>(
  id: string,
  options: MakeOptions = {},
): Promise<Env<Observation, Action>> {
  const scheme = findScheme(id);
  if (scheme) return (await scheme(options)) as unknown as Env<Observation, Action>;
  const { maxEpisodeSteps, disableEnvChecker, ...kwargs } = options;
  const registration = findRegistration(registrations, id);
  const given = Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== undefined));
  const limit = maxEpisodeSteps ?? registration.maxEpisodeSteps;
  const spec: EnvSpec = {
    id: registration.id,
    kwargs: { ...registration.kwargs, ...given },
    maxEpisodeSteps: limit === -1 ? undefined : limit,
    rewardThreshold: registration.rewardThreshold,
    nondeterministic: registration.nondeterministic,
  };
  return makeFromSpec(spec, { disableEnvChecker });
}

/** Makes the environment that a spec (or its JSON text) describes, completely: registered defaults play no part. */
export async function makeFromSpec<Observation = unknown, Action = unknown>(
  spec: EnvSpec | string,
  { disableEnvChecker = false }: Pick<MakeOptions, "disableEnvChecker"> = {},
): Promise<Env<Observation, Action>> {
  const given = typeof spec === "string" ? specFromJSON(spec) : spec;
  const scheme = findScheme(given.id);
  if (scheme) {
    const options = { ...given.kwargs, maxEpisodeSteps: given.maxEpisodeSteps ?? -1, disableEnvChecker };
    return (await scheme(options)) as unknown as Env<Observation, Action>;
  }
  const { id, entryPoint } = findRegistration(registrations, given.id);
  const bare: unknown = await entryPoint(given.kwargs);
  if (!isEnv(bare)) {
    throw new ConfigError(`Expected the entry point of ${id} to give an environment, got ${describe(bare)}.`);
  }
  const checked = disableEnvChecker ? bare : new PassiveEnvChecker(bare);
  const ordered = new OrderEnforcing(checked, { spec: { ...given, id } });
  const { maxEpisodeSteps } = given;
  const env = maxEpisodeSteps === undefined ? ordered : new TimeLimit(ordered, { maxEpisodeSteps });
  return env as unknown as Env<Observation, Action>;
}

function isEnv(value: unknown): value is Env {
  const methods = ["reset", "step", "render", "close"];
  return (
    typeof value === "object" &&
    value !== null &&
    methods.every((name) => typeof Reflect.get(value, name) === "function")
  );
}
