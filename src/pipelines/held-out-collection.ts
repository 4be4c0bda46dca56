import { CheckpointError } from "../base/errors.ts";
import type { CollectConfig } from "../data/collect-config.ts";
import { genieBehaviours } from "./genie/collecting-behaviours.ts";
import { GeniePipelineConfig } from "./genie/pipeline-config.ts";
import { collectingBehaviours } from "./recurrent/collecting-behaviours.ts";
import { RecurrentPipelineConfig } from "./recurrent/config.ts";
import type { Run } from "./run.ts";

/** Keyword arguments that set an environment's unseen part apart. */
const UNSEEN: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "Platformer-v0": { levels: "test" },
};

/** How a run collected its episodes: what fresh ones to hold its world against are collected with, too. */
export function heldOutCollection(run: Pick<Run, "identity" | "directory">): Omit<CollectConfig, "episodes" | "seed"> {
  const { env, ...rest } = ownCollection(run);
  return { env: { id: env.id, kwargs: { ...env.kwargs, ...UNSEEN[env.id] } }, ...rest };
}

/** How a run collected the episodes that it learned from. */
export function ownCollection(run: Pick<Run, "identity" | "directory">): Omit<CollectConfig, "episodes" | "seed"> {
  const { env, kwargs, ...rest } = collectionOf(run);
  return { env: { id: env, kwargs }, ...rest };
}

interface Collection extends Pick<CollectConfig, "behaviour" | "maximumSteps"> {
  readonly env: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** By the kind of pipeline. */
function collectionOf({ identity, directory }: Pick<Run, "identity" | "directory">): Collection {
  const { env } = identity;
  switch (identity.pipeline) {
    case "recurrent": {
      const config = RecurrentPipelineConfig.parse(identity.config);
      const { maximumSteps, env: own } = config.collect;
      return {
        env,
        kwargs: { ...config.env, ...own },
        behaviour: collectingBehaviours(env, config.collect),
        maximumSteps,
      };
    }
    case "genie": {
      const config = GeniePipelineConfig.parse(identity.config);
      const { maximumSteps, env: own } = config.collect;
      return {
        env,
        kwargs: { ...config.env, ...own },
        behaviour: genieBehaviours(env, config.collect),
        maximumSteps,
      };
    }
    default:
      throw new CheckpointError(
        `Expected ${directory} to hold a run of a known pipeline (recurrent, genie), got ${identity.pipeline}. Update the package.`,
      );
  }
}
