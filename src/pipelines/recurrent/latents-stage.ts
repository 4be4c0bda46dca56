import type * as tf from "@tensorflow/tfjs";
import type { NdArray, Parameters } from "../../compute/array.ts";
import { loadCheckpoint, saveCheckpoint } from "../../compute/checkpoint.ts";
import { compile } from "../../compute/compile.ts";
import { layoutSize } from "../../data/array-layout.ts";
import type { Dataset } from "../../data/dataset.ts";
import { encode } from "../../world-models/recurrent/vae.ts";
import { unitFrames } from "../../world-models/unit-frames.ts";
import type { Run } from "../run.ts";
import type { PipelineContext } from "./context.ts";
import { inRound, type Round } from "./rounds.ts";
import { loadVision } from "./vision-stage.ts";

const KIND = "latents";
const BATCH = 256;

/** All episodes as V sees them, one after another; M trains on nothing else. Row counts: N = Σ T, N + E observations. */
export interface Latents {
  readonly latentSize: number;
  /** (N + E, Z) each. */
  readonly mean: Float32Array;
  readonly logStd: Float32Array;
  /** Of one action; empty for a discrete one. */
  readonly actionShape: readonly number[];
  /** (N, …action shape), (N), (N): the step's action, its reward, and 1 where it terminated the episode. */
  readonly actions: Int32Array | Float32Array;
  readonly rewards: Float32Array;
  readonly dones: Float32Array;
  /** T of each of E episodes. */
  readonly lengths: Int32Array;
}

/** Encodes every frame of every episode into `latents.safetensors`, or that of a later round. */
export async function encodeEpisodes(context: PipelineContext, dataset: Dataset): Promise<number> {
  const { run, signal } = context;
  const { config, parameters } = await loadVision(run.directory);
  const Z = config.latentSize;
  const steps = dataset.counts.steps;
  const observations = steps + dataset.count;
  const mean = new Float32Array(observations * Z);
  const logStd = new Float32Array(observations * Z);
  const actionSize = layoutSize(dataset.action);
  const Numbers = dataset.action.dtype.startsWith("float") ? Float32Array : Int32Array;
  const actions = new Numbers(steps * actionSize);
  const rewards = new Float32Array(steps);
  const dones = new Float32Array(steps);

  const encoder = compile<{ frames: NdArray }, { mean: tf.Tensor; logStd: tf.Tensor }, Parameters>(
    ({ frames }, weights) => {
      const { mean, logStd } = encode(weights, unitFrames(frames));
      return { mean, logStd };
    },
    { name: "encoder", constants: parameters },
  );
  const progress = context.progress.stage({
    name: inRound("encode", context.round),
    total: observations,
    unit: "frames",
  });
  const frameShape = dataset.observation.shape;
  const frameSize = frameShape.reduce((product, dimension) => product * dimension, 1);
  // Frames wait in a batch of one size, whatever the episodes' lengths; the last one is padded.
  let waiting = new Uint8Array(BATCH * frameSize);
  let filled = 0;
  let written = 0;
  let running: Promise<void> = Promise.resolve();
  const flush = async () => {
    const frames: NdArray = { shape: [BATCH, ...frameShape], dtype: "uint8", data: waiting };
    const rows = filled;
    waiting = new Uint8Array(BATCH * frameSize);
    filled = 0;
    await running; // one batch is encoded while the next one is read
    const at = written;
    written += rows;
    running = encoder.run({ frames }).then((out) => {
      mean.set((out.mean.data as Float32Array).subarray(0, rows * Z), at * Z);
      logStd.set((out.logStd.data as Float32Array).subarray(0, rows * Z), at * Z);
      progress.update(at + rows);
    });
  };
  try {
    let step = 0;
    for (let e = 0, next = dataset.episode(0); e < dataset.count; e++) {
      signal?.throwIfAborted();
      const episode = await next;
      if (e + 1 < dataset.count) next = dataset.episode(e + 1);
      actions.set(episode.actions as ArrayLike<number>, step * actionSize);
      rewards.set(episode.rewards, step);
      step += episode.steps;
      dones[step - 1] = Number(episode.terminated);
      for (let t = 0; t <= episode.steps; t++) {
        waiting.set(
          (episode.observations as Uint8Array).subarray(t * frameSize, (t + 1) * frameSize),
          filled * frameSize,
        );
        if (++filled === BATCH) await flush();
      }
    }
    await flush();
    await running;
  } finally {
    await running.catch(() => undefined);
    await encoder.dispose();
  }
  const rows = (data: Float32Array | Int32Array, ...shape: number[]): NdArray => ({
    shape,
    dtype: data instanceof Int32Array ? "int32" : "float32",
    data,
  });
  await saveCheckpoint(latentsPath(run, context.round), {
    kind: KIND,
    config: { latentSize: Z },
    parameters: {
      mean: rows(mean, observations, Z),
      logStd: rows(logStd, observations, Z),
      actions: rows(actions, steps, ...dataset.action.shape),
      rewards: rows(rewards, steps),
      dones: rows(dones, steps),
      lengths: rows(Int32Array.from(dataset.lengths), dataset.count),
    },
  });
  progress.done();
  return observations;
}

export async function loadLatents(run: Run, round: Pick<Round, "index">): Promise<Latents> {
  const { config, parameters } = await loadCheckpoint(latentsPath(run, round), { kind: KIND });
  return {
    latentSize: (config as { latentSize: number }).latentSize,
    mean: parameters.mean.data as Float32Array,
    logStd: parameters.logStd.data as Float32Array,
    actionShape: parameters.actions.shape.slice(1),
    actions: parameters.actions.data as Int32Array,
    rewards: parameters.rewards.data as Float32Array,
    dones: parameters.dones.data as Float32Array,
    lengths: parameters.lengths.data as Int32Array,
  };
}

const latentsPath = (run: Run, round: Pick<Round, "index">) => run.path(`${inRound("latents", round)}.safetensors`);
