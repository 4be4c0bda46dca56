import type { EnvSpec } from "../env.ts";
import { importPlugin } from "../plugin.ts";
import { layOver, type MakeOptions, vectorEntryPointOf } from "../registry.ts";
import type { AutoresetMode, VectorEnv } from "./vector-env.ts";

export interface BatchOptions {
  readonly numEnvs: number;
  readonly autoreset?: AutoresetMode;
  /** What the vector remembers of the spec it was made from. */
  readonly specOf: (spec: EnvSpec) => EnvSpec;
}

/**
 * The vector that an environment makes of itself; undefined where it was registered without an entry point for vectors, or
 * where its spec puts wrappers on each environment.
 */
export async function makeBatch(
  spec: EnvSpec,
  options: MakeOptions,
  { numEnvs, autoreset, specOf }: BatchOptions,
): Promise<VectorEnv | undefined> {
  if (spec.plugin !== undefined) await importPlugin(spec.plugin);
  const construct = vectorEntryPointOf(spec);
  const asked = layOver(spec, options);
  if (!construct || asked.additionalWrappers?.length) return undefined;
  const { kwargs, maxEpisodeSteps } = asked;
  const env = await construct(kwargs, { numEnvs, autoresetMode: autoreset, maxEpisodeSteps });
  Object.defineProperty(env, "spec", { value: Object.freeze(specOf(asked)), configurable: true, writable: true });
  return env;
}
