import type { NdArray, Parameters } from "../../compute/array.ts";
import { loadCheckpoint } from "../../compute/checkpoint.ts";
import { RandomStream } from "../../core/random.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { Episode } from "../../data/episode.ts";
import { SequenceSampler } from "../../data/sequence-sampler.ts";
import { episodeTracks } from "../../data/sequence-windows.ts";
import { isKernel } from "../../nn/weights.ts";
import type { BatchSource, Trainable } from "../../training/trainable.ts";
import { frameSizeOf } from "../../world-models/genie/frame-grid.ts";
import {
  LatentActionConfig,
  latentActionLoss,
  latentActionParameters,
} from "../../world-models/genie/latent-action-model.ts";
import { unitFrames } from "../../world-models/unit-frames.ts";
import type { Run } from "../run.ts";
import { trainModel } from "../train-model.ts";
import type { GenieContext } from "./context.ts";
import { withCodes } from "./finding-codes.ts";

type VideoBatch = { frames: NdArray; mask: NdArray };

/** Batches over which the effects of what the encoder tells are measured. */
const SAMPLE = 8;
const KIND = "latent-action-model";
const FILE = "models/latent-actions.safetensors";

/** Trains the latent action model on short videos; the recorded actions are not looked at. */
export async function trainLatentActions(context: GenieContext, dataset: Dataset, episodes: ArrayLike<number>) {
  const { config, seed } = context;
  const { frames, batchSize, steps, learningRate, warmup, optimizer, ...model } = config.latentActions;
  const latentActions = LatentActionConfig.parse(model);
  const size = frameSizeOf(dataset.observationSpace);
  const videos = await videosOf(dataset, episodes, { frames, seed });
  const { observations } = episodeTracks({ ...dataset, observation: dataset.observation, episodes: videos });
  const lengths = videos.map((video) => video.steps);
  const { history } = latentActions;
  const sampling = { tracks: { observations }, lengths, size: history, batchSize };
  const sampler = new SequenceSampler({ ...sampling, seed });
  const batches: BatchSource<VideoBatch> = {
    next() {
      const { tracks, mask } = sampler.next();
      return { frames: tracks.observations as NdArray, mask: mask as NdArray };
    },
    state: () => sampler.state(),
    restore: (state) => sampler.restore(state as ReturnType<typeof sampler.state>),
  };
  const init = new RandomStream(seed, "latent-actions/initial");
  const trainable: Trainable<VideoBatch> = {
    name: "latent-actions",
    parameters: latentActionParameters(latentActions, size, () => init.normal()),
    carry: {},
    ...(optimizer === "muon" && { muon: isKernel }),
    loss: (weights, { frames, mask }) => ({
      ...latentActionLoss(latentActions, weights, { frames: unitFrames(frames), mask }),
      carry: {},
    }),
  };
  const training = { steps, learningRate, warmup, clip: { norm: 1 }, file: FILE, kind: KIND, config: latentActions };
  await trainModel(context, {
    ...{ trainable, batches, ...training },
    refine(parameters) {
      const measuring = new SequenceSampler({ ...sampling, seed: seed + 1 });
      const sample = Array.from({ length: SAMPLE }, () => measuring.next().tracks.observations as NdArray);
      return withCodes(context, { config: latentActions, parameters }, { videos, frames: dataset.observation, sample });
    },
  });
  return { steps, frames: lengths.reduce((sum, length) => sum + length + 1, 0) };
}

/** Whole episodes in a random order, until they hold `frames` frames. */
async function videosOf(dataset: Dataset, episodes: ArrayLike<number>, options: { frames: number; seed: number }) {
  const videos: Episode[] = [];
  let left = options.frames;
  for (const i of new RandomStream(options.seed, "latent-actions/episodes").permutation(episodes.length)) {
    if (left <= 0) break;
    const episode = await dataset.episode(episodes[i]);
    videos.push(episode);
    left -= episode.steps + 1;
  }
  return videos;
}

export async function loadLatentActions(run: Run): Promise<{ config: LatentActionConfig; parameters: Parameters }> {
  const { config, parameters } = await loadCheckpoint(run.path(FILE), { kind: KIND });
  return { config: LatentActionConfig.parse(config), parameters };
}
