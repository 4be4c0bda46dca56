import { ConfigError, describe } from "../../base/errors.ts";
import type { Env, EnvSpec } from "../env.ts";
import { type MakeOptions, make } from "../registry.ts";
import { type VectorWrapping, wrapAll } from "./env-wrapping.ts";
import { SyncVectorEnv } from "./sync-vector-env.ts";
import type { VectorOfEnvs } from "./vector-env.ts";
import { checkAutoreset, type VectorOptions } from "./vector-options.ts";
import { WorkerVectorEnv } from "./worker-vector-env.ts";

/** Options of `makeVec`; whatever else is given goes to `make` for each environment. */
export interface MakeVecOptions extends VectorOptions, MakeOptions {
  /** Default 1. */
  readonly numEnvs?: number;
  /** `sync`: one after the other in this thread (default). `workers`: in worker threads, for environments that take long. */
  readonly vectorization?: "sync" | "workers";
  /** Wrappers for each environment, from the inside out; for workers they must be named, not functions. */
  readonly wrappers?: readonly VectorWrapping[];
  /** For workers: how many threads; default as many as there are processors. */
  readonly workers?: number;
  /** For workers: URLs of modules to import there, which register environments. */
  readonly modules?: readonly string[];
}

/**
 * Makes a vector of a registered environment. As for `make`, the types are the caller's word:
 * `await makeVec<Float32Array, number>("CartPole-v1", { numEnvs: 64 })`.
 */
export async function makeVec<Observation = unknown, Action = unknown>(
  id: string | EnvSpec,
  options: MakeVecOptions = {},
): Promise<VectorOfEnvs<Observation, Action>> {
  const { env, kwargs } = typeof id === "string" ? { env: id, kwargs: {} } : withoutVector(id);
  const { numEnvs = 1, vectorization = "sync", ...asked }: MakeVecOptions = { ...kwargs, ...options };
  const { autoreset, copy, observationMode, wrappers = [], workers, modules, ...own } = asked;
  const vector: VectorOptions = { autoreset, copy, observationMode };
  if (autoreset !== undefined) checkAutoreset(autoreset);
  if (!Number.isInteger(numEnvs) || numEnvs < 1) {
    throw new ConfigError(`Expected numEnvs to be an integer ≥ 1, got ${describe(numEnvs)}.`);
  }
  const remembered = {
    numEnvs,
    vectorization,
    ...given({ autoreset, copy, workers, modules, wrappers: asked.wrappers }),
  };
  const specOf = (spec: EnvSpec | undefined) => spec && { ...spec, kwargs: { ...spec.kwargs, ...remembered } };
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
      specOf,
    });
  }
  if (vectorization !== "sync") {
    throw new ConfigError(`Expected vectorization to be "sync" or "workers", got ${describe(vectorization)}.`);
  }
  const envs: Env[] = [];
  try {
    while (envs.length < numEnvs) envs.push(await wrapAll(await make(env, own), wrappers));
    return new SyncVectorEnv(envs as Env<Observation, Action>[], { ...vector, spec: specOf(envs[0].spec) });
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
