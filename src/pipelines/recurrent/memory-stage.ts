import { rm } from "node:fs/promises";
import * as tf from "@tensorflow/tfjs";
import type { NdArray } from "../../compute/array.ts";
import { saveCheckpoint } from "../../compute/checkpoint.ts";
import { NoiseTable } from "../../core/noise-table.ts";
import { RandomStream } from "../../core/random.ts";
import type { Dataset } from "../../data/dataset.ts";
import { SequenceStream, type StreamBatch } from "../../data/sequence-stream.ts";
import type { Track } from "../../data/sequence-windows.ts";
import type { EpisodeSplit } from "../../data/split-episodes.ts";
import { type FitResult, fit } from "../../training/fit.ts";
import { cosine } from "../../training/schedule.ts";
import type { BatchSource, Trainable } from "../../training/trainable.ts";
import { MdnRnnConfig, mdnRnnLoss, mdnRnnParameters } from "../../world-models/recurrent/mdn-rnn.ts";
import { encodeActions, RecurrentConfig } from "../../world-models/recurrent/recurrent-world-model.ts";
import type { PipelineContext } from "./context.ts";
import { type Latents, loadLatents } from "./latents-stage.ts";
import { normalRows } from "./normal-rows.ts";
import { joinWorld } from "./world-stage.ts";

type MemoryBatch = Record<"mean" | "logStd" | "action" | "reward" | "done" | "mask" | "restart" | "normal", NdArray>;
type MemoryCarry = { hidden: NdArray; cell: NdArray };
type TrackName = "mean" | "logStd" | "action" | "reward" | "done";

const KIND = "mdn-rnn";

/** Trains M on the latents and joins it with V to a world; the weights are kept in `models/memory.safetensors`. */
export async function trainMemory(
  context: PipelineContext,
  { dataset, split }: { dataset: Dataset; split: EpisodeSplit },
): Promise<FitResult> {
  const { run, config, seed, signal } = context;
  const { batchSize, window, steps, learningRate, warmup, clip, validateEvery, patience, ...model } = config.memory;
  const { actionSpace } = dataset;
  const latents = await loadLatents(run.path("latents.safetensors"));
  const mdnRnn = MdnRnnConfig.parse({
    ...model,
    latentSize: latents.latentSize,
    actionSize: actionSpace.flatSize,
  });
  const recurrent = RecurrentConfig.parse({ mdnRnn });
  const tracks = latentTracks(latents);
  const { lengths } = latents;

  const stream = new SequenceStream({ tracks, lengths, episodes: split.train, size: window, batchSize, seed });
  const table = new NoiseTable(seed);
  let drawn = 0;
  const source: BatchSource<MemoryBatch> = {
    next() {
      const noise = new RandomStream(seed, `memory/noise/${drawn++}`);
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
  const zeros = (): NdArray => ({
    shape: [batchSize, mdnRnn.hiddenSize],
    dtype: "float32",
    data: new Float32Array(batchSize * mdnRnn.hiddenSize),
  });
  const trainable: Trainable<MemoryBatch, MemoryCarry> = {
    name: "memory",
    parameters: mdnRnnParameters(mdnRnn, () => init.normal()),
    carry: { hidden: zeros(), cell: zeros() },
    loss(weights, batch, carry) {
      const [rows, length] = batch.action.shape;
      const encoded = encodeActions(recurrent, actionSpace, tf.reshape(batch.action, [rows * length]));
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
  const validationNoise = new RandomStream(seed, "memory/validation");
  const snapshot = run.path("models", "memory.training.safetensors");
  const result = await fit({
    trainable,
    batches: source,
    steps,
    learningRate: cosine({ rate: learningRate, steps, warmup }),
    clip: { value: clip },
    validation: {
      batches: Array.from({ length: Math.max(4, validationStream.batchesInEpoch) }, () =>
        memoryBatch(validationStream.next(), table, validationNoise),
      ),
      every: validateEvery,
      patience,
    },
    snapshot,
    metrics: run.path("metrics.jsonl"),
    progress: (done) => context.progress.stage({ name: "memory", total: steps, unit: "steps", done }),
    signal,
  });
  const { parameters } = result;
  await saveCheckpoint(run.path("models", "memory.safetensors"), { kind: KIND, config: mdnRnn, parameters });
  await joinWorld(context, { dataset, memory: { config: mdnRnn, parameters } });
  await rm(snapshot, { force: true }); // last, so that an interrupt before here costs no training
  return result;
}

function memoryBatch(batch: StreamBatch<TrackName>, table: NoiseTable, noise: RandomStream): MemoryBatch {
  return {
    ...(batch.tracks as Record<TrackName, NdArray>),
    mask: batch.mask as NdArray,
    restart: batch.restart as NdArray,
    normal: normalRows(batch.tracks.mean.shape, table, noise),
  };
}

function latentTracks(latents: Latents): Record<TrackName, Track> {
  const { latentSize: Z, lengths } = latents;
  const firstStep = new Uint32Array(lengths.length);
  for (let e = 1; e < lengths.length; e++) firstStep[e] = firstStep[e - 1] + lengths[e - 1];
  const perObservation = (data: Float32Array): Track => ({
    per: "observation",
    layout: { dtype: "float32", shape: [Z] },
    data: (e) => data.subarray((firstStep[e] + e) * Z, (firstStep[e] + e + lengths[e] + 1) * Z),
  });
  const perStep = (data: Float32Array | Int32Array): Track => ({
    per: "step",
    layout: { dtype: data instanceof Int32Array ? "int32" : "float32", shape: [] },
    data: (e) => data.subarray(firstStep[e], firstStep[e] + lengths[e]),
  });
  return {
    mean: perObservation(latents.mean),
    logStd: perObservation(latents.logStd),
    action: perStep(latents.actions),
    reward: perStep(latents.rewards),
    done: perStep(latents.dones),
  };
}
