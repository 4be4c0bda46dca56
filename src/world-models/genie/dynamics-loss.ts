import * as tf from "@tensorflow/tfjs";
import { tokenNll } from "../../nn/cross-entropy.ts";
import { fsqDigits } from "../../nn/fsq.ts";
import type { Weights } from "../../nn/weights.ts";
import {
  type DynamicsConfig,
  type DynamicsShape,
  digitsOfFrame,
  headLogits,
  mostLevels,
  outcomeOf,
  pastOf,
  squashed,
  trunk,
} from "./dynamics.ts";

/** B windows of T steps, each inside one episode; shorter ones are padded and masked. */
export interface DynamicsBatch {
  /** (B, T+1, S) of int32: the frames' tokens. */
  readonly tokens: tf.Tensor;
  /** The same, some of them replaced: what the trunk sees, so that it learns to live with its own mistakes. */
  readonly corrupted: tf.Tensor;
  /** (B, T, U): 1 where a digit of the next frame is hidden from the head. */
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
  /**
   * (B, T): what a step counts for the chance of an end, where steps near ends are shown more often than they occur; 1
   * where they are not.
   */
  readonly importance: tf.Tensor;
}

/** Cross-entropy of the hidden digits in nats a token, of the ends, and the squared error of the squashed rewards. */
export function dynamicsLoss(config: DynamicsConfig, shape: DynamicsShape, weights: Weights, batch: DynamicsBatch) {
  const { actionSize: A, levels } = shape;
  const { width: d } = config;
  const [B, T] = batch.mask.shape as [number, number];
  const [S, U, L] = [shape.rows * shape.columns, digitsOfFrame(shape), mostLevels(shape)];
  const led = tf.concat([tf.reshape(batch.before, [B, 1, A]), batch.action], 1); // the action that led to each frame
  const seen = trunk(config, shape, weights, { tokens: batch.corrupted, action: led }); // (B, T+1, S, d)

  const next = tf.reshape(fsqDigits(tf.slice(batch.tokens, [0, 1, 0], [B, T, S]), levels), [B * T, U]);
  const isHidden = tf.reshape(tf.cast(batch.hidden, "bool"), [B * T, U]);
  const before = {
    past: pastOf(shape, weights, tf.reshape(tf.slice(seen, [0, 0, 0, 0], [B, T, S, d]), [B * T, S, d])),
    action: tf.reshape(batch.action, [B * T, A]),
  };
  const logits = headLogits(config, shape, weights, {
    ...before,
    tokens: tf.reshape(tf.slice(batch.corrupted, [0, 0, 0], [B, T, S]), [B * T, S]),
    standing: tf.where(isHidden, tf.fill([B * T, U], L, "int32"), next),
  });
  const nll = tf.reshape(tokenNll(tf.reshape(logits, [B * T * U, L]), tf.reshape(next, [B * T * U])), [B, T, U]);
  const counted = tf.mul(batch.hidden, tf.expandDims(batch.mask, 2));
  const perDigit = tf.div(tf.sum(tf.mul(nll, counted)), tf.maximum(tf.sum(counted), 1));
  const tokenLoss = tf.mul(perDigit, levels.length) as tf.Scalar;

  const { reward, doneLogit } = outcomeOf(config, weights, before);
  const steps = tf.maximum(tf.sum(batch.mask), 1);
  const average = (perStep: tf.Tensor) =>
    tf.div(tf.sum(tf.mul(tf.reshape(perStep, [B, T]), batch.mask)), steps) as tf.Scalar;
  const rewardError = average(tf.square(tf.sub(reward, squashed(config, tf.reshape(batch.reward, [B * T])))));
  const done = tf.reshape(batch.done, [B * T]);
  // As in the MDN-RNN: an end counts `doneWeight` times.
  const positive = tf.mul(tf.mul(done, config.doneWeight), tf.sub(tf.softplus(doneLogit), doneLogit));
  const perStep = tf.add(positive, tf.mul(tf.sub(1, done), tf.softplus(doneLogit)));
  const doneCrossEntropy = average(tf.mul(perStep, tf.reshape(batch.importance, [B * T])));
  const loss = tf.add(tokenLoss, tf.add(rewardError, doneCrossEntropy)) as tf.Scalar;
  return { loss, metrics: { nll: tokenLoss, rewardError, doneCrossEntropy } };
}
