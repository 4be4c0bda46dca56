import { ConfigError, describe } from "../base/errors.ts";
import type { Awaitable, Env, EnvSpec, RenderMode, WrapperSpec } from "./env.ts";
import { parseEnvId } from "./env-id.ts";
import { findScheme } from "./env-scheme.ts";
import { RegistrationError } from "./errors.ts";
import { findRegistration, newerThan } from "./find-registration.ts";
import { importPlugin, splitPlugin } from "./plugin.ts";
import { specFromJSON } from "./spec.ts";
import type { AutoresetMode, VectorEnv } from "./vector/vector-env.ts";
import { warn } from "./warn.ts";
import { wrapAsSpecified } from "./wrap-as-specified.ts";

/** What a vector's entry point is asked for beside the kwargs. */
export interface VectorRequest {
  readonly numEnvs: number;
  /** Default `next-step`. */
  readonly autoresetMode?: AutoresetMode;
  /** The step at which episodes are truncated; absent: no limit but the environment's own. */
  readonly maxEpisodeSteps?: number;
}

/** An environment that can be made by its id. */
export interface Registration<Kwargs extends object = Readonly<Record<string, unknown>>> {
  /** `[namespace/]name-vN`; a package's own environments belong under its namespace. */
  readonly id: string;
  /**
   * Constructs the environment; load its module here, so that registering costs nothing:
   * `async (kwargs) => new (await import("./maze.js")).Maze(kwargs)`. The environment checks its kwargs itself.
   */
  readonly entryPoint: (kwargs: Kwargs) => Awaitable<Env>;
  /** Constructs many that step as one batch, where that is better than side by side; `makeVec` then takes it. */
  readonly vectorEntryPoint?: (kwargs: Kwargs, request: VectorRequest) => Awaitable<VectorEnv>;
  /** The step at which TimeLimit truncates; absent: no limit. */
  readonly maxEpisodeSteps?: number;
  /** The mean return at which the environment counts as solved. */
  readonly rewardThreshold?: number;
  /** The same seed and actions may give different episodes. */
  readonly nondeterministic?: boolean;
  /** Leaves PassiveEnvChecker out; default false. */
  readonly disableEnvChecker?: boolean;
  /** False leaves OrderEnforcing out; default true. */
  readonly orderEnforce?: boolean;
  /** Wrappers beyond those of `make`, from the inside out. */
  readonly additionalWrappers?: readonly WrapperSpec[];
  /** Defaults that the kwargs of `make` override. */
  readonly kwargs?: Partial<Kwargs>;
}

const registrations = new Map<string, Registration>();
let currentNamespace: string | undefined;

/** All registered environments by id, in the order of their registration. */
export const registry: ReadonlyMap<string, Registration> = registrations;

/** Makes an environment known to `make`. An id can be taken once; `unregister` frees it. */
export function register<Kwargs extends object>(registration: Registration<Kwargs>): void {
  const { maxEpisodeSteps, entryPoint } = registration;
  const parts = parseEnvId(registration.id);
  const id = currentNamespace === undefined ? registration.id : `${currentNamespace}/${bareId(registration.id)}`;
  if (registrations.has(id)) {
    throw new RegistrationError(`Expected an id that is free, got ${describe(id)}, which is taken. Raise the version.`);
  }
  checkVersioning(id, parts.version);
  if (maxEpisodeSteps !== undefined && (!Number.isInteger(maxEpisodeSteps) || maxEpisodeSteps < 1)) {
    throw new ConfigError(
      `Expected maxEpisodeSteps of ${id} to be an integer ≥ 1, got ${describe(maxEpisodeSteps)}. Leave it out for no limit.`,
    );
  }
  if (typeof entryPoint !== "function") {
    throw new ConfigError(`Expected entryPoint of ${id} to be a function of kwargs, got ${describe(entryPoint)}.`);
  }
  registrations.set(id, { ...(registration as unknown as Registration), id });
}

/** Registers all that `registerAll` registers under a namespace, whatever theirs was. */
export function withNamespace(namespace: string, registerAll: () => void): void {
  parseEnvId(`${namespace}/Any-v0`);
  const outer = currentNamespace;
  currentNamespace = namespace;
  try {
    registerAll();
  } finally {
    currentNamespace = outer;
  }
}

/** Forgets an environment; answers whether it was known. */
export function unregister(id: string): boolean {
  return registrations.delete(id);
}

/** What `make(id)` without options makes. */
export function specOf(id: string): EnvSpec {
  const { entryPoint: _, vectorEntryPoint: __, kwargs = {}, ...rest } = findRegistration(registrations, id);
  return { ...rest, kwargs };
}

/** The environment's own way to make a vector of what a spec describes, where it was registered with one. */
export function vectorEntryPointOf(spec: EnvSpec): Registration["vectorEntryPoint"] {
  return findScheme(spec.id) ? undefined : findRegistration(registrations, spec.id).vectorEntryPoint;
}

/** Options of `make`; whatever else is given goes to the environment, over the registration's own kwargs. */
export interface MakeOptions {
  /** How `render()` draws; goes to the environment. */
  readonly renderMode?: RenderMode;
  /** Overrides the registered limit; −1: no limit. */
  readonly maxEpisodeSteps?: number;
  /** Leaves PassiveEnvChecker out, or in; default: as registered. */
  readonly disableEnvChecker?: boolean;
  readonly [kwarg: string]: unknown;
}

/**
 * Makes a registered environment and wraps it: PassiveEnvChecker, then OrderEnforcing, then TimeLimit where there is one.
 * `module:id` imports the module first, for what it registers. An id without a version means the newest.
 * The types of observations and actions are the caller's word: `await make<Float32Array, number>("CartPole-v1")`.
 */
export async function make<Observation = unknown, Action = unknown>(
  id: string | EnvSpec,
  options: MakeOptions = {},
): Promise<Env<Observation, Action>> {
  if (typeof id === "object" && id !== null) return makeFromSpec(id, options);
  const scheme = findScheme(id);
  if (scheme) return (await scheme(options)) as unknown as Env<Observation, Action>;
  return makeFromSpec(await lookUp(id), options);
}

/** The spec under an id, once the module that the id names is imported; warns of a version that is old or left out. */
export async function lookUp(id: string): Promise<EnvSpec> {
  const { plugin, id: wanted } = splitPlugin(id);
  if (plugin !== undefined) await importPlugin(plugin);
  const spec = specOf(wanted);
  const newer = newerThan(registrations, wanted);
  if (newer !== undefined) warn(`${wanted} is out of date. Use ${newer}.`, { deprecated: true });
  if (wanted !== spec.id) warn(`${wanted} names no version: the newest, ${spec.id}, is made. Name it to keep it.`);
  return plugin === undefined ? spec : { ...spec, plugin };
}

/**
 * Makes the environment that a spec (or its JSON text) describes, completely: registered defaults play no part. Options
 * are laid over the spec as those of `make` are over the registration.
 */
export async function makeFromSpec<Observation = unknown, Action = unknown>(
  spec: EnvSpec | string,
  options: MakeOptions = {},
): Promise<Env<Observation, Action>> {
  const given = typeof spec === "string" ? specFromJSON(spec) : spec;
  const asked = layOver(given, options);
  const scheme = findScheme(asked.id);
  if (scheme) {
    const forScheme = {
      ...asked.kwargs,
      maxEpisodeSteps: asked.maxEpisodeSteps ?? -1,
      disableEnvChecker: asked.disableEnvChecker ?? false,
    };
    return (await scheme(forScheme)) as unknown as Env<Observation, Action>;
  }
  if (asked.plugin !== undefined) await importPlugin(asked.plugin);
  const { id, entryPoint } = findRegistration(registrations, asked.id);
  return (await wrapAsSpecified({ ...asked, id }, entryPoint)) as unknown as Env<Observation, Action>;
}

/** A spec with the options of `make` in place of what it says itself. */
export function layOver(spec: EnvSpec, { maxEpisodeSteps, disableEnvChecker, ...kwargs }: MakeOptions): EnvSpec {
  const over = Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== undefined));
  const limit = maxEpisodeSteps ?? spec.maxEpisodeSteps;
  return {
    ...spec,
    kwargs: { ...spec.kwargs, ...over },
    maxEpisodeSteps: limit === -1 ? undefined : limit,
    disableEnvChecker: disableEnvChecker ?? spec.disableEnvChecker,
  };
}

function bareId(id: string): string {
  return id.slice(id.indexOf("/") + 1);
}

/** A name has versions or it has none: an id without a version always means the newest. */
function checkVersioning(id: string, version: number | undefined): void {
  const { namespace, name } = parseEnvId(id);
  for (const key of registrations.keys()) {
    const other = parseEnvId(key);
    if (other.namespace !== namespace || other.name !== name) continue;
    if ((other.version === undefined) === (version === undefined)) continue;
    throw new RegistrationError(
      `Expected ${describe(id)} to have ${version === undefined ? "a version as" : "no version, like"} ${describe(key)}. ` +
        "An id without a version means the newest of its name.",
    );
  }
}
