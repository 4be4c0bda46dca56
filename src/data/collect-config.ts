import { z } from "zod";
import type { Space } from "../core/spaces/space.ts";

/**
 * Where a policy comes from, so that any thread can make it. The export is a policy class, or a function that gives a
 * policy or a promise of one; either is called with the environment's spaces and the options.
 */
export const BehaviourSource = z.strictObject({
  /** URL of a JavaScript module, e.g. `new URL("./my-policy.js", import.meta.url).href`. */
  module: z.string(),
  export: z.string(),
  /** JSON-able: they are written to the dataset. */
  options: z.record(z.string(), z.unknown()).default({}),
  /** Share of the episodes among several behaviours, relative to the others'. */
  weight: z.number().positive().default(1),
});
export type BehaviourSource = z.input<typeof BehaviourSource>;

/** What a behaviour's export is called with first. */
export interface Spaces {
  readonly observationSpace: Space<unknown>;
  readonly actionSpace: Space<unknown>;
}

/** What to collect. Episode i depends on `env`, `behaviour`, `seed` and i alone. */
export const CollectConfig = z.strictObject({
  env: z.strictObject({ id: z.string(), kwargs: z.record(z.string(), z.unknown()).default({}) }),
  behaviour: z
    .union([BehaviourSource, z.array(BehaviourSource).min(1)])
    .transform((given) => (Array.isArray(given) ? given : [given])),
  episodes: z.int().min(1),
  seed: z.int().min(0),
  /** Each episode is truncated after so many steps. */
  maximumSteps: z.int().positive().optional(),
  /** Episodes a file; what an interruption costs at most. */
  shardEpisodes: z.int().positive().default(32),
  /** URLs of modules to import first, which register environments; default: those of the package. */
  modules: z.array(z.string()).optional(),
});
export type CollectConfig = z.input<typeof CollectConfig>;

/** A checked configuration with its defaults filled in. */
export type ParsedCollectConfig = z.output<typeof CollectConfig>;
