import { CheckpointError } from "../base/errors.ts";
import type { NdArray, Parameters } from "../compute/array.ts";
import { loadCheckpoint, saveCheckpoint } from "../compute/checkpoint.ts";
import type { Space, SpaceJson } from "../core/spaces/space.ts";
import { spaceFromJSON } from "../core/spaces/space-from-json.ts";
import { GenieConfig, GenieWorldModel } from "./genie/genie-world-model.ts";
import { RecurrentConfig, RecurrentWorldModel } from "./recurrent/recurrent-world-model.ts";
import type { WorldModel } from "./world-model.ts";

/** A learned world on disk: the model, the environment it was learned from, and real moments to begin dreams from. */
export interface SavedWorld {
  readonly model: WorldModel;
  /** The environment's id and keyword arguments. */
  readonly env: { readonly id: string; readonly kwargs: Readonly<Record<string, unknown>> };
  readonly contexts: { readonly frames: NdArray; readonly actions: NdArray };
  /** How its dreams are dreamt unless one says otherwise. */
  readonly dream: { readonly temperature: number; readonly horizon: number };
}

interface WorldHeader {
  readonly family: string;
  /** Which arrangement of the family's weights it is; left out by the first. */
  readonly revision?: number;
  readonly model: unknown;
  readonly env: SavedWorld["env"];
  readonly dream: SavedWorld["dream"];
  readonly observationSpace: SpaceJson;
  readonly actionSpace: SpaceJson;
}

const KIND = "world";
/** Raised when weights change their arrangement: those of another one would load, and dream nonsense. */
const REVISIONS: Readonly<Record<string, number>> = { recurrent: 2, genie: 2 };

export async function saveWorld(path: string, { model, env, contexts, dream }: SavedWorld): Promise<void> {
  const header: WorldHeader = {
    family: model.kind,
    revision: REVISIONS[model.kind],
    model: model.config,
    env,
    dream,
    observationSpace: model.observationSpace.toJSON(),
    // Its own actions may be others, learned without labels.
    actionSpace: (model.realActionSpace ?? model.actionSpace).toJSON(),
  };
  const { frames, actions } = contexts;
  await saveCheckpoint(path, {
    kind: KIND,
    config: header,
    parameters: { ...model.parameters, "contexts/frames": frames, "contexts/actions": actions },
  });
}

/** Reads a world; with `env`, one that was learned from another environment is refused. */
export async function loadWorld(path: string, { env }: { env?: string } = {}): Promise<SavedWorld> {
  const { config, parameters } = await loadCheckpoint(path, { kind: KIND });
  const header = config as WorldHeader;
  if (env !== undefined && header.env.id !== env)
    throw new CheckpointError(
      `Expected a world learned from ${env} in ${path}, got one learned from ${header.env.id}. Use the checkpoint of another run.`,
    );
  const { "contexts/frames": frames, "contexts/actions": actions, ...weights } = parameters;
  return { model: build(path, header, weights), env: header.env, contexts: { frames, actions }, dream: header.dream };
}

function build(path: string, header: WorldHeader, parameters: Parameters): WorldModel {
  const { family, revision = 1 } = header;
  if (family in REVISIONS && revision !== REVISIONS[family])
    throw new CheckpointError(
      `Expected a ${family} world of revision ${REVISIONS[family]} in ${path}, got one of revision ${revision}, whose weights are arranged otherwise. Train it again, or use the version of the package that did.`,
    );
  const spaces = () => ({
    observationSpace: spaceFromJSON(header.observationSpace) as Space<Uint8Array>,
    actionSpace: spaceFromJSON(header.actionSpace),
  });
  switch (header.family) {
    case "recurrent":
      return new RecurrentWorldModel({ config: RecurrentConfig.parse(header.model), ...spaces(), parameters });
    case "genie":
      return new GenieWorldModel({ config: GenieConfig.parse(header.model), ...spaces(), parameters });
    default:
      throw new CheckpointError(
        `Expected a world of a known family (recurrent, genie) in ${path}, got ${header.family}. Update the package.`,
      );
  }
}
