import type { LinearController } from "../../agents/linear-controller.ts";
import { loadWorld, type SavedWorld } from "../world-models/world-checkpoint.ts";
import { loadController } from "./recurrent/controller-stage.ts";
import { WORLD_FILE } from "./recurrent/world-stage.ts";
import { Run } from "./run.ts";

/** What a finished run left to play with. */
export interface OpenedRun {
  /** The learned world: its model goes into `perceive`, `DreamEnv` and `VectorDreamEnv`. */
  readonly world: SavedWorld;
  /** The controller that was evolved in its dreams; it plays dream and real environment alike. */
  readonly policy: LinearController;
}

/** Opens a run's folder; a CheckpointError where it holds no finished run. */
export async function openRun(directory: string): Promise<OpenedRun> {
  const run = await Run.existing(directory);
  const world = await loadWorld(run.path(WORLD_FILE), { env: run.identity.env });
  return { world, policy: await loadController(directory, world.model) };
}
