import { RandomStream } from "../../core/random.ts";
import type { Dataset } from "../../data/dataset.ts";
import { splitEpisodes } from "../../data/split-episodes.ts";
import { isKernel } from "../../nn/weights.ts";
import type { FitResult } from "../../training/fit.ts";
import type { Trainable } from "../../training/trainable.ts";
import { DynamicsConfig, dynamicsParameters } from "../../world-models/genie/dynamics.ts";
import { dynamicsLoss } from "../../world-models/genie/dynamics-loss.ts";
import { frameSizeOf } from "../../world-models/genie/frame-grid.ts";
import { dynamicsShapeOf } from "../../world-models/genie/genie-world-model.ts";
import { trainModel } from "../train-model.ts";
import type { GenieContext } from "./context.ts";
import { type DynamicsArrays, DynamicsBatches } from "./dynamics-batches.ts";
import { loadTokens } from "./encode-stage.ts";
import { loadLatentActions } from "./latent-actions-stage.ts";
import { loadTokenizer } from "./tokenizer-stage.ts";
import { joinGenie } from "./world-stage.ts";

/** Held-out windows, at least, behind each validation: ends are rare. */
const VALIDATION_WINDOWS = 256;

/** Trains the dynamics on tokens, with real and with latent actions by turns, and joins all three parts to a world. */
export async function trainDynamics(context: GenieContext, dataset: Dataset): Promise<FitResult> {
  const { run, config, seed } = context;
  const { batchSize, steps, learningRate, warmup, optimizer, validateEvery, ...rest } = config.dynamics;
  const { leastHidden, corruption, latentShare, edges, ...model } = rest;
  const dynamics = DynamicsConfig.parse(model);
  const tokenizer = await loadTokenizer(run);
  const latent = await loadLatentActions(run);
  const episodes = await loadTokens(run);
  const shape = dynamicsShapeOf(
    { tokenizer: tokenizer.config, latentActions: latent.config },
    { frame: frameSizeOf(dataset.observationSpace), actionSpace: dataset.actionSpace },
  );
  const { validationFraction } = config.collect;
  const split = splitEpisodes({ count: episodes.lengths.length, validationFraction, seed });
  const common = {
    episodes,
    window: dynamics.context - 1,
    batchSize,
    levels: shape.levels,
    latentCount: latent.config.count,
    leastHidden,
    latentShare,
  };
  const batches = new DynamicsBatches({ ...common, chosen: split.train, corruption, edges, seed, name: "dynamics" });
  const heldOut = new DynamicsBatches({
    ...common,
    chosen: split.validation,
    corruption: 0,
    edges: 0,
    seed: seed + 1,
    name: "dynamics/validation",
  });
  const init = new RandomStream(seed, "dynamics/initial");
  const trainable: Trainable<DynamicsArrays> = {
    name: "dynamics",
    parameters: dynamicsParameters(dynamics, shape, () => init.normal()),
    carry: {},
    ...(optimizer === "muon" && { muon: isKernel }),
    loss: (weights, batch) => ({ ...dynamicsLoss(dynamics, shape, weights, batch), carry: {} }),
  };
  return trainModel(context, {
    trainable,
    batches,
    steps,
    learningRate,
    warmup,
    clip: { norm: 1 },
    validation: {
      batches: Array.from({ length: Math.ceil(VALIDATION_WINDOWS / batchSize) }, () => heldOut.next()),
      every: validateEvery,
    },
    file: "models/dynamics.safetensors",
    kind: "genie-dynamics",
    config: dynamics,
    finish: (parameters) =>
      joinGenie(context, { dataset, tokenizer, latent, dynamics: { config: dynamics, parameters } }),
  });
}
