import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Parameters } from "../../compute/array.ts";
import { conv, convParameters, convTranspose, convTransposeParameters } from "../../nn/conv.ts";
import type { NormalDraw, Weights } from "../../nn/weights.ts";
import type { FrameSize } from "./frame-grid.ts";

/*
 * What happened between two frames, as one of |A| codes, learned from pixels alone (Bruce et al. 2024, section 2.1, "Latent
 * Action Model"). What the past does not tell about the next frame has to pass through the code, and what explains most of it
 * is what the player did.
 *
 * The paper has an encoder that says the code and a decoder that draws the next frame from it; code and decoder learn to
 * agree over hundreds of thousands of steps, or collapse. Here the decoder draws all |A| next frames at once, and the code is
 * the one that comes nearest the truth: multiple-choice learning (Guzman-Rivera et al. 2012), where only the winner learns,
 * and the others a little, so that fewer die (Rupprecht et al. 2017, eq. 8). That is a codebook searched instead of guessed:
 * no decoder can learn to ignore it. Codes that never win still go to waste: give it more than there are actions.
 *
 * The decoder sees the last frames as they changed, so that running on costs no code; convolutions, as in the tokenizer.
 */

export const LatentActionConfig = z.strictObject({
  /** |A|, the number of latent actions. */
  count: z.int().min(2).default(8),
  /** Frames that the decoder looks at; what is drawn next may depend on their motion. */
  history: z.int().positive().default(4),
  /** Channels at half, a quarter and an eighth of the frame's size. */
  channels: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]).default([24, 48, 72]),
  /**
   * How much the step before counts when the nearest guess is chosen, the one before that its square, and so on: what a
   * player presses lasts, what merely happens passes.
   */
  persistence: z.number().min(0).lt(1).default(0.6),
  /** What guesses learn that did not win, as a share of the loss. */
  others: z.number().min(0).max(1).default(0.1),
});
export type LatentActionConfig = z.output<typeof LatentActionConfig>;

const MIDDLE = 0.5;
/** Makes losses of about 1. */
const LOSS_SCALE = 100;
/** Pixels along each side of a patch by which a guess is judged. */
const PATCH = 8;
const KERNEL = 4;
const STRIDE = 2;

export function latentActionParameters(
  { count, history, channels }: LatentActionConfig,
  frame: FrameSize,
  draw: NormalDraw,
): Parameters {
  const [half, quarter, eighth] = channels;
  const down = (i: number, inputs: number, outputs: number) =>
    convParameters(`actions.down.${i}`, { kernel: KERNEL, inputs, outputs }, draw);
  const up = (i: number, inputs: number, outputs: number) =>
    convTransposeParameters(`actions.up.${i}`, { kernel: KERNEL, inputs, outputs, stride: STRIDE }, draw);
  return {
    ...down(0, history * frame.channels, half),
    ...down(1, half, quarter),
    ...down(2, quarter, eighth),
    ...convParameters("actions.deep", { kernel: 3, inputs: eighth, outputs: eighth }, draw),
    ...up(1, eighth, quarter),
    ...up(0, 2 * quarter, half),
    ...convParameters("actions.joined", { kernel: 3, inputs: 2 * half, outputs: 2 * half }, draw),
    ...convParameters(
      "actions.guesses",
      { kernel: 1, inputs: 2 * half, outputs: count * STRIDE ** 2 * frame.channels },
      () => 0.2 * draw(),
    ),
  };
}

/**
 * Error of each of the |A| guesses at each next frame: frames (B, T+1, H, W, C) in [0, 1] → (B, T, |A|). It is the mean of the
 * patches' mean squared errors with an exponent of 4: a small thing drawn wrong weighs more than a little wrong everywhere,
 * for a player is small, and a hill that moved by a pixel is not an action. Smaller exponents found less of Platformer's
 * actions.
 */
function guessErrors(config: LatentActionConfig, weights: Weights, frames: tf.Tensor): tf.Tensor {
  const [batch, length, height, width, channels] = frames.shape as [number, number, number, number, number];
  const steps = length - 1;
  const changes = tf.sub(
    tf.slice(frames, [0, 1, 0, 0, 0], [batch, steps, height, width, channels]),
    tf.slice(frames, [0, 0, 0, 0, 0], [batch, steps, height, width, channels]),
  ); // x_{t+1} − x_t
  const seen = tf.reshape(historyOf(config, frames, changes), [batch * steps, height, width, -1]);
  const [rows, columns] = [height / STRIDE, width / STRIDE];
  const [patch, size] = [PATCH / STRIDE, STRIDE ** 2 * channels];
  // The change, its 2 × 2 neighbours side by side as the guesses have them.
  const cut = tf.reshape(changes, [batch * steps, rows, STRIDE, columns, STRIDE * channels]);
  const actual = tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [-1, size]);
  // The guesses less the change, in one product: what is subtracted is one more weight, −1. Then each guess's mean.
  const inputs = tf.concat([tf.reshape(features(weights, seen), [actual.shape[0], -1]), actual], 1);
  const kernel = tf.reshape(weights["actions.guesses.kernel"], [-1, config.count * size]);
  const weighing = tf.concat([kernel, tf.neg(tf.tile(tf.eye(size), [1, config.count]))], 0);
  const misses = tf.add(tf.matMul(inputs, weighing as tf.Tensor2D), weights["actions.guesses.bias"]); // (…, |A|·4·C)
  const each = tf.matMul(tf.square(misses) as tf.Tensor2D, averages(config.count, size));
  const errors = tf.reshape(each, [batch * steps, rows, columns, config.count]);
  const patches = tf.avgPool(errors as tf.Tensor4D, patch, patch, "valid"); // (B·T, H/8, W/8, |A|)
  const fourth = tf.mean(tf.square(tf.square(patches)), [1, 2]);
  const judged = tf.sqrt(tf.sqrt(tf.add(fourth, 1e-24)));
  return tf.reshape(judged, [batch, steps, config.count]);
}

/** x_t and how the frames before it changed, the newest first; what lies before the first frame is no change. (B, T, H, W, history·C) */
function historyOf({ history }: LatentActionConfig, frames: tf.Tensor, changes: tf.Tensor): tf.Tensor {
  const [batch, steps, height, width, channels] = changes.shape as [number, number, number, number, number];
  const now = tf.sub(tf.slice(frames, [0, 0, 0, 0, 0], changes.shape), MIDDLE);
  const back = Array.from({ length: Math.min(history - 1, steps) }, (_, i) => {
    const nothing = tf.zeros([batch, i + 1, height, width, channels]);
    if (i + 1 === steps) return nothing;
    return tf.concat([nothing, tf.slice(changes, [0, 0, 0, 0, 0], [batch, steps - i - 1, height, width, channels])], 1);
  });
  const missing = history - 1 - back.length;
  const none = missing > 0 ? [tf.zeros([batch, steps, height, width, missing * channels])] : [];
  return tf.concat([now, ...back, ...none], 4);
}

/** (n·size, n): takes the mean of each `size` numbers of n·size. */
function averages(n: number, size: number): tf.Tensor2D {
  const values = Float32Array.from({ length: n * size * n }, (_, i) =>
    Math.floor(i / n / size) === i % n ? 1 / size : 0,
  );
  return tf.tensor2d(values, [n * size, n]);
}

/** What the guesses are made of, by a product each: (N, H, W, history·C) → (N, H/2, W/2, F). */
function features(weights: Weights, seen: tf.Tensor): tf.Tensor {
  const down = (i: number, x: tf.Tensor) => tf.relu(conv(weights, `actions.down.${i}`, x, STRIDE, "same"));
  const up = (i: number, x: tf.Tensor) => tf.relu(convTranspose(weights, `actions.up.${i}`, x, STRIDE, "same"));
  const half = down(0, seen);
  const quarter = down(1, half);
  const eighth = down(2, quarter);
  const deep = tf.add(eighth, tf.relu(conv(weights, "actions.deep", eighth, 1, "same")));
  const outer = up(0, tf.concat([up(1, deep), quarter], 3));
  return tf.relu(conv(weights, "actions.joined", tf.concat([outer, half], 3), 1, "same"));
}

/** The latent action between each two frames: (B, T+1, H, W, C) in [0, 1] → (B, T) of int32 in [0, |A|). */
export function inferLatentActions(config: LatentActionConfig, weights: Weights, frames: tf.Tensor): tf.Tensor {
  return tf.cast(tf.argMin(lasting(config, guessErrors(config, weights, frames)), 2), "int32");
}

/** How many steps before it a latent action depends on: those whose errors count, and what their guesses looked at. */
export function stepsBehind({ history, persistence }: LatentActionConfig): number {
  return (history - 1) * (persistence === 0 ? 1 : 2);
}

/** Errors (B, T, |A|) with those of the steps before, fading; never with those of later steps. */
function lasting({ persistence, history }: LatentActionConfig, errors: tf.Tensor): tf.Tensor {
  const [batch, steps, count] = errors.shape as [number, number, number];
  let sum = errors;
  for (let i = 1; i < Math.min(history, steps); i++) {
    const earlier = tf.slice(errors, [0, 0, 0], [batch, steps - i, count]);
    sum = tf.add(sum, tf.mul(tf.concat([tf.zeros([batch, i, count]), earlier], 1), persistence ** i));
  }
  return tf.div(sum, (1 - persistence ** history) / (1 - persistence));
}

/** Error of the best guess, and a little of all; frames (B, T+1, H, W, C) in [0, 1], mask (B, T): 1 where there is a step. */
export function latentActionLoss(
  config: LatentActionConfig,
  weights: Weights,
  { frames, mask }: { frames: tf.Tensor; mask: tf.Tensor },
) {
  const errors = lasting(config, guessErrors(config, weights, frames));
  const steps = tf.maximum(tf.sum(mask), 1);
  const average = (perStep: tf.Tensor) => tf.div(tf.sum(tf.mul(perStep, mask)), steps);
  const least = tf.min(errors, 2);
  const error = average(least);
  const all = average(tf.mean(errors, 2));
  const loss = tf.add(tf.mul(error, 1 - config.others), tf.mul(all, config.others));
  const won = tf.cast(tf.equal(errors, tf.expandDims(least, 2)), "float32");
  const shares = tf.div(tf.sum(tf.mul(won, tf.expandDims(mask, 2)), [0, 1]), steps); // (|A|)
  const entropy = tf.neg(tf.sum(tf.mul(shares, tf.log(tf.maximum(shares, 1e-6)))));
  // `perplexity`: how many codes equally often used would be as varied.
  return { loss: tf.mul(loss, LOSS_SCALE) as tf.Scalar, metrics: { error, all, perplexity: tf.exp(entropy) } };
}
