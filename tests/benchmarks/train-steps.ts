import * as tf from "@tensorflow/tfjs";
import { adamCorrections } from "../../src/compute/adam.ts";
import { type ArrayTree, type NdArray, scalar, sizeOf, zeros } from "../../src/compute/array.ts";
import { type CompileOptions, compileStep } from "../../src/compute/compile.ts";
import { RandomStream } from "../../src/core/random.ts";
import {
  type FitOptions,
  type StepInputs,
  type StepOutputs,
  type TrainState,
  trainStep,
} from "../../src/training/fit.ts";
import { optimizerInit } from "../../src/training/optimizer.ts";
import type { Carry, Trainable } from "../../src/training/trainable.ts";
import { MdnRnnConfig, mdnRnnLoss, mdnRnnParameters } from "../../src/world-models/recurrent/mdn-rnn.ts";
import { FRAME_SIDE, VaeConfig, vaeLoss, vaeParameters } from "../../src/world-models/recurrent/vae.ts";
import { startTraining, trainingInputs } from "../compute/models.ts";
import { BENCHMARK_ST, stTransformer } from "../compute/st-transformer.ts";
import { fastest } from "./timing.ts";

/* One optimizer step (forward, backward, clipping, Adam) of the reference networks, by the code that `fit` runs. */

/** Something to train, with one batch for all steps. */
interface Training<Batch extends ArrayTree, C extends Carry> {
  readonly trainable: Trainable<Batch, C>;
  readonly batch: Batch;
  readonly clip?: FitOptions<Batch, C>["clip"];
}

export interface TrainStepOptions {
  readonly engine: CompileOptions["engine"];
  readonly warmup: number;
  readonly runs: number;
}

/** Milliseconds of a step of V: 64×64 frames, 4,348,547 weights. */
export function vaeTrainStep(batchSize: number, options: TrainStepOptions): Promise<number> {
  const config = VaeConfig.parse({});
  const random = new RandomStream(0, "benchmark/vae");
  const frame = [FRAME_SIDE, FRAME_SIDE, 3];
  return milliseconds(
    {
      trainable: {
        name: "vae",
        parameters: vaeParameters(config, () => random.normal()),
        carry: {},
        loss: (weights, batch) => ({ ...vaeLoss(config, weights, batch), carry: {} }),
      },
      batch: {
        frames: {
          shape: [batchSize, ...frame],
          dtype: "uint8" as const,
          data: Uint8Array.from({ length: batchSize * FRAME_SIDE ** 2 * 3 }, () => random.integer(0, 256)),
        },
        meanImage: zeros(frame),
        normal: normals([batchSize, config.latentSize], random),
      },
    },
    options,
  );
}

/** Milliseconds of a step of an ST-transformer: 8 frames of 256 tokens, width 128, 4 blocks, 4 heads, 1024 words. */
export async function transformerTrainStep(
  batchSize: number,
  { engine, warmup, runs }: TrainStepOptions,
): Promise<number> {
  const model = stTransformer(BENCHMARK_ST);
  const training = await startTraining(model, { engine });
  const batch = model.batch(batchSize);
  let t = 0;
  try {
    return await fastest(() => training.step(trainingInputs(batch, ++t)), { warmup, runs });
  } finally {
    await training.dispose();
  }
}

/** Milliseconds of a step of M: hidden 256, z 32, 5 mixtures, heads for end and reward, gradients clipped by value. */
export function rnnTrainStep(
  { batchSize, steps }: { batchSize: number; steps: number },
  options: TrainStepOptions,
): Promise<number> {
  const config = MdnRnnConfig.parse({});
  const random = new RandomStream(0, "benchmark/mdn-rnn");
  const latents = [batchSize, steps + 1, config.latentSize];
  return milliseconds(
    {
      trainable: {
        name: "mdn-rnn",
        parameters: mdnRnnParameters(config, () => random.normal()),
        carry: { hidden: zeros([batchSize, config.hiddenSize]), cell: zeros([batchSize, config.hiddenSize]) },
        loss: (weights, batch, carry) => {
          const rows = tf.reshape(batch.action, [batchSize * steps]) as tf.Tensor1D;
          const oneHot = tf.oneHot(rows, config.actionSize, 1, 0, "float32");
          const action = tf.reshape(oneHot, [batchSize, steps, config.actionSize]);
          const { state, ...rest } = mdnRnnLoss(config, weights, { ...batch, action }, carry);
          return { ...rest, carry: { hidden: state.hidden, cell: state.cell } };
        },
      },
      batch: {
        mean: normals(latents, random),
        logStd: filled(latents, () => -1),
        action: {
          shape: [batchSize, steps],
          dtype: "int32" as const,
          data: Int32Array.from({ length: batchSize * steps }, () => random.integer(0, config.actionSize)),
        },
        reward: filled([batchSize, steps], () => 1),
        done: filled([batchSize, steps], () => Number(random.uniform() < 0.02)),
        mask: filled([batchSize, steps], () => 1),
        restart: zeros([batchSize]),
        normal: normals(latents, random),
      },
      clip: { value: 1 },
    },
    options,
  );
}

const STEPS_PER_CALL = 4; // as `fit` does

async function milliseconds<Batch extends ArrayTree, C extends Carry>(
  { trainable, batch, clip }: Training<Batch, C>,
  { engine, warmup, runs }: TrainStepOptions,
): Promise<number> {
  const open = compileStep<TrainState<C>, StepInputs<Batch>, StepOutputs, Record<string, never>>(
    (state, inputs) => trainStep(trainable, clip, state, inputs),
    { name: `training of ${trainable.name}`, engine },
  );
  const { parameters: weights, carry } = trainable;
  const training = await open({ weights, optimizer: optimizerInit(trainable), carry });
  let t = 0;
  try {
    const inputs = () => ({ batch, learningRate: scalar(1e-3), corrections: adamCorrections(++t) });
    const call = () => training.steps(Array.from({ length: STEPS_PER_CALL }, inputs));
    return (await fastest(call, { warmup, runs })) / STEPS_PER_CALL;
  } finally {
    await training.dispose();
  }
}

function filled(shape: readonly number[], draw: () => number): NdArray {
  return { shape, dtype: "float32", data: Float32Array.from({ length: sizeOf(shape) }, draw) };
}

const normals = (shape: readonly number[], random: RandomStream): NdArray => filled(shape, () => random.normal());
