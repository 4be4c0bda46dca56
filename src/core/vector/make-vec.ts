import { ConfigError, describe } from "../../base/errors.ts";
import type { Env, EnvSpec } from "../env.ts";
import { findScheme } from "../env-scheme.ts";
import { lookUp, type MakeOptions, make } from "../registry.ts";
import { type VectorWrapping, wrapAll } from "./env-wrapping.ts";
import { makeBatch } from "./make-batch.ts";
import { SyncVectorEnv } from "./sync-vector-env.ts";
import type { VectorEnv, VectorOfEnvs } from "./vector-env.ts";
import { checkAutoreset, type VectorOptions } from "./vector-options.ts";
import { WorkerVectorEnv } from "./worker-vector-env.ts";

/** Options of `makeVec`; whatever else is given goes to `make` for each environment. */
export interface MakeVecOptions extends VectorOptions, MakeOptions {
  /** Default 1. */
  readonly numEnvs?: number;
  /**
   * `sync`: one after the other in this thread. `workers`: in worker threads, for environments that take long. `batch`: all as
   * one, for environments that are registered so, such as dreams. Default: `batch` where there is one and no wrappers, else `sync`.
   */
  readonly vectorization?: "sync" | "workers" | "batch";
  /** Wrappers for each environment, from the inside out; for workers they must be named, not functions. */
  readonly wrappers?: readonly VectorWrapping[];
  /** For workers: how many threads; default as many as there are processors. */
  readonly workers?: number;
  /** For workers: URLs of modules to import there, which register environments. */
  readonly modules?: readonly string[];
}

/**
 * Makes a vector of a registered environment. As for `make`, the types are the caller's word:
 * `await makeVec<Float32Array, number>("CartPole-v1", { numEnvs: 64 })`. With `sync` or `workers` named, its environments
 * can be spoken to one by one (`call`, `getAttr`, `setAttr`).
 */
export async function makeVec<Observation = unknown, Action = unknown>(
  id: string | EnvSpec,
  options: MakeVecOptions & { readonly vectorization: "sync" | "workers" },
): Promise<VectorOfEnvs<Observation, Action>>;
export async function makeVec<Observation = unknown, Action = unknown>(
  id: string | EnvSpec,
  options?: MakeVecOptions,
): Promise<VectorEnv<Observation, Action>>;
export async function makeVec<Observation = unknown, Action = unknown>(
  id: string | EnvSpec,
  options: MakeVecOptions = {},
): Promise<VectorEnv<Observation, Action>> {
  const { env, kwargs } = typeof id === "string" ? { env: id, kwargs: {} } : withoutVector(id);
  const { numEnvs = 1, vectorization, ...asked }: MakeVecOptions = { ...kwargs, ...options };
  const { autoreset, copy, observationMode, wrappers = [], workers, modules, ...own } = asked;
  const vector: VectorOptions = { autoreset, copy, observationMode };
  if (autoreset !== undefined) checkAutoreset(autoreset);
  if (!Number.isInteger(numEnvs) || numEnvs < 1) {
    throw new ConfigError(`Expected numEnvs to be an integer ≥ 1, got ${describe(numEnvs)}.`);
  }
  const remembered = { numEnvs, ...given({ autoreset, copy, workers, modules, wrappers: asked.wrappers }) };
  const specOf = (mode: typeof vectorization) => (spec: EnvSpec) => ({
    ...spec,
    kwargs: { ...spec.kwargs, ...remembered, vectorization: mode },
  });
  if (vectorization === "workers") {
    const unnamed = wrappers.find((wrapper) => typeof wrapper === "function");
    if (unnamed) {
      throw new ConfigError(
        "Expected wrappers for workers as { module, export, options }, got a function, which cannot go to a thread.",
      );
    }
    return WorkerVectorEnv.create({
      ...vector,
      id: env,
      options: given(own),
      numEnvs,
      workers,
      modules,
      wrappers,
      specOf: (spec) => spec && specOf(vectorization)(spec),
    });
  }
  if (vectorization !== undefined && vectorization !== "sync" && vectorization !== "batch") {
    throw new ConfigError(`Expected vectorization to be "sync", "workers" or "batch", got ${describe(vectorization)}.`);
  }
  const found = typeof env === "string" && !findScheme(env) ? await lookUp(env) : env;
  if (vectorization !== "sync" && wrappers.length === 0 && typeof found === "object") {
    const batch = await makeBatch(found, own, { numEnvs, autoreset, specOf: specOf("batch") });
    if (batch) return batch as unknown as VectorEnv<Observation, Action>;
  }
  if (vectorization === "batch") {
    throw new ConfigError(
      `Expected for "batch" an environment that was registered with vectorEntryPoint, and no wrappers, got ${describe(env)}. ` +
        'Leave vectorization out, or say "sync".',
    );
  }
  const envs: Env[] = [];
  try {
    // All are of one kind: the first is checked for what it keeps of the contract, the others are spared the layer.
    const unchecked = { disableEnvChecker: true, ...own };
    while (envs.length < numEnvs) {
      envs.push(await wrapAll(await make(found, envs.length === 0 ? own : unchecked), wrappers));
    }
    return new SyncVectorEnv(envs as Env<Observation, Action>[], {
      ...vector,
      spec: envs[0].spec && specOf("sync")(envs[0].spec),
    });
  } catch (error) {
    for (const made of envs) await made.close();
    throw error;
  }
}

/** A vector's spec as that of its environments, and what the vector was made with. */
function withoutVector(spec: EnvSpec): { env: EnvSpec; kwargs: MakeVecOptions } {
  const { numEnvs, vectorization, autoreset, copy, workers, modules, wrappers, ...kwargs } = spec.kwargs;
  const own = given({ numEnvs, vectorization, autoreset, copy, workers, modules, wrappers });
  return { env: { ...spec, kwargs }, kwargs: own };
}

/** The entries that are not undefined. */
function given(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
