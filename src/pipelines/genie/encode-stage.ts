import * as tf from "@tensorflow/tfjs";
import type { NdArray, Parameters } from "../../compute/array.ts";
import { loadCheckpoint, saveCheckpoint } from "../../compute/checkpoint.ts";
import { compile } from "../../compute/compile.ts";
import { Discrete } from "../../core/spaces/discrete.ts";
import { layoutSize } from "../../data/array-layout.ts";
import type { Dataset } from "../../data/dataset.ts";
import { sequenceWindows } from "../../data/sequence-windows.ts";
import { splitEpisodes } from "../../data/split-episodes.ts";
import { type LatentActionTable, latentActionNames, latentActionTable } from "../../evaluation/latent-action-table.ts";
import { inferLatentActions } from "../../world-models/genie/latent-action-model.ts";
import { encodeFrames, tokensOfCodes } from "../../world-models/genie/video-tokenizer.ts";
import { unitFrames } from "../../world-models/unit-frames.ts";
import type { Run } from "../run.ts";
import type { GenieContext } from "./context.ts";
import { loadLatentActions } from "./latent-actions-stage.ts";
import { loadTokenizer } from "./tokenizer-stage.ts";

const KIND = "tokens";
const FILE = "tokens.safetensors";
/** Steps of a window. */
const WINDOW = 48;
/** An episode's last window is filled up to a multiple of this part of a whole one: as many graphs are compiled. */
const SHORTER = 4;

/** All episodes as the dynamics see them, one after another: E episodes, N = Σ T steps, N + E frames. */
export interface TokenizedEpisodes {
  /** (N + E, S). */
  readonly tokens: Int32Array;
  /** Tokens a frame. */
  readonly places: number;
  /** (N): what the latent action model says of each step. */
  readonly latentActions: Int32Array;
  /** (N, A): actions as numbers, discrete ones one-hot. */
  readonly actions: Float32Array;
  readonly actionSize: number;
  /** (N), and 1 where the step terminated the episode. */
  readonly rewards: Float32Array;
  readonly dones: Float32Array;
  /** T of each episode. */
  readonly lengths: Int32Array;
}

/**
 * Tokens of every frame and latent actions of every step, into `tokens.safetensors`; what the latter mean, on held-out episodes,
 * in the words of the real ones' `meanings`.
 */
export async function encodeVideos(context: GenieContext, dataset: Dataset, meanings?: readonly string[]) {
  const { run, config, signal } = context;
  const tokenizer = await loadTokenizer(run);
  const latent = await loadLatentActions(run);
  const { steps } = dataset.counts;
  const frameShape = dataset.observation.shape;
  const places = (frameShape[0] / tokenizer.config.patch) * (frameShape[1] / tokenizer.config.patch);
  const tokens = new Int32Array((steps + dataset.count) * places);
  const latentActions = new Int32Array(steps);
  const encoder = compile<{ frames: NdArray }, { tokens: tf.Tensor; actions: tf.Tensor }, Parameters>(
    ({ frames }, weights) => {
      const unit = unitFrames(frames);
      const flat = tf.reshape(unit, [-1, ...frameShape]);
      return {
        tokens: tokensOfCodes(tokenizer.config, encodeFrames(tokenizer.config, weights, flat)),
        actions: inferLatentActions(latent.config, weights, unit),
      };
    },
    { name: "video encoder", constants: { ...tokenizer.parameters, ...latent.parameters } },
  );
  const actionSize = dataset.actionSpace.flatSize;
  const actions = new Float32Array(steps * actionSize);
  const rewards = new Float32Array(steps);
  const dones = new Float32Array(steps);
  const progress = context.progress.stage({ name: "encode", total: dataset.count, unit: "episodes" });

  const frameSize = layoutSize(dataset.observation);
  const part = Math.ceil(WINDOW / SHORTER);
  let running: Promise<void> = Promise.resolve();
  /** Encodes a window while the next one is read. */
  const encode = async (seen: Uint8Array, at: { frame: number; step: number; length: number }) => {
    const { frame, step, length } = at;
    const shape = [1, Math.ceil(length / part) * part + 1, ...frameShape];
    const data = new Uint8Array(shape[1] * frameSize); // ends in zeros
    data.set(seen);
    await running;
    running = encoder.run({ frames: { shape, dtype: "uint8", data } }).then((out) => {
      tokens.set(out.tokens.data.subarray(0, (length + 1) * places), frame * places);
      latentActions.set(out.actions.data.subarray(0, length), step);
    });
    running.catch(() => undefined); // told to whoever waits for it
  };
  try {
    let first = 0; // step of the episode
    for (let e = 0, next = dataset.episode(0); e < dataset.count; e++) {
      signal?.throwIfAborted();
      const episode = await next;
      if (e + 1 < dataset.count) next = dataset.episode(e + 1);
      for (const { start, length } of sequenceWindows({ lengths: [episode.steps], size: WINDOW, stride: WINDOW })) {
        const seen = (episode.observations as Uint8Array).subarray(start * frameSize, (start + length + 1) * frameSize);
        await encode(seen, { frame: first + e + start, step: first + start, length });
      }
      rewards.set(episode.rewards, first);
      dones[first + episode.steps - 1] = Number(episode.terminated);
      const width = layoutSize(dataset.action);
      for (let t = 0; t < episode.steps; t++) {
        const raw = episode.actions.subarray(t * width, (t + 1) * width);
        const action = dataset.action.shape.length === 0 ? raw[0] : raw;
        actions.set(dataset.actionSpace.flatten(action), (first + t) * actionSize);
      }
      first += episode.steps;
      progress.update(e + 1);
    }
    await running;
  } finally {
    await running.catch(() => undefined);
    await encoder.dispose();
  }
  const rows = (data: NdArray["data"], ...shape: number[]): NdArray => ({
    shape,
    dtype: data instanceof Int32Array ? "int32" : "float32",
    data,
  });
  await saveCheckpoint(run.path(FILE), {
    kind: KIND,
    config: {},
    parameters: {
      tokens: rows(tokens, steps + dataset.count, places),
      latentActions: rows(latentActions, steps),
      actions: rows(actions, steps, actionSize),
      rewards: rows(rewards, steps),
      dones: rows(dones, steps),
      lengths: rows(Int32Array.from(dataset.lengths), dataset.count),
    },
  });
  progress.done();
  const frameCount = steps + dataset.count;
  if (!(dataset.actionSpace instanceof Discrete)) return { frames: frameCount };
  const table = meaningOf({ latentActions, actions, actionSize, lengths: dataset.lengths }, latent.config.count, {
    heldOut: splitEpisodes({
      count: dataset.count,
      validationFraction: config.collect.validationFraction,
      seed: context.seed,
    }).validation,
  });
  const names = latentActionNames(table, meanings);
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  context.progress.note(
    `Latent actions: ${names.map((name, i) => `${i} ${name}`).join(", ")}; purity ${percent(table.purity)}, ${percent(table.base)} without them`,
  );
  return { frames: frameCount, latentActions: { ...table, names } };
}

/** Latent actions against one-hot real ones. */
function meaningOf(
  encoded: { latentActions: Int32Array; actions: Float32Array; actionSize: number; lengths: ArrayLike<number> },
  latentCount: number,
  { heldOut }: { heldOut: ArrayLike<number> },
): LatentActionTable {
  const { latentActions, actions, actionSize, lengths } = encoded;
  const firstStep = [0];
  for (let e = 0; e < lengths.length; e++) firstStep.push(firstStep[e] + lengths[e]);
  const steps = Array.from(heldOut).flatMap((e) => Array.from({ length: lengths[e] }, (_, t) => firstStep[e] + t));
  return latentActionTable({
    latent: steps.map((t) => latentActions[t]),
    real: steps.map((t) => actions.subarray(t * actionSize, (t + 1) * actionSize).indexOf(1)),
    latentCount,
    realCount: actionSize,
  });
}

export async function loadTokens(run: Run): Promise<TokenizedEpisodes> {
  const { parameters } = await loadCheckpoint(run.path(FILE), { kind: KIND });
  const data = <T>(name: string) => parameters[name].data as T;
  return {
    tokens: data<Int32Array>("tokens"),
    places: parameters.tokens.shape[1],
    latentActions: data<Int32Array>("latentActions"),
    actions: data<Float32Array>("actions"),
    actionSize: parameters.actions.shape[1],
    rewards: data<Float32Array>("rewards"),
    dones: data<Float32Array>("dones"),
    lengths: data<Int32Array>("lengths"),
  };
}
