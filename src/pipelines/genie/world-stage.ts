import type { NdArray, Parameters } from "../../compute/array.ts";
import { RandomStream } from "../../core/random.ts";
import type { Space } from "../../core/spaces/space.ts";
import { layoutSize } from "../../data/array-layout.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { DynamicsConfig } from "../../world-models/genie/dynamics.ts";
import { GenieConfig, GenieWorldModel } from "../../world-models/genie/genie-world-model.ts";
import type { LatentActionConfig } from "../../world-models/genie/latent-action-model.ts";
import type { VideoTokenizerConfig } from "../../world-models/genie/video-tokenizer.ts";
import { saveWorld } from "../../world-models/world-checkpoint.ts";
import { WORLD_FILE } from "../run.ts";
import { checkLengths } from "./check-lengths.ts";
import type { GenieContext } from "./context.ts";

/** A model's configuration and weights. */
interface Part<Config> {
  readonly config: Config;
  readonly parameters: Parameters;
}

/** Joins the three parts and real moments to begin from into one world. */
export async function joinGenie(
  context: GenieContext,
  parts: {
    dataset: Dataset;
    tokenizer: Part<VideoTokenizerConfig>;
    latent: Part<LatentActionConfig>;
    dynamics: Part<DynamicsConfig>;
  },
): Promise<void> {
  const { run, config } = context;
  const { dataset, tokenizer, latent, dynamics } = parts;
  const { temperature, horizon, prompt } = config.dream;
  const model = new GenieWorldModel({
    config: GenieConfig.parse({
      tokenizer: tokenizer.config,
      latentActions: latent.config,
      dynamics: dynamics.config,
      prompt,
    }),
    observationSpace: dataset.observationSpace as Space<Uint8Array>,
    actionSpace: dataset.actionSpace,
    parameters: { ...tokenizer.parameters, ...latent.parameters, ...dynamics.parameters },
  });
  await saveWorld(run.path(WORLD_FILE), {
    model,
    env: { id: run.identity.env, kwargs: config.env },
    contexts: await contextsOf(context, dataset),
    dream: { temperature, horizon },
  });
}

/** Moments from the beginning of recorded episodes and from anywhere in them, each with the frames and actions of a prompt. */
async function contextsOf({ config, seed }: GenieContext, dataset: Dataset) {
  const { contexts, beginnings, prompt } = config.dream;
  checkLengths(dataset.lengths, config);
  const long = Array.from(dataset.lengths.keys()).filter((e) => dataset.lengths[e] >= prompt);
  const random = new RandomStream(seed, "contexts");
  const [frameSize, actionSize] = [layoutSize(dataset.observation), layoutSize(dataset.action)];
  const frames = new Uint8Array(contexts * prompt * frameSize);
  const continuous = dataset.action.dtype.startsWith("float");
  const actions = new (continuous ? Float32Array : Int32Array)(contexts * (prompt - 1) * actionSize);
  for (let i = 0; i < contexts; i++) {
    const episode = await dataset.episode(long[random.integer(0, long.length)]);
    const start = i < beginnings * contexts ? 0 : random.integer(0, episode.steps - prompt + 1);
    const seen = (episode.observations as Uint8Array).subarray(start * frameSize, (start + prompt) * frameSize);
    frames.set(seen, i * prompt * frameSize);
    actions.set(
      episode.actions.subarray(start * actionSize, (start + prompt - 1) * actionSize),
      i * (prompt - 1) * actionSize,
    );
  }
  return {
    frames: { shape: [contexts, prompt, ...dataset.observation.shape], dtype: "uint8", data: frames } as NdArray,
    actions: {
      shape: [contexts, prompt - 1, ...dataset.action.shape],
      dtype: continuous ? "float32" : "int32",
      data: actions,
    } as NdArray,
  };
}
