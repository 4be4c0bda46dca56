import * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../compute/array.ts";
import {
  attend,
  attendFeaturesFirst,
  causalMask,
  HIDDEN,
  projectFeaturesFirst,
  projectFromFeaturesFirst,
} from "./attention-products.ts";
import { glorotNormal } from "./initializers.ts";
import { rotary } from "./rotary.ts";
import type { NormalDraw, Weights } from "./weights.ts";

/*
 * Multi-head self-attention (Vaswani et al. 2017, section 3.2) along one axis of frames of tokens, x (B, T, S, d): T frames of
 * S places, width d. Heads have c = d / heads features each. No biases.
 */

export interface AttentionOptions {
  readonly heads: number;
  /** Whether queries and keys are turned by their frame's number (rotary.ts); along time only. Default false. */
  readonly rotary?: boolean;
}

/** What earlier frames left for later ones to look at, the oldest first. */
export interface PastFrames {
  /** Keys (B, S, heads, P, c), of which the last ones are filled. */
  readonly keys: tf.Tensor;
  /** Values (B, S, heads, P, c). */
  readonly values: tf.Tensor;
}

/** A frame attended to its past, and what it leaves for the next ones. */
export interface AttendedFrame {
  /** (B, S, d). */
  readonly output: tf.Tensor;
  /** Key and value of this frame, (B, S, heads, 1, c). */
  readonly own: PastFrames;
}

/** Attention among the S places of each frame: (B, T, S, d) → (B, T, S, d). */
export function spatialAttention(weights: Weights, name: string, x: tf.Tensor, { heads }: AttentionOptions): tf.Tensor {
  const [places, width] = x.shape.slice(-2);
  const size = width / heads;
  const frames = tf.reshape(x, [-1, places, width]); // (N, S, d)
  const split = (kernel: tf.Tensor): tf.Tensor =>
    tf.reshape(projectFeaturesFirst(frames, kernel), [-1, heads, size, places]);
  const mixed = attendFeaturesFirst(
    split(scaledQuery(weights, name, size)),
    split(weights[`${name}.key`]),
    split(weights[`${name}.value`]),
  );
  const joined = tf.reshape(mixed, [-1, width, places]);
  return tf.reshape(projectFromFeaturesFirst(joined, weights[`${name}.out`]), x.shape);
}

/** Causal attention over the T frames of each place: (B, T, S, d) → (B, T, S, d). A frame sees itself and those before it. */
export function temporalAttention(weights: Weights, name: string, x: tf.Tensor, options: AttentionOptions): tf.Tensor {
  const [batch, frames, places, width] = x.shape as [number, number, number, number];
  const { heads } = options;
  const size = width / heads;
  const positions = options.rotary ? tf.range(0, frames) : undefined;
  const rows = tf.reshape(x, [batch * frames * places, width]);
  const split = (kernel: tf.Tensor, turned: boolean): tf.Tensor => {
    const projected = tf.reshape(tf.matMul(rows, kernel), [batch, frames, places, heads, size]);
    const series = tf.reshape(tf.transpose(projected, [0, 2, 3, 1, 4]), [batch * places * heads, frames, size]);
    return turned && positions ? rotary(series, positions) : series;
  };
  const mixed = attend(
    split(scaledQuery(weights, name, size), true),
    split(weights[`${name}.key`], true),
    split(weights[`${name}.value`], false),
    causalMask(frames),
  );
  const joined = tf.transpose(tf.reshape(mixed, [batch, places, heads, frames, size]), [0, 3, 1, 2, 4]);
  return tf.reshape(tf.matMul(tf.reshape(joined, rows.shape), weights[`${name}.out`]), x.shape);
}

/**
 * The same for one frame after P remembered ones: x (B, S, d). `count` (B) says how many of them each row of the batch has
 * seen, up to P; `position` (B) is the frame's number, needed with rotary only.
 */
export function temporalAttentionStep(
  weights: Weights,
  name: string,
  x: tf.Tensor,
  options: AttentionOptions & { past: PastFrames; count: tf.Tensor; position: tf.Tensor },
): AttendedFrame {
  const [batch, places, width] = x.shape as [number, number, number];
  const { heads, past, count, position } = options;
  const size = width / heads;
  const rows = tf.reshape(x, [batch * places, width]);
  const split = (kernel: tf.Tensor, turned: boolean): tf.Tensor => {
    const one = tf.reshape(tf.matMul(rows, kernel), [batch, places, heads, 1, size]);
    return turned && options.rotary ? rotary(one, tf.reshape(position, [batch, 1, 1, 1, 1])) : one;
  };
  const own = { keys: split(weights[`${name}.key`], true), values: split(weights[`${name}.value`], false) };
  const query = split(scaledQuery(weights, name, size), true);
  const mixed = attendToPast(query, own, past, unfilled(count, past.keys.shape[3]!));
  const output = tf.matMul(tf.reshape(mixed, rows.shape), weights[`${name}.out`]);
  return { output: tf.reshape(output, x.shape), own };
}

/**
 * Attention of one frame (query, own key and value: (B, S, h, 1, c)) to P past ones and itself. The own key and value have
 * products of their own: joined to the past they would have to be copied with all of it.
 */
function attendToPast(query: tf.Tensor, own: PastFrames, past: PastFrames, mask: tf.Tensor): tf.Tensor {
  const [batch, places, heads, length, size] = past.keys.shape as [number, number, number, number, number];
  const merged = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [batch, places * heads, -1, size]);
  const before = tf.matMul(merged(query), merged(past.keys), false, true); // (B, S·h, 1, P)
  const now = tf.sum(tf.mul(merged(query), merged(own.keys)), -1, true); // (B, S·h, 1, 1)
  const hidden = tf.add(before, tf.reshape(mask, [batch, 1, 1, length]));
  const [shares, ownShare] = tf.split(tf.softmax(tf.concat([hidden, now], -1)), [length, 1], -1);
  return tf.add(tf.matMul(shares, merged(past.values)), tf.mul(ownShare, merged(own.values)));
}

/** The past with a frame more; the oldest falls out. */
export function remember(past: PastFrames, own: PastFrames): PastFrames {
  const later = (before: tf.Tensor, now: tf.Tensor): tf.Tensor => {
    const [batch, places, heads, length, size] = before.shape as [number, number, number, number, number];
    const kept = tf.slice(before, [0, 0, 0, 1, 0], [batch, places, heads, length - 1, size]);
    return tf.concat([kept, now], 3);
  };
  return { keys: later(past.keys, own.keys), values: later(past.values, own.values) };
}

/** (B, length): hides the places of a past of which only the last `count` (B) are filled. */
function unfilled(count: tf.Tensor, length: number): tf.Tensor {
  const ages = tf.range(length, 0, -1); // frames ago
  const hidden = tf.greater(ages, tf.expandDims(count, 1)); // (B, length)
  return tf.mul(tf.cast(hidden, "float32"), HIDDEN);
}

/** 1/√c goes into the small array, not into the scores. */
const scaledQuery = (weights: Weights, name: string, size: number): tf.Tensor =>
  tf.mul(weights[`${name}.query`], 1 / Math.sqrt(size));

/** Four square kernels: query, key, value and out. */
export function attentionParameters(name: string, width: number, draw: NormalDraw): Parameters {
  const kernel = () => glorotNormal([width, width], width, width, draw);
  return {
    [`${name}.query`]: kernel(),
    [`${name}.key`]: kernel(),
    [`${name}.value`]: kernel(),
    [`${name}.out`]: kernel(),
  };
}
