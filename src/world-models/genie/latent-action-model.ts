import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Parameters } from "../../compute/array.ts";
import { dense, denseParameters } from "../../nn/dense.ts";
import { patchesOf } from "../../nn/embedding-patches.ts";
import { codebookSize, fsq, fsqIndices } from "../../nn/fsq.ts";
import { type StTransformerShape, stTransformer, stTransformerParameters } from "../../nn/st-transformer.ts";
import type { NormalDraw, Weights } from "../../nn/weights.ts";
import { type FrameSize, placesOf, positionParameters, withPositions } from "./frame-grid.ts";

/*
 * What happened between two frames, as one of a few codes, learned from pixels alone (Bruce et al. 2024, section 2.1, "Latent
 * Action Model"). The encoder sees x_1 … x_{t+1} and says a_t; the decoder sees x_1 … x_t and a_t and must draw x_{t+1}. All
 * that the past does not tell about the next frame has to pass through a handful of codes, and what explains most of it is
 * what the player did. The decoder is of no use afterwards. Frames go in as pixels: from tokens the paper's control is worse.
 */

export const LatentActionConfig = z.strictObject({
  /** Levels of each number of a code; their product is |A|, the number of latent actions. */
  levels: z.array(z.int().min(2)).min(1).default([2, 2, 2]),
  /** Side of a patch in pixels. */
  patch: z.literal([4, 8, 16]).default(16),
  width: z.int().positive().default(128),
  heads: z.int().positive().default(4),
  encoderBlocks: z.int().positive().default(2),
  decoderBlocks: z.int().positive().default(2),
  /** The spread of each number of a code within a batch, below which the loss presses it apart. */
  spread: z.number().nonnegative().default(0.6),
  /** How much that counts. */
  spreadWeight: z.number().nonnegative().default(1),
});
export type LatentActionConfig = z.output<typeof LatentActionConfig>;

/** |A|. */
export const latentActionCount = ({ levels }: LatentActionConfig): number => codebookSize(levels);

const MIDDLE = 0.5;
/** Makes losses of about 1. */
const LOSS_SCALE = 100;

export function latentActionParameters(config: LatentActionConfig, frame: FrameSize, draw: NormalDraw): Parameters {
  return { ...latentEncoderParameters(config, frame, draw), ...latentDecoderParameters(config, frame, draw) };
}

function latentEncoderParameters(config: LatentActionConfig, frame: FrameSize, draw: NormalDraw): Parameters {
  const { width, patch, levels } = config;
  const places = placesOf(frame, patch);
  return {
    ...denseParameters("actions.patch", { inputs: 2 * patchSize(config, frame), outputs: width }, draw),
    ...positionParameters("actions.encoder", { places, width }, draw),
    ...stTransformerParameters("actions.encoder", encoderShape(config), draw),
    ...denseParameters("actions.pool", { inputs: width, outputs: width }, draw),
    ...denseParameters("actions.code", { inputs: width, outputs: levels.length }, draw),
  };
}

function latentDecoderParameters(config: LatentActionConfig, frame: FrameSize, draw: NormalDraw): Parameters {
  const { width, patch } = config;
  const places = placesOf(frame, patch);
  const pixels = patchSize(config, frame);
  return {
    ...denseParameters("actions.past", { inputs: 2 * pixels, outputs: width }, draw),
    ...positionParameters("actions.decoder", { places, width }, draw),
    ...stTransformerParameters("actions.decoder", decoderShape(config), draw),
    ...denseParameters("actions.pixels", { inputs: width, outputs: pixels }, draw, 0.1),
  };
}

/** Weights that infer actions: all but the decoder's, which nothing needs once training is over. */
export function latentEncoderOnly(parameters: Parameters): Parameters {
  const decoder = ["actions.past", "actions.decoder", "actions.pixels"];
  return Object.fromEntries(
    Object.entries(parameters).filter(
      ([name]) => name.startsWith("actions.") && !decoder.some((part) => name.startsWith(`${part}.`)),
    ),
  );
}

/** Frames (B, T+1, H, W, C) in [0, 1] → codes of what happened between them, (B, T, D) in [−1, 1], and those before rounding. */
function encodeActions(config: LatentActionConfig, weights: Weights, frames: tf.Tensor) {
  const patches = patchSeries(config, frames); // (B, T+1, S, 2·p·p·C)
  const [batch, length, places] = patches.shape as [number, number, number];
  const x = tf.reshape(rows(weights, "actions.patch", patches), [batch, length, places, config.width]);
  const seen = stTransformer(
    weights,
    "actions.encoder",
    withPositions(weights, "actions.encoder", x),
    encoderShape(config),
  );
  const later = tf.slice(seen, [0, 1, 0, 0], [batch, length - 1, places, config.width]);
  const local = tf.reshape(tf.relu(rows(weights, "actions.pool", later)), later.shape);
  const z = rows(weights, "actions.code", tf.mean(local, 2)); // (B·T, D)
  return fsq(tf.reshape(z, [batch, length - 1, config.levels.length]), config.levels);
}

/** The latent action between each two frames: (B, T+1, H, W, C) in [0, 1] → (B, T) of int32 in [0, |A|). */
export function inferLatentActions(config: LatentActionConfig, weights: Weights, frames: tf.Tensor): tf.Tensor {
  return fsqIndices(encodeActions(config, weights, frames).codes, config.levels);
}

/** Squared error of the drawn next frames, averaged over pixels; frames (B, T+1, H, W, C) in [0, 1], mask (B, T): 1 where there is a step. */
export function latentActionLoss(
  config: LatentActionConfig,
  weights: Weights,
  { frames, mask }: { frames: tf.Tensor; mask: tf.Tensor },
) {
  const { codes, bounded } = encodeActions(config, weights, frames);
  const patches = patchSeries(config, frames);
  const [batch, length, places, features] = patches.shape as [number, number, number, number];
  const past = tf.slice(patches, [0, 0, 0, 0], [batch, length - 1, places, features]);
  const x = tf.reshape(rows(weights, "actions.past", past), [batch, length - 1, places, config.width]);
  const seen = stTransformer(
    weights,
    "actions.decoder",
    withPositions(weights, "actions.decoder", x),
    decoderShape(config),
    codes,
  );
  const change = tf.reshape(rows(weights, "actions.pixels", seen), [batch, length - 1, places, features / 2]);
  const actual = tf.slice(patches, [0, 1, 0, features / 2], [batch, length - 1, places, features / 2]); // x_{t+1} − x_t
  const steps = tf.maximum(tf.sum(mask), 1);
  const average = (perStep: tf.Tensor) => tf.div(tf.sum(tf.mul(perStep, mask)), steps); // (B, T) → one number
  const error = average(tf.mean(tf.square(tf.sub(change, actual)), [2, 3]));
  const still = average(tf.mean(tf.square(actual), [2, 3]));
  const spread = tf.sqrt(tf.add(varianceOf(tf.reshape(bounded, [-1, config.levels.length])), 1e-6)); // (D)
  const crowding = tf.mean(tf.square(tf.relu(tf.sub(config.spread, spread))));
  return {
    loss: tf.add(tf.mul(error, LOSS_SCALE), tf.mul(crowding, config.spreadWeight)) as tf.Scalar,
    // 1: all change is drawn; 0: no better than a frame that stays as it is.
    metrics: { error, explained: tf.sub(1, tf.div(error, tf.add(still, 1e-8))), spread: tf.mean(spread) },
  };
}

function varianceOf(x: tf.Tensor): tf.Tensor {
  return tf.mean(tf.square(tf.sub(x, tf.mean(x, 0, true))), 0);
}

/** Patches of frames (B, T, H, W, C) and, behind them, of their change since the frame before: (B, T, S, 2·p·p·C). */
function patchSeries({ patch }: LatentActionConfig, frames: tf.Tensor): tf.Tensor {
  const [batch, length, height, width, channels] = frames.shape as [number, number, number, number, number];
  const flat = patchesOf(tf.reshape(frames, [batch * length, height, width, channels]), patch);
  const [, places, size] = flat.shape;
  const series = tf.reshape(flat, [batch, length, places, size]);
  const first = tf.slice(series, [0, 0, 0, 0], [batch, 1, places, size]);
  const before = tf.concat([first, tf.slice(series, [0, 0, 0, 0], [batch, length - 1, places, size])], 1);
  return tf.concat([tf.sub(series, MIDDLE), tf.sub(series, before)], 3);
}

function rows(weights: Weights, name: string, x: tf.Tensor): tf.Tensor {
  return dense(weights, name, tf.reshape(x, [-1, x.shape.at(-1)!]));
}

const patchSize = ({ patch }: LatentActionConfig, { channels }: FrameSize): number => patch * patch * channels;

function encoderShape({ width, heads, encoderBlocks }: LatentActionConfig): StTransformerShape {
  return { width, heads, blocks: encoderBlocks, rotary: true };
}

function decoderShape({ width, heads, decoderBlocks, levels }: LatentActionConfig): StTransformerShape {
  return { width, heads, blocks: decoderBlocks, rotary: true, condition: levels.length };
}
