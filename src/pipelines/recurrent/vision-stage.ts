import { join } from "node:path";
import type { NdArray, Parameters } from "../../compute/array.ts";
import { loadCheckpoint } from "../../compute/checkpoint.ts";
import { NoiseTable } from "../../core/noise-table.ts";
import { RandomStream } from "../../core/random.ts";
import type { Dataset } from "../../data/dataset.ts";
import { FrameSampler } from "../../data/frame-sampler.ts";
import type { BatchSource, Trainable } from "../../training/trainable.ts";
import { VaeConfig, vaeLoss, vaeParameters } from "../../world-models/recurrent/vae.ts";
import { trainModel } from "../train-model.ts";
import type { PipelineContext } from "./context.ts";
import { normalRows } from "./normal-rows.ts";

type VisionBatch = { frames: NdArray; meanImage: NdArray; normal: NdArray };

const KIND = "vae";
const FILE = "models/vision.safetensors";

/** Trains V on frames of the training episodes; the weights are kept in `models/vision.safetensors`. */
export async function trainVision(
  context: PipelineContext,
  dataset: Dataset,
  episodes: ArrayLike<number>,
): Promise<{ steps: number; frames: number }> {
  const { config, seed, signal } = context;
  const { frames, batchSize, steps, learningRate, warmup, ...model } = config.vision;
  const vae = VaeConfig.parse(model);
  const sampler = await FrameSampler.load({ dataset, episodes, maximumFrames: frames, batchSize, seed, signal });
  const mean = sampler.mean().map((byte) => byte / 255);
  const meanImage: NdArray = { shape: sampler.frameShape, dtype: "float32", data: mean };

  const table = new NoiseTable(seed);
  const source: BatchSource<VisionBatch> = {
    next() {
      const { epoch, batch } = sampler.state();
      const noise = new RandomStream(seed, `vision/noise/${epoch}/${batch}`);
      return {
        frames: sampler.next() as NdArray,
        meanImage,
        normal: normalRows([batchSize, vae.latentSize], table, noise),
      };
    },
    state: () => sampler.state(),
    restore: (state) => sampler.restore(state as ReturnType<typeof sampler.state>),
  };
  const init = new RandomStream(seed, "vision/initial");
  const trainable: Trainable<VisionBatch> = {
    name: "vision",
    parameters: vaeParameters(vae, () => init.normal()),
    carry: {},
    loss: (weights, batch) => ({ ...vaeLoss(vae, weights, batch), carry: {} }),
  };
  await trainModel(context, {
    trainable,
    batches: source,
    steps,
    learningRate,
    warmup,
    file: FILE,
    kind: KIND,
    config: vae,
  });
  return { steps, frames: sampler.count };
}

export async function loadVision(directory: string): Promise<{ config: VaeConfig; parameters: Parameters }> {
  const { config, parameters } = await loadCheckpoint(join(directory, FILE), { kind: KIND });
  return { config: VaeConfig.parse(config), parameters };
}
