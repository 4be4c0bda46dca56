import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Parameters } from "../../compute/array.ts";
import { conv, convParameters } from "../../nn/conv.ts";
import { dense, denseParameters } from "../../nn/dense.ts";
import { silu } from "../../nn/feed-forward.ts";
import { fsqDigits } from "../../nn/fsq.ts";
import {
  type StMemory,
  type StTransformerShape,
  stTransformer,
  stTransformerParameters,
  stTransformerStep,
} from "../../nn/st-transformer.ts";
import type { NormalDraw, Weights } from "../../nn/weights.ts";
import { positionParameters, withPositions } from "./frame-grid.ts";

/*
 * p(z_{t+1}, r_t, d_t | z_1 … z_t, a_1 … a_t) over tokens (Bruce et al. 2024, section 2.1, "Dynamics Model"). The paper runs one
 * masked transformer over all frames; in training its past is full of masks that it never meets in use, and each MaskGIT
 * pass runs through all of it. Here it is cut in two:
 *
 *   trunk    a causal ST-transformer over whole frames, z_t with the action that led to it → h_t. Its past is cached, so a step
 *            of a dream computes one frame, once.
 *   head     a transformer over the places of the frame to come: h_t, the action a_t, and what stands already of z_{t+1} →
 *            the rest. Only the head runs once a MaskGIT pass.
 *   outcome  a block over the places: h_t and a_t → reward and end. They are foretold, not read off the dreamt frame: its
 *            digits are drawn apart from one another, and what should be a death one time in five would be half a death each
 *            time.
 *
 * The action conditions every layer of them by adaptive norm. Three things make it learn from ten thousands of frames what
 * the paper learns from millions:
 *
 *   digits          a token is not one of K names but D digits, each on a few levels that mean more or less of something
 *                   (FSQ). They are read, hidden, predicted and drawn one by one: what is learned of one token holds for
 *                   those like it, and K may be large, for a sharper picture, at no cost.
 *   neighbourhoods  what scrolls into a place comes from beside it: the trunk reads 3 × 3 places of a frame and of the one
 *                   before, the head 3 × 3 of h. Attention would have to find out first which places are neighbours.
 *   copying         most of a frame stays: the head's logits begin as a preference for the digits that are there.
 */

export const DynamicsConfig = z.strictObject({
  width: z.int().positive().default(128),
  heads: z.int().positive().default(4),
  trunkBlocks: z.int().positive().default(1),
  headBlocks: z.int().positive().default(2),
  /** Inside of the feed-forwards, in widths. */
  expansion: z.int().positive().default(4),
  /** Frames that the trunk can look back at; older ones fall out one by one. */
  context: z.int().min(2).default(8),
  /** MaskGIT passes for a frame. */
  passes: z.int().positive().default(2),
  /** Length of the vector that stands for an action. */
  actionWidth: z.int().positive().default(32),
  /** How much more a step that ends an episode counts in the loss than one that does not. */
  doneWeight: z.number().positive().default(10),
  /** What the reward head calls 1, in the environment's unit. */
  rewardScale: z.number().positive().default(1),
});
export type DynamicsConfig = z.output<typeof DynamicsConfig>;

/** What the dynamics are made for. */
export interface DynamicsShape {
  /** Tokens of a frame from top to bottom and from left to right; S = rows · columns. */
  readonly rows: number;
  readonly columns: number;
  /** Levels of each of a token's D digits; L is the most of them. */
  readonly levels: readonly number[];
  /** Numbers that describe an action: of the real space, then of the latent one; all zero before the first. */
  readonly actionSize: number;
}

/** Per-place width of what reward and end are read from. */
const OUTCOME_WIDTH = 64;
const NEIGHBOURHOOD = 3;
/** Log-odds, about, with which a digit stays what it is before anything is learned. */
const COPY = 2;
/** Logit of a level that a digit does not have. */
const IMPOSSIBLE = -1e4;

/** Digits of a frame, U = S · D: what MaskGIT hides and draws. */
export const digitsOfFrame = ({ rows, columns, levels }: DynamicsShape): number => rows * columns * levels.length;

/** L, the most levels that a digit has; as a digit it stands for one that is hidden. */
export const mostLevels = ({ levels }: Pick<DynamicsShape, "levels">): number => Math.max(...levels);

export function dynamicsParameters(config: DynamicsConfig, shape: DynamicsShape, draw: NormalDraw): Parameters {
  const { width, actionWidth } = config;
  const places = shape.rows * shape.columns;
  const kinds = shape.levels.length * mostLevels(shape);
  return {
    ...denseParameters("dynamics.action", { inputs: shape.actionSize, outputs: actionWidth }, draw),
    ...convParameters("dynamics.frames", { kernel: NEIGHBOURHOOD, inputs: 2 * kinds, outputs: width }, draw),
    ...positionParameters("dynamics.trunk", { places, width }, draw),
    ...stTransformerParameters("dynamics.trunk", trunkShape(config), draw),
    ...denseParameters("dynamics.standing", { inputs: kinds, outputs: width }, draw),
    ...convParameters("dynamics.past", { kernel: NEIGHBOURHOOD, inputs: width, outputs: width }, draw),
    ...positionParameters("dynamics.head", { places, width }, draw),
    ...stTransformerParameters("dynamics.head", headShape(config), draw),
    ...denseParameters("dynamics.logits", { inputs: width, outputs: kinds }, draw, 0.1),
    ...denseParameters("dynamics.copy", { inputs: width, outputs: shape.levels.length }, draw, 0.1),
    ...positionParameters("dynamics.outcome", { places, width }, draw),
    ...stTransformerParameters("dynamics.outcome", outcomeShape(config), draw),
    ...denseParameters("dynamics.outcome", { inputs: width, outputs: OUTCOME_WIDTH }, draw),
    ...denseParameters("dynamics.rewardAndDone", { inputs: OUTCOME_WIDTH, outputs: 2 }, draw, 0.1),
  };
}

/** The trunk over series of frames: tokens (B, T, S), and the numbers (B, T, A) of the action that led to each → h (B, T, S, d). */
export function trunk(
  config: DynamicsConfig,
  shape: DynamicsShape,
  weights: Weights,
  input: { tokens: tf.Tensor; action: tf.Tensor },
): tf.Tensor {
  const [batch, frames, places] = input.tokens.shape as [number, number, number];
  const now = marks(shape, fsqDigits(input.tokens, shape.levels)); // (B, T, S, D·L)
  const [, , , kinds] = now.shape as [number, number, number, number];
  const first = tf.zeros([batch, 1, places, kinds]);
  const before = tf.concat([first, tf.slice(now, [0, 0, 0, 0], [batch, frames - 1, places, kinds])], 1);
  const x = tf.reshape(read(shape, weights, now, before), [batch, frames, places, config.width]);
  const condition = tf.reshape(conditionOf(weights, tf.reshape(input.action, [batch * frames, -1])), [
    batch,
    frames,
    -1,
  ]);
  return stTransformer(
    weights,
    "dynamics.trunk",
    withPositions(weights, "dynamics.trunk", x),
    trunkShape(config),
    condition,
  );
}

/**
 * The same for the next frame alone: tokens (B, S), those of the frame before it where there was one, and the numbers (B, A) of
 * the action that led here → h (B, S, d).
 */
export function trunkStep(
  config: DynamicsConfig,
  shape: DynamicsShape,
  weights: Weights,
  input: { tokens: tf.Tensor; before: tf.Tensor | undefined; action: tf.Tensor },
  memory: StMemory,
): { hidden: tf.Tensor; memory: StMemory } {
  const now = marks(shape, fsqDigits(input.tokens, shape.levels));
  const before = input.before ? marks(shape, fsqDigits(input.before, shape.levels)) : tf.zeros(now.shape);
  const x = withPositions(weights, "dynamics.trunk", read(shape, weights, now, before));
  const condition = conditionOf(weights, input.action);
  const step = stTransformerStep(weights, "dynamics.trunk", x, trunkShape(config), memory, condition);
  return { hidden: step.output, memory: step.memory };
}

/** What head and outcome see of all frames so far: each place's h and those beside it, (N, S, d) → (N, S, d). */
export function pastOf({ rows, columns }: DynamicsShape, weights: Weights, hidden: tf.Tensor): tf.Tensor {
  const grid = tf.reshape(hidden, [-1, rows, columns, hidden.shape[2]!]);
  return tf.reshape(conv(weights, "dynamics.past", grid, 1, "same"), hidden.shape);
}

/**
 * Logits (N, U, L) of the next frame's digits, from the past (N, S, d) and tokens (N, S) of the frame before it, the action's
 * numbers (N, A), and those digits that stand, (N, U) of int32; L where one does not.
 */
export function headLogits(
  config: DynamicsConfig,
  shape: DynamicsShape,
  weights: Weights,
  input: { past: tf.Tensor; tokens: tf.Tensor; action: tf.Tensor; standing: tf.Tensor },
): tf.Tensor {
  const { levels } = shape;
  const [count, places, width] = input.past.shape as [number, number, number];
  const most = mostLevels(shape);
  const standing = marks(shape, tf.reshape(input.standing, [count * places, levels.length]));
  const known = tf.reshape(dense(weights, "dynamics.standing", standing), [count, places, width]);
  const x = withPositions(weights, "dynamics.head", tf.add(input.past, known));
  const condition = tf.reshape(conditionOf(weights, input.action), [count, 1, config.actionWidth]);
  const seen = tf.reshape(
    stTransformer(weights, "dynamics.head", tf.reshape(x, [count, 1, places, width]), headShape(config), condition),
    [count * places, width],
  );
  const free = tf.reshape(dense(weights, "dynamics.logits", seen), [count, places, levels.length, most]);
  const copying = tf.add(dense(weights, "dynamics.copy", seen), COPY); // (N·S, D)
  const there = tf.oneHot(fsqDigits(input.tokens, levels) as tf.Tensor1D, most); // (N, S, D, L)
  const copied = tf.mul(tf.cast(there, "float32"), tf.reshape(copying, [count, places, levels.length, 1]));
  const possible = levels.map((own) => Array.from({ length: most }, (_, level) => (level < own ? 0 : IMPOSSIBLE)));
  const logits = tf.add(tf.add(free, copied), tf.tensor2d(possible));
  return tf.reshape(logits, [count, places * levels.length, most]);
}

/**
 * Of the step that an action's numbers (N, A) make from a past (N, S, d): the reward as `squashed` has it, (N), and the log-odds of
 * an end as trained, (N).
 */
export function outcomeOf(
  config: DynamicsConfig,
  weights: Weights,
  input: { past: tf.Tensor; action: tf.Tensor },
): { reward: tf.Tensor; doneLogit: tf.Tensor } {
  const [count, places, width] = input.past.shape as [number, number, number];
  const x = withPositions(weights, "dynamics.outcome", input.past);
  const condition = tf.reshape(conditionOf(weights, input.action), [count, 1, config.actionWidth]);
  const series = tf.reshape(x, [count, 1, places, width]);
  const seen = stTransformer(weights, "dynamics.outcome", series, outcomeShape(config), condition);
  const local = silu(dense(weights, "dynamics.outcome", tf.reshape(seen, [count * places, width])));
  // A sum over √S: what matters is often at one place only.
  const pooled = tf.mul(tf.sum(tf.reshape(local, [count, places, OUTCOME_WIDTH]), 1), 1 / Math.sqrt(places));
  const [reward, doneLogit] = tf.split(dense(weights, "dynamics.rewardAndDone", pooled), 2, 1);
  return { reward: tf.reshape(reward, [count]), doneLogit: tf.reshape(doneLogit, [count]) };
}

/** What the reward head learns: symlog(r / scale), sign(x)·ln(|x| + 1) (Hafner et al. 2023, eq. 9), so that a coin does not drown a step. */
export function squashed({ rewardScale }: DynamicsConfig, reward: tf.Tensor): tf.Tensor {
  const scaled = tf.div(reward, rewardScale);
  return tf.mul(tf.sign(scaled), tf.log1p(tf.abs(scaled)));
}

/** The inverse of `squashed`. */
export function rewardOf({ rewardScale }: DynamicsConfig, said: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(tf.sign(said), tf.expm1(tf.abs(said))), rewardScale);
}

/** What an action is to every layer: numbers (N, A) → (N, actionWidth). */
function conditionOf(weights: Weights, action: tf.Tensor): tf.Tensor {
  return silu(dense(weights, "dynamics.action", action));
}

/** Digits (..., D) → (..., D·L): 1 at the level of each, all 0 for one that is hidden. */
function marks({ levels }: DynamicsShape, digits: tf.Tensor): tf.Tensor {
  const most = mostLevels({ levels });
  const hot = tf.cast(tf.oneHot(digits as tf.Tensor1D, most), "float32");
  return tf.reshape(hot, [...digits.shape.slice(0, -1), levels.length * most]);
}

/** Each place of frames, from its neighbourhood now and before: marks (..., S, D·L) twice → (..., S, d). */
function read({ rows, columns }: DynamicsShape, weights: Weights, now: tf.Tensor, before: tf.Tensor): tf.Tensor {
  const both = tf.concat([now, before], -1);
  const seen = conv(weights, "dynamics.frames", tf.reshape(both, [-1, rows, columns, both.shape.at(-1)!]), 1, "same");
  return tf.reshape(seen, [...now.shape.slice(0, -1), seen.shape[3]]);
}

export function trunkShape({ width, heads, trunkBlocks, expansion, actionWidth }: DynamicsConfig): StTransformerShape {
  return { width, heads, blocks: trunkBlocks, hidden: expansion * width, rotary: true, condition: actionWidth };
}

function headShape({ width, heads, headBlocks, expansion, actionWidth }: DynamicsConfig): StTransformerShape {
  return { width, heads, blocks: headBlocks, hidden: expansion * width, condition: actionWidth, temporal: false };
}

function outcomeShape(config: DynamicsConfig): StTransformerShape {
  return { ...headShape(config), blocks: 1 };
}
