import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Parameters } from "../../compute/array.ts";
import { tokenNll } from "../../nn/cross-entropy.ts";
import { dense, denseParameters } from "../../nn/dense.ts";
import { embed, embeddingParameters } from "../../nn/embedding.ts";
import { silu } from "../../nn/feed-forward.ts";
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
 *   trunk   a causal ST-transformer over whole frames, z_t with the action that led to it → h_t. Its past is cached, so a step
 *           of a dream computes one frame, once. Reward and end are read from the h of the frame that came of the step.
 *   head    a transformer over the places of the frame to come: h_t, the action a_t, and those tokens of z_{t+1} that stand
 *           already → the missing ones. Only the head runs once a MaskGIT pass.
 *
 * The action conditions every layer of both by adaptive norm.
 */

export const DynamicsConfig = z.strictObject({
  width: z.int().positive().default(128),
  heads: z.int().positive().default(4),
  trunkBlocks: z.int().positive().default(3),
  headBlocks: z.int().positive().default(2),
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
  /** Tokens a frame, S. */
  readonly places: number;
  /** Size of the vocabulary, K. */
  readonly tokens: number;
  /** Numbers that describe an action: of the real space, then of the latent one; all zero before the first. */
  readonly actionSize: number;
}

/** Per-place width of what reward and end are read from. */
const OUTCOME_WIDTH = 64;

export function dynamicsParameters(config: DynamicsConfig, shape: DynamicsShape, draw: NormalDraw): Parameters {
  const { width, actionWidth } = config;
  const { places, tokens, actionSize } = shape;
  return {
    ...denseParameters("dynamics.action", { inputs: actionSize, outputs: actionWidth }, draw),
    ...embeddingParameters("dynamics.token", { count: tokens, width }, draw),
    ...positionParameters("dynamics.trunk", { places, width }, draw),
    ...stTransformerParameters("dynamics.trunk", trunkShape(config), draw),
    // One more than there are tokens: the mask.
    ...embeddingParameters("dynamics.target", { count: tokens + 1, width }, draw),
    ...denseParameters("dynamics.past", { inputs: width, outputs: width }, draw),
    ...positionParameters("dynamics.head", { places, width }, draw),
    ...stTransformerParameters("dynamics.head", headShape(config), draw),
    ...denseParameters("dynamics.logits", { inputs: width, outputs: tokens }, draw, 0.1),
    ...denseParameters("dynamics.outcome", { inputs: width, outputs: OUTCOME_WIDTH }, draw),
    ...denseParameters("dynamics.rewardAndDone", { inputs: OUTCOME_WIDTH, outputs: 2 }, draw, 0.1),
  };
}

/** What an action is to every layer: numbers (N, A) → (N, actionWidth). */
function conditionOf(weights: Weights, action: tf.Tensor): tf.Tensor {
  return silu(dense(weights, "dynamics.action", action));
}

/** A new frame in the trunk: tokens (B, S), and the numbers (B, A) of the action that led to it → h (B, S, d). */
export function trunkStep(
  config: DynamicsConfig,
  weights: Weights,
  input: { tokens: tf.Tensor; action: tf.Tensor },
  memory: StMemory,
): { hidden: tf.Tensor; memory: StMemory } {
  const x = withPositions(weights, "dynamics.trunk", embed(weights, "dynamics.token", input.tokens));
  const condition = conditionOf(weights, input.action);
  const step = stTransformerStep(weights, "dynamics.trunk", x, trunkShape(config), memory, condition);
  return { hidden: step.output, memory: step.memory };
}

/** Logits (N, S, K) of the next frame's tokens, from h (N, S, d), the action's numbers and those tokens that stand; `tokens` = K where one does not. */
export function headLogits(
  config: DynamicsConfig,
  weights: Weights,
  input: { hidden: tf.Tensor; action: tf.Tensor; standing: tf.Tensor },
): tf.Tensor {
  const [count, places, width] = input.hidden.shape as [number, number, number];
  const past = tf.reshape(dense(weights, "dynamics.past", tf.reshape(input.hidden, [-1, width])), input.hidden.shape);
  const x = withPositions(weights, "dynamics.head", tf.add(past, embed(weights, "dynamics.target", input.standing)));
  const condition = tf.reshape(conditionOf(weights, input.action), [count, 1, config.actionWidth]);
  const shape = headShape(config);
  const seen = stTransformer(weights, "dynamics.head", tf.reshape(x, [count, 1, places, width]), shape, condition);
  return tf.reshape(dense(weights, "dynamics.logits", tf.reshape(seen, [count * places, width])), [count, places, -1]);
}

/** Reward in units of `rewardScale`, (N), and the log-odds of an end as trained, (N), from the frames' h (N, S, d). */
export function outcomeOf(weights: Weights, hidden: tf.Tensor): { reward: tf.Tensor; doneLogit: tf.Tensor } {
  const [count, places, width] = hidden.shape as [number, number, number];
  const local = silu(dense(weights, "dynamics.outcome", tf.reshape(hidden, [count * places, width])));
  // A sum over √S: what matters is often at one place only.
  const pooled = tf.mul(tf.sum(tf.reshape(local, [count, places, OUTCOME_WIDTH]), 1), 1 / Math.sqrt(places));
  const [reward, doneLogit] = tf.split(dense(weights, "dynamics.rewardAndDone", pooled), 2, 1);
  return { reward: tf.reshape(reward, [count]), doneLogit: tf.reshape(doneLogit, [count]) };
}

/** B windows of T steps, each inside one episode; shorter ones are padded and masked. */
export interface DynamicsBatch {
  /** (B, T+1, S) of int32: the frames' tokens. */
  readonly tokens: tf.Tensor;
  /** The same, some of them replaced: what the trunk sees, so that it learns to live with its own mistakes. */
  readonly corrupted: tf.Tensor;
  /** (B, T, S): 1 where a token of the next frame is hidden from the head. */
  readonly hidden: tf.Tensor;
  /** (B, T, A): numbers of the actions. */
  readonly action: tf.Tensor;
  /** (B, A): of the action before the window's first frame, zero where there is none. */
  readonly before: tf.Tensor;
  /** (B, T). */
  readonly reward: tf.Tensor;
  readonly done: tf.Tensor;
  /** (B, T): 1 where there is a step. */
  readonly mask: tf.Tensor;
}

/** Cross-entropy of the hidden tokens in nats, of the ends, and the squared error of the rewards. */
export function dynamicsLoss(config: DynamicsConfig, shape: DynamicsShape, weights: Weights, batch: DynamicsBatch) {
  const { places: S, tokens: K, actionSize: A } = shape;
  const [B, T] = batch.mask.shape as [number, number];
  const { width: d } = config;
  const led = tf.concat([tf.reshape(batch.before, [B, 1, A]), batch.action], 1); // the action that led to each frame
  const x = withPositions(weights, "dynamics.trunk", embed(weights, "dynamics.token", batch.corrupted));
  const condition = tf.reshape(conditionOf(weights, tf.reshape(led, [B * (T + 1), A])), [B, T + 1, -1]);
  const trunk = stTransformer(weights, "dynamics.trunk", x, trunkShape(config), condition); // (B, T+1, S, d)

  const now = tf.reshape(tf.slice(trunk, [0, 0, 0, 0], [B, T, S, d]), [B * T, S, d]);
  const next = tf.slice(batch.tokens, [0, 1, 0], [B, T, S]);
  const isHidden = tf.cast(batch.hidden, "bool");
  const standing = tf.where(isHidden, tf.fill([B, T, S], K, "int32"), next);
  const logits = headLogits(config, weights, {
    hidden: now,
    action: tf.reshape(batch.action, [B * T, A]),
    standing: tf.reshape(standing, [B * T, S]),
  });
  const nll = tf.reshape(tokenNll(tf.reshape(logits, [B * T * S, K]), tf.reshape(next, [B * T * S])), [B, T, S]);
  const counted = tf.mul(batch.hidden, tf.expandDims(batch.mask, 2));
  const tokenLoss = tf.div(tf.sum(tf.mul(nll, counted)), tf.maximum(tf.sum(counted), 1)) as tf.Scalar;

  const after = tf.reshape(tf.slice(trunk, [0, 1, 0, 0], [B, T, S, d]), [B * T, S, d]);
  const { reward, doneLogit } = outcomeOf(weights, after);
  const steps = tf.maximum(tf.sum(batch.mask), 1);
  const average = (perStep: tf.Tensor) =>
    tf.div(tf.sum(tf.mul(tf.reshape(perStep, [B, T]), batch.mask)), steps) as tf.Scalar;
  const wanted = tf.div(tf.reshape(batch.reward, [B * T]), config.rewardScale);
  const rewardError = average(tf.square(tf.sub(reward, wanted)));
  const done = tf.reshape(batch.done, [B * T]);
  // As in the MDN-RNN: an end counts `doneWeight` times.
  const positive = tf.mul(tf.mul(done, config.doneWeight), tf.sub(tf.softplus(doneLogit), doneLogit));
  const doneCrossEntropy = average(tf.add(positive, tf.mul(tf.sub(1, done), tf.softplus(doneLogit))));
  const loss = tf.add(tokenLoss, tf.add(rewardError, doneCrossEntropy)) as tf.Scalar;
  return { loss, metrics: { nll: tokenLoss, rewardError, doneCrossEntropy } };
}

export function trunkShape({ width, heads, trunkBlocks, actionWidth }: DynamicsConfig): StTransformerShape {
  return { width, heads, blocks: trunkBlocks, rotary: true, condition: actionWidth };
}

function headShape({ width, heads, headBlocks, actionWidth }: DynamicsConfig): StTransformerShape {
  return { width, heads, blocks: headBlocks, condition: actionWidth, temporal: false };
}
