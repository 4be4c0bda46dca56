import type { NdArray, Parameters } from "../../compute/array.ts";
import type { Space } from "../../core/spaces/space.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { MdnRnnConfig } from "../../world-models/recurrent/mdn-rnn.ts";
import { RecurrentConfig, RecurrentWorldModel } from "../../world-models/recurrent/recurrent-world-model.ts";
import { loadWorld, type SavedWorld, saveWorld } from "../../world-models/world-checkpoint.ts";
import type { Run } from "../run.ts";
import type { PipelineContext } from "./context.ts";
import { modelFile, type Round } from "./rounds.ts";
import { loadVision } from "./vision-stage.ts";

const WORLD = "world";

/** Joins V, M and real first frames into one world that can be dreamt in, a model file of the round. */
export async function joinWorld(
  context: PipelineContext,
  { dataset, memory }: { dataset: Dataset; memory: { config: MdnRnnConfig; parameters: Parameters } },
): Promise<void> {
  const { run, config } = context;
  const vision = await loadVision(run.directory);
  const model = new RecurrentWorldModel({
    config: RecurrentConfig.parse({ vae: vision.config, mdnRnn: memory.config }),
    observationSpace: dataset.observationSpace as Space<Uint8Array>,
    actionSpace: dataset.actionSpace,
    parameters: { ...vision.parameters, ...memory.parameters },
  });
  const count = Math.min(config.dream.contexts, dataset.count);
  const frame = dataset.observation.shape;
  const size = frame.reduce((product, dimension) => product * dimension, 1);
  const frames = new Uint8Array(count * size);
  for (let e = 0; e < count; e++)
    frames.set(((await dataset.episode(e)).observations as Uint8Array).subarray(0, size), e * size);
  const none = dataset.action.dtype.startsWith("float")
    ? ({ dtype: "float32", data: new Float32Array(0) } as const)
    : ({ dtype: "int32", data: new Int32Array(0) } as const);
  const actions: NdArray = { shape: [count, 0, ...dataset.action.shape], ...none };
  const { temperature, horizon } = config.dream;
  await saveWorld(run.path(modelFile(WORLD, context.round)), {
    model,
    env: { id: run.identity.env, kwargs: config.env },
    contexts: { frames: { shape: [count, 1, ...frame], dtype: "uint8", data: frames }, actions },
    dream: { temperature, horizon },
  });
}

/** The world that a round left. */
export function worldOf(run: Run, round: Round): Promise<SavedWorld> {
  return loadWorld(run.path(modelFile(WORLD, round)), { env: run.identity.env });
}
