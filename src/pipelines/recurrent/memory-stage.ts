import * as tf from "@tensorflow/tfjs";
import { type NdArray, type Parameters, sizeOf } from "../../compute/array.ts";
import { loadCheckpoint } from "../../compute/checkpoint.ts";
import { NoiseTable } from "../../core/noise-table.ts";
import { RandomStream } from "../../core/random.ts";
import type { Dataset } from "../../data/dataset.ts";
import { SequenceStream, type StreamBatch } from "../../data/sequence-stream.ts";
import type { Track } from "../../data/sequence-windows.ts";
import { splitEpisodes } from "../../data/split-episodes.ts";
import { isKernel } from "../../nn/weights.ts";
import type { FitResult } from "../../training/fit.ts";
import type { BatchSource, Trainable } from "../../training/trainable.ts";
import { MdnRnnConfig, mdnRnnLoss, mdnRnnParameters } from "../../world-models/recurrent/mdn-rnn.ts";
import { encodeActions, RecurrentConfig } from "../../world-models/recurrent/recurrent-world-model.ts";
import type { Run } from "../run.ts";
import { trainModel } from "../train-model.ts";
import type { PipelineContext } from "./context.ts";
import { type Latents, loadLatents } from "./latents-stage.ts";
import { normalRows } from "./normal-rows.ts";
import { inRound, modelFile, previous, type Round } from "./rounds.ts";
import { joinWorld } from "./world-stage.ts";

type MemoryBatch = Record<"mean" | "logStd" | "action" | "reward" | "done" | "mask" | "restart" | "normal", NdArray>;
type MemoryCarry = { hidden: NdArray; cell: NdArray };
type TrackName = "mean" | "logStd" | "action" | "reward" | "done";

const KIND = "mdn-rnn";

/**
 * Trains M on the latents of all rounds so far and joins it with V to a world, both model files of the round; after the
 * first round it goes on from the weights of the one before.
 */
export async function trainMemory(context: PipelineContext, dataset: Dataset): Promise<FitResult> {
  const { run, config, seed, round } = context;
  const { batchSize, window, learningRate, warmup, clip, validateEvery, patience, rewardFloor, ...rest } =
    config.memory;
  const { steps: firstSteps, optimizer, ...model } = rest;
  const steps = round.index > 0 && config.iterate ? config.iterate.memorySteps : firstSteps;
  const stage = inRound("memory", round);
  const { actionSpace } = dataset;
  const { tracks, lengths, split, latentSize, actionShape } = await trainingData(context);
  const mdnRnn = MdnRnnConfig.parse({ ...model, latentSize, actionSize: actionSpace.flatSize });
  const recurrent = RecurrentConfig.parse({ mdnRnn });

  const stream = new SequenceStream({ tracks, lengths, episodes: split.train, size: window, batchSize, seed });
  const table = new NoiseTable(seed);
  let drawn = 0;
  const source: BatchSource<MemoryBatch> = {
    next() {
      const noise = new RandomStream(seed, `${stage}/noise/${drawn++}`);
      return memoryBatch(stream.next(), table, noise);
    },
    state: () => ({ stream: stream.state(), drawn }),
    restore(state) {
      const saved = state as { stream: ReturnType<typeof stream.state>; drawn: number };
      stream.restore(saved.stream);
      drawn = saved.drawn;
    },
  };
  const init = new RandomStream(seed, "memory/initial");
  const before = round.index > 0 ? await loadMemory(run, previous(round)) : undefined;
  const zeros = (): NdArray => ({
    shape: [batchSize, mdnRnn.hiddenSize],
    dtype: "float32",
    data: new Float32Array(batchSize * mdnRnn.hiddenSize),
  });
  const trainable: Trainable<MemoryBatch, MemoryCarry> = {
    name: stage,
    parameters: before ?? mdnRnnParameters(mdnRnn, () => init.normal()),
    ...(optimizer === "muon" && { muon: isKernel }),
    carry: { hidden: zeros(), cell: zeros() },
    loss(weights, batch, carry) {
      const [rows, length] = batch.action.shape;
      const encoded = encodeActions(recurrent, actionSpace, tf.reshape(batch.action, [rows * length, ...actionShape]));
      const action = tf.reshape(encoded, [rows, length, mdnRnn.actionSize]);
      const { loss, metrics, state } = mdnRnnLoss(mdnRnn, weights, { ...batch, action }, carry);
      return { loss, metrics, carry: { hidden: state.hidden, cell: state.cell } };
    },
  };

  const validationStream = new SequenceStream({
    tracks,
    lengths,
    episodes: split.validation,
    size: window,
    batchSize,
    seed: seed + 1,
  });
  const validationNoise = new RandomStream(seed, `${stage}/validation`);
  return trainModel(context, {
    trainable,
    batches: source,
    steps,
    learningRate,
    warmup,
    clip: { value: clip },
    validation: {
      batches: Array.from({ length: Math.max(4, validationStream.batchesInEpoch) }, () =>
        memoryBatch(validationStream.next(), table, validationNoise),
      ),
      every: validateEvery,
      patience,
    },
    file: modelFile("memory", round),
    kind: KIND,
    config: mdnRnn,
    finish: (parameters) => joinWorld(context, { dataset, memory: { config: mdnRnn, parameters } }),
  });
}

async function loadMemory(run: Run, round: Round): Promise<Parameters> {
  return (await loadCheckpoint(run.path(modelFile("memory", round)), { kind: KIND })).parameters;
}

/** The latents of the first round and of all later ones, their episodes numbered on. */
async function trainingData({ run, config, seed, round }: PipelineContext) {
  const { validationFraction } = config.collect;
  const { rewardFloor } = config.memory;
  const lengths: number[] = [];
  const split = { train: [] as number[], validation: [] as number[] };
  const parts: { first: number; tracks: Record<TrackName, Track> }[] = [];
  let shape = { latentSize: 0, actionShape: [] as readonly number[] };
  for (let index = 0; index <= round.index; index++) {
    const latents = await loadLatents(run, { index });
    const first = lengths.length;
    const own = splitEpisodes({ count: latents.lengths.length, validationFraction, seed });
    const times = index > 0 && config.iterate ? config.iterate.weight : 1;
    for (let time = 0; time < times; time++) for (const e of own.train) split.train.push(first + e);
    for (const e of own.validation) split.validation.push(first + e);
    lengths.push(...latents.lengths);
    parts.push({ first, tracks: latentTracks(latents, rewardFloor) });
    shape = { latentSize: latents.latentSize, actionShape: latents.actionShape };
  }
  const joined = (name: TrackName): Track => ({
    ...parts[0].tracks[name],
    data(e) {
      const part = parts.findLast(({ first }) => first <= e) ?? parts[0];
      return part.tracks[name].data(e - part.first);
    },
  });
  const names = Object.keys(parts[0].tracks) as TrackName[];
  const tracks = Object.fromEntries(names.map((name) => [name, joined(name)])) as Record<TrackName, Track>;
  return { tracks, lengths, split, ...shape };
}

function memoryBatch(batch: StreamBatch<TrackName>, table: NoiseTable, noise: RandomStream): MemoryBatch {
  return {
    ...(batch.tracks as Record<TrackName, NdArray>),
    mask: batch.mask as NdArray,
    restart: batch.restart as NdArray,
    normal: normalRows(batch.tracks.mean.shape, table, noise),
  };
}

function latentTracks(latents: Latents, rewardFloor = Number.NEGATIVE_INFINITY): Record<TrackName, Track> {
  const { latentSize: Z, lengths } = latents;
  const firstStep = new Uint32Array(lengths.length);
  for (let e = 1; e < lengths.length; e++) firstStep[e] = firstStep[e - 1] + lengths[e - 1];
  const perObservation = (data: Float32Array): Track => ({
    per: "observation",
    layout: { dtype: "float32", shape: [Z] },
    data: (e) => data.subarray((firstStep[e] + e) * Z, (firstStep[e] + e + lengths[e] + 1) * Z),
  });
  const perStep = (data: Float32Array | Int32Array, shape: readonly number[] = []): Track => {
    const size = sizeOf(shape);
    return {
      per: "step",
      layout: { dtype: data instanceof Int32Array ? "int32" : "float32", shape: [...shape] },
      data: (e) => data.subarray(firstStep[e] * size, (firstStep[e] + lengths[e]) * size),
    };
  };
  return {
    mean: perObservation(latents.mean),
    logStd: perObservation(latents.logStd),
    action: perStep(latents.actions, latents.actionShape),
    reward: perStep(latents.rewards.map((reward) => Math.max(reward, rewardFloor))),
    done: perStep(latents.dones),
  };
}
