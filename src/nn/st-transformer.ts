import * as tf from "@tensorflow/tfjs";
import { type Arrays, type Parameters, zeros } from "../compute/array.ts";
import { adaptiveNorm, adaptiveNormParameters } from "./adaptive-norm.ts";
import {
  attentionParameters,
  type PastFrames,
  remember,
  spatialAttention,
  temporalAttention,
  temporalAttentionStep,
} from "./attention.ts";
import { feedForward, feedForwardParameters } from "./feed-forward.ts";
import { layerNorm, layerNormParameters } from "./layer-norm.ts";
import type { NormalDraw, Weights } from "./weights.ts";

/*
 * The ST-transformer (Xu et al. 2020; Bruce et al. 2024, section 2.1): each block attends over the places of a frame, then
 * causally over the frames of a place, then has one feed-forward, none between the two. Every part reads a normalized
 * x and adds to x (pre-norm, Xiong et al. 2020). Cost grows with T·S², not with (T·S)².
 */

export interface StTransformerShape {
  readonly width: number;
  readonly heads: number;
  readonly blocks: number;
  /** Inside of the feed-forward; default 4 · width. */
  readonly hidden?: number;
  /** Length of the vector that each frame is conditioned on (an action); left out: none. */
  readonly condition?: number;
  /** Rotary positions along time; else positions are the caller's, added to x. */
  readonly rotary?: boolean;
  /** Whether frames look back at earlier ones; default true. Without it each frame stands alone: a plain transformer. */
  readonly temporal?: boolean;
}

/** What a stack remembers of the frames so far, so that a step computes the new frame only. */
export interface StMemory {
  /** One a block. */
  readonly past: readonly PastFrames[];
  /** (B), how many frames are remembered, at most as many as fit. */
  readonly count: tf.Tensor;
  /** (B), how many frames there were. */
  readonly position: tf.Tensor;
}

/** The memory as arrays, to begin with. */
export type StMemoryArrays = Arrays<StMemory>;

/** x (B, T, S, d) → (B, T, S, d); `condition` (B, T, c) where the shape has one. */
export function stTransformer(
  weights: Weights,
  name: string,
  x: tf.Tensor,
  shape: StTransformerShape,
  condition?: tf.Tensor,
): tf.Tensor {
  let y = x;
  for (let i = 0; i < shape.blocks; i++) {
    const block = `${name}.${i}`;
    y = tf.add(
      y,
      spatialAttention(weights, `${block}.space`, norm(weights, `${block}.space.norm`, y, condition), shape),
    );
    if (shape.temporal ?? true)
      y = tf.add(
        y,
        temporalAttention(weights, `${block}.time`, norm(weights, `${block}.time.norm`, y, condition), shape),
      );
    y = fed(weights, block, y, condition);
  }
  return layerNorm(weights, `${name}.norm`, y);
}

/**
 * The same for the next frame alone: x (B, S, d), `condition` (B, c). The memory is left as it is, so that a frame may be
 * computed several times (MaskGIT decoding); `memory` of the result is the one with this frame in it.
 */
export function stTransformerStep(
  weights: Weights,
  name: string,
  x: tf.Tensor,
  shape: StTransformerShape,
  memory: StMemory,
  condition?: tf.Tensor,
): { output: tf.Tensor; memory: StMemory } {
  const { count, position } = memory;
  let y = x;
  const past = memory.past.map((before, i) => {
    const block = `${name}.${i}`;
    y = tf.add(
      y,
      spatialAttention(weights, `${block}.space`, norm(weights, `${block}.space.norm`, y, condition), shape),
    );
    const own = norm(weights, `${block}.time.norm`, y, condition);
    const seen = temporalAttentionStep(weights, `${block}.time`, own, { ...shape, past: before, count, position });
    y = fed(weights, block, tf.add(y, seen.output), condition);
    return remember(before, seen.own);
  });
  const fitting = memory.past[0].keys.shape[3]!;
  return {
    output: layerNorm(weights, `${name}.norm`, y),
    memory: { past, count: tf.minimum(tf.add(count, 1), fitting), position: tf.add(position, 1) },
  };
}

/** A memory of nothing yet, with room for `frames` frames of `places` places in each of `batch` rows. */
export function emptyStMemory(
  { width, heads, blocks }: StTransformerShape,
  room: { batch: number; frames: number; places: number },
): StMemoryArrays {
  const { batch, frames, places } = room;
  const nothing = () => zeros([batch, places, heads, frames, width / heads]);
  const past = Array.from({ length: blocks }, () => ({ keys: nothing(), values: nothing() }));
  return { past, count: zeros([batch]), position: zeros([batch]) };
}

/** x plus its feed-forward. */
function fed(weights: Weights, block: string, x: tf.Tensor, condition: tf.Tensor | undefined): tf.Tensor {
  const rows = tf.reshape(norm(weights, `${block}.mlp.norm`, x, condition), [-1, x.shape.at(-1)!]);
  return tf.add(x, tf.reshape(feedForward(weights, `${block}.mlp`, rows), x.shape));
}

const norm = (weights: Weights, name: string, x: tf.Tensor, condition: tf.Tensor | undefined): tf.Tensor =>
  condition ? adaptiveNorm(weights, name, x, condition) : layerNorm(weights, name, x);

export function stTransformerParameters(name: string, shape: StTransformerShape, draw: NormalDraw): Parameters {
  const { width, blocks, hidden = 4 * width, condition, temporal = true } = shape;
  let parameters: Parameters = {};
  const normParameters = (part: string): Parameters =>
    condition === undefined
      ? layerNormParameters(part, width)
      : adaptiveNormParameters(part, { width, condition }, draw);
  for (let i = 0; i < blocks; i++) {
    const block = `${name}.${i}`;
    parameters = {
      ...parameters,
      ...normParameters(`${block}.space.norm`),
      ...attentionParameters(`${block}.space`, width, draw),
      ...(temporal && {
        ...normParameters(`${block}.time.norm`),
        ...attentionParameters(`${block}.time`, width, draw),
      }),
      ...normParameters(`${block}.mlp.norm`),
      ...feedForwardParameters(`${block}.mlp`, { width, hidden }, draw),
    };
  }
  return { ...parameters, ...layerNormParameters(`${name}.norm`, width) };
}
