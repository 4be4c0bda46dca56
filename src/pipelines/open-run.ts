import type { Policy } from "../../agents/policy.ts";
import { loadWorld, type SavedWorld } from "../world-models/world-checkpoint.ts";
import { loadAgent } from "./genie/agent-stage.ts";
import { loadController } from "./recurrent/controller-stage.ts";
import { Run, WORLD_FILE } from "./run.ts";

/** What a finished run left to play with. */
export interface OpenedRun {
  /** The learned world: its model goes into `perceive`, `DreamEnv` and `VectorDreamEnv`. */
  readonly world: SavedWorld;
  /** The player that was trained in its dreams; it plays dream and real environment alike. */
  readonly policy: Policy<Float32Array, unknown>;
}

/** Opens a run's folder; a CheckpointError where it holds no finished run. */
export async function openRun(directory: string): Promise<OpenedRun> {
  const run = await Run.existing(directory);
  const world = await loadWorld(run.path(WORLD_FILE), { env: run.identity.env });
  const policy =
    run.identity.pipeline === "genie" ? await loadAgent(run, "dream") : await loadController(directory, world.model);
  return { world, policy };
}
