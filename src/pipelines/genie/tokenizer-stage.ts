import type { NdArray, Parameters } from "../../compute/array.ts";
import { loadCheckpoint } from "../../compute/checkpoint.ts";
import { RandomStream } from "../../core/random.ts";
import type { Dataset } from "../../data/dataset.ts";
import { FrameSampler } from "../../data/frame-sampler.ts";
import { isKernel } from "../../nn/weights.ts";
import type { BatchSource, Trainable } from "../../training/trainable.ts";
import { frameSizeOf } from "../../world-models/genie/frame-grid.ts";
import {
  VideoTokenizerConfig,
  videoTokenizerLoss,
  videoTokenizerParameters,
} from "../../world-models/genie/video-tokenizer.ts";
import { unitFrames } from "../../world-models/unit-frames.ts";
import type { Run } from "../run.ts";
import { trainModel } from "../train-model.ts";
import type { GenieContext } from "./context.ts";

const KIND = "video-tokenizer";
const FILE = "models/tokenizer.safetensors";

/** Trains the tokenizer on frames of the training episodes. */
export async function trainTokenizer(context: GenieContext, dataset: Dataset, episodes: ArrayLike<number>) {
  const { config, seed, signal } = context;
  const { frames, batchSize, steps, learningRate, warmup, optimizer, ...model } = config.tokenizer;
  const tokenizer = VideoTokenizerConfig.parse(model);
  const size = frameSizeOf(dataset.observationSpace);
  const sampler = await FrameSampler.load({ dataset, episodes, maximumFrames: frames, batchSize, seed, signal });
  const batches: BatchSource<{ frames: NdArray }> = {
    next: () => ({ frames: sampler.next() as NdArray }),
    state: () => sampler.state(),
    restore: (state) => sampler.restore(state as ReturnType<typeof sampler.state>),
  };
  const init = new RandomStream(seed, "tokenizer/initial");
  const trainable: Trainable<{ frames: NdArray }> = {
    name: "tokenizer",
    parameters: videoTokenizerParameters(tokenizer, size, () => init.normal()),
    carry: {},
    ...(optimizer === "muon" && { muon: isKernel }),
    loss: (weights, batch) => ({
      ...videoTokenizerLoss(tokenizer, weights, unitFrames(batch.frames), size),
      carry: {},
    }),
  };
  const training = { steps, learningRate, warmup, clip: { norm: 1 }, file: FILE, kind: KIND, config: tokenizer };
  await trainModel(context, { trainable, batches, ...training });
  return { steps, frames: sampler.count };
}

export async function loadTokenizer(run: Run): Promise<{ config: VideoTokenizerConfig; parameters: Parameters }> {
  const { config, parameters } = await loadCheckpoint(run.path(FILE), { kind: KIND });
  return { config: VideoTokenizerConfig.parse(config), parameters };
}
