import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Parameters } from "../../compute/array.ts";
import { conv, convParameters, convTranspose, convTransposeParameters } from "../../nn/conv.ts";
import { dense, denseParameters } from "../../nn/dense.ts";
import { heNormal } from "../../nn/initializers.ts";
import type { NormalDraw, Weights } from "../../nn/weights.ts";
import type { FrameSize } from "./frame-grid.ts";

/*
 * What happened between two frames, as one of |A| codes, learned from pixels alone (Bruce et al. 2024, section 2.1, "Latent
 * Action Model"). An encoder reads a few numbers off the next frame, a decoder draws that frame from the past and these
 * numbers: what the past does not tell has to pass through them, and most of it is what the player did.
 *
 * The paper puts the |A| codes between the two at once, and both agree on them over hundreds of thousands of steps, or
 * collapse. Here the numbers are continuous while the networks learn, so that no code can die, and the frame is the past's plus
 * an effect for each number: they measure how much a picture differs from what was to be expected. Codes are found afterwards,
 * in latent-action-codes.ts: clusters of these numbers, put together where the same follows on them.
 *
 * The encoder sees less of the past than the decoder, at most one frame: else it could say "goes on as it did", which is all
 * that the decoder has to know, but no action.
 */

export const LatentActionConfig = z.strictObject({
  /** |A|, the number of latent actions. */
  count: z.int().min(2).default(8),
  /**
   * Frames that an action is read off: 1 where the next frame shows what is pressed, as a player's pose does; 2 where only
   * the change from the frame before it does.
   */
  pictures: z.literal([1, 2]).default(2),
  /** Numbers that the encoder tells. */
  size: z.int().positive().default(8),
  /** Clusters of them, of which the codes are made, never fewer than codes. */
  clusters: z.int().min(2).default(48),
  /** Clusters belong together where the same clusters come within so many steps. */
  horizon: z.int().positive().default(6),
  /** Frames that the decoder looks at; what is drawn next may depend on their motion. */
  history: z.int().positive().default(4),
  /** Channels of the encoder's layers: two at half of the frame's size, two at a quarter. */
  encoder: z
    .tuple([z.int().positive(), z.int().positive(), z.int().positive(), z.int().positive()])
    .default([16, 32, 48, 48]),
  /** Channels of the decoder at half, a quarter and an eighth of the frame's size. */
  channels: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]).default([24, 48, 72]),
});
export type LatentActionConfig = z.output<typeof LatentActionConfig>;

const MIDDLE = 0.5;
/** Makes losses of about 1. */
const LOSS_SCALE = 100;
/** Pixels along each side of a patch in which what is drawn wrong is counted together. */
const PATCH = 8;
const KERNEL = 4;
const STRIDE = 2;
const EPSILON = 1e-5;
/** The encoder's layers. */
const ENCODER = [
  { kernel: KERNEL, stride: STRIDE },
  { kernel: 3, stride: 1 },
  { kernel: KERNEL, stride: STRIDE },
  { kernel: 3, stride: 1 },
] as const;

export function latentActionParameters(
  { size, pictures, history, encoder, channels }: LatentActionConfig,
  frame: FrameSize,
  draw: NormalDraw,
): Parameters {
  const [half, quarter, eighth] = channels;
  const down = (i: number, inputs: number, outputs: number) =>
    convParameters(`actions.down.${i}`, { kernel: KERNEL, inputs, outputs }, draw);
  const up = (i: number, inputs: number, outputs: number) =>
    convTransposeParameters(`actions.up.${i}`, { kernel: KERNEL, inputs, outputs, stride: STRIDE }, draw);
  const reading = ({ kernel }: (typeof ENCODER)[number], i: number) => {
    const inputs = i === 0 ? pictures * frame.channels : encoder[i - 1];
    return convParameters(`actions.encoder.${i}`, { kernel, inputs, outputs: encoder[i] }, draw);
  };
  const pixels = STRIDE ** 2 * frame.channels;
  const effects = heNormal([1 + size, 2 * half * pixels], 2 * half, () => 0.2 * draw());
  return {
    ...Object.assign({}, ...ENCODER.map(reading)),
    ...denseParameters("actions.numbers", { inputs: encoder[3], outputs: size }, draw),
    ...down(0, history * frame.channels, half),
    ...down(1, half, quarter),
    ...down(2, quarter, eighth),
    ...convParameters("actions.deep", { kernel: 3, inputs: eighth, outputs: eighth }, draw),
    ...up(1, eighth, quarter),
    ...up(0, 2 * quarter, half),
    ...convParameters("actions.joined", { kernel: 3, inputs: 2 * half, outputs: 2 * half }, draw),
    "actions.effects.kernel": effects,
    "actions.effects.bias": {
      shape: [1 + size, pixels],
      dtype: "float32",
      data: new Float32Array((1 + size) * pixels),
    },
  };
}

/** The codes: where their clusters lie, (K, size), and of which code each is one, (K). */
export interface LatentActionCodes {
  readonly centres: Float32Array;
  readonly codes: Int32Array;
}

export function latentActionCodeParameters(
  { size }: LatentActionConfig,
  { centres, codes }: LatentActionCodes,
): Parameters {
  return {
    "actions.centres": { shape: [codes.length, size], dtype: "float32", data: centres },
    "actions.codes": { shape: [codes.length], dtype: "int32", data: codes },
  };
}

/** What the encoder reads off each step of frames (B, T+1, H, W, C) in [0, 1]: (B·T, size). */
export function latentActionNumbers(config: LatentActionConfig, weights: Weights, frames: tf.Tensor): tf.Tensor2D {
  const [batch, length, ...picture] = frames.shape as [number, number, number, number, number];
  const steps = (from: number) =>
    tf.reshape(tf.slice(frames, [0, from, 0, 0, 0], [batch, length - 1, ...picture]), [-1, ...picture]);
  const next = tf.sub(steps(1), MIDDLE);
  const seen = config.pictures === 1 ? next : tf.concat([next, tf.sub(steps(1), steps(0))], 3);
  const read = ENCODER.reduce<tf.Tensor>(
    (x, { stride }, i) => tf.relu(conv(weights, `actions.encoder.${i}`, x, stride, "same")),
    seen,
  );
  return dense(weights, "actions.numbers", tf.max(read, [1, 2])); // wherever it is seen
}

/** The latent action between each two frames: (B, T+1, H, W, C) in [0, 1] → (B, T) of int32 in [0, |A|). */
export function inferLatentActions(config: LatentActionConfig, weights: Weights, frames: tf.Tensor): tf.Tensor {
  const [batch, length] = frames.shape;
  const numbers = latentActionNumbers(config, weights, frames); // (N, size)
  const centres = weights["actions.centres"];
  // |n − c|² less |n|², which is the same for all c.
  const distances = tf.sub(
    tf.sum(tf.square(centres), 1),
    tf.mul(tf.matMul(numbers, centres as tf.Tensor2D, false, true), 2),
  ); // (N, K)
  const codes = tf.gather(weights["actions.codes"], tf.cast(tf.argMin(distances, 1), "int32"));
  return tf.reshape(codes, [batch, length - 1]);
}

/**
 * How much of a frame is drawn wrong, from the `history` frames before it: frames (B, history+1, H, W, C) in [0, 1], mask
 * (B, history): 1 where there is a step. It is the root mean square of the patches' mean squared errors: a small thing drawn
 * wrong weighs more than a little wrong everywhere, for a player is small.
 */
export function latentActionLoss(
  config: LatentActionConfig,
  weights: Weights,
  { frames, mask }: { frames: tf.Tensor; mask: tf.Tensor },
) {
  const whole = tf.slice(mask, [0, config.history - 1], [-1, 1]); // (B, 1)
  const count = tf.maximum(tf.sum(whole), 1);
  const average = (x: tf.Tensor) => tf.div(tf.sum(tf.mul(x, whole), 0), count);
  const numbers = latentActionNumbers(config, weights, framesFrom(frames, config.history - 1)); // (B, size)
  // Of mean 0 and variance 1, so that none fades or drowns the others (Ioffe & Szegedy 2015).
  const centred = tf.sub(numbers, average(numbers));
  const normal = tf.div(centred, tf.sqrt(tf.add(average(tf.square(centred)), EPSILON)));
  const misses = tf.sub(
    drawnChange(weights, featuresOf(config, weights, frames), normal),
    actualChange(config, frames),
  );
  const { rows, columns } = gridOf(frames);
  const pixels = tf.reshape(tf.mean(tf.square(misses), 2), [-1, rows, columns, 1]);
  const patches = tf.avgPool(pixels as tf.Tensor4D, PATCH / STRIDE, PATCH / STRIDE, "valid"); // (B, H/8, W/8, 1)
  const error = tf.sum(average(tf.sqrt(tf.add(tf.mean(tf.square(patches), [1, 2]), 1e-12))));
  return { loss: tf.mul(error, LOSS_SCALE) as tf.Scalar, metrics: { error } };
}

/**
 * How large the effect of each number is: frames (B, history+1, H, W, C) in [0, 1] → (size), the root of the mean square of what a
 * number of 1 changes.
 */
export function effectSizes(config: LatentActionConfig, weights: Weights, frames: tf.Tensor): tf.Tensor {
  const features = featuresOf(config, weights, frames);
  const [count, pixels, inputs] = features.shape;
  const each = Array.from({ length: config.size }, (_, i) => {
    const kernel = tf.reshape(tf.slice(weights["actions.effects.kernel"], [1 + i, 0], [1, -1]), [inputs, -1]);
    const bias = tf.slice(weights["actions.effects.bias"], [1 + i, 0], [1, -1]);
    const effect = tf.add(tf.matMul(tf.reshape(features, [count * pixels, inputs]), kernel as tf.Tensor2D), bias);
    return tf.reshape(tf.sqrt(tf.mean(tf.square(effect))), [1]);
  });
  return tf.concat(each, 0);
}

/** The change that leads to a frame, from what the past tells and the effect of each number: (B, P, F), (B, size) → (B, P, 4·C). */
function drawnChange(weights: Weights, features: tf.Tensor3D, numbers: tf.Tensor): tf.Tensor3D {
  const [count, , inputs] = features.shape;
  // Effects add up, so their kernels may be added first: one product a frame instead of one a number.
  const shares = tf.concat([tf.ones([count, 1]), numbers], 1) as tf.Tensor2D; // (B, 1 + size)
  const kernels = tf.reshape(tf.matMul(shares, weights["actions.effects.kernel"] as tf.Tensor2D), [count, inputs, -1]);
  const biases = tf.matMul(shares, weights["actions.effects.bias"] as tf.Tensor2D);
  return tf.add(tf.matMul(features, kernels as tf.Tensor3D), tf.expandDims(biases, 1));
}

/** The last frame less the one before it, each 2 × 2 neighbours side by side: (B, history+1, H, W, C) → (B, H/2 · W/2, 4·C). */
function actualChange({ history }: LatentActionConfig, frames: tf.Tensor): tf.Tensor3D {
  const { rows, columns, channels } = gridOf(frames);
  const change = tf.sub(frameAt(frames, history), frameAt(frames, history - 1));
  const cut = tf.reshape(change, [-1, rows, STRIDE, columns, STRIDE * channels]);
  return tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [-1, rows * columns, STRIDE ** 2 * channels]);
}

/** What a frame is drawn from, by a product a pixel: frames (B, history+1, H, W, C) → (B, H/2 · W/2, F). */
function featuresOf(config: LatentActionConfig, weights: Weights, frames: tf.Tensor): tf.Tensor3D {
  const { rows, columns } = gridOf(frames);
  const down = (i: number, x: tf.Tensor) => tf.relu(conv(weights, `actions.down.${i}`, x, STRIDE, "same"));
  const up = (i: number, x: tf.Tensor) => tf.relu(convTranspose(weights, `actions.up.${i}`, x, STRIDE, "same"));
  const half = down(0, pastOf(config, frames));
  const quarter = down(1, half);
  const eighth = down(2, quarter);
  const deep = tf.add(eighth, tf.relu(conv(weights, "actions.deep", eighth, 1, "same")));
  const outer = up(0, tf.concat([up(1, deep), quarter], 3));
  const joined = tf.relu(conv(weights, "actions.joined", tf.concat([outer, half], 3), 1, "same"));
  return tf.reshape(joined, [joined.shape[0] as number, rows * columns, joined.shape[3] as number]);
}

/** The frame before the last and how those before it changed, the newest first: (B, history+1, H, W, C) → (B, H, W, history·C). */
function pastOf({ history }: LatentActionConfig, frames: tf.Tensor): tf.Tensor {
  const changes = Array.from({ length: history - 1 }, (_, i) =>
    tf.sub(frameAt(frames, history - 1 - i), frameAt(frames, history - 2 - i)),
  );
  return tf.concat([tf.sub(frameAt(frames, history - 1), MIDDLE), ...changes], 3);
}

/** Frames from one on: (B, n, H, W, C) → (B, n − from, H, W, C). */
function framesFrom(frames: tf.Tensor, from: number): tf.Tensor {
  const [batch, length, ...picture] = frames.shape;
  return tf.slice(frames, [0, from, 0, 0, 0], [batch, length - from, ...picture]);
}

/** One frame of each video: (B, n, H, W, C) → (B, H, W, C). */
function frameAt(frames: tf.Tensor, t: number): tf.Tensor {
  const [batch, , ...picture] = frames.shape;
  return tf.reshape(tf.slice(frames, [0, t, 0, 0, 0], [batch, 1, ...picture]), [batch, ...picture]);
}

/** Rows and columns of 2 × 2 neighbours in a frame. */
function gridOf(frames: tf.Tensor) {
  const [, , height, width, channels] = frames.shape as [number, number, number, number, number];
  return { rows: height / STRIDE, columns: width / STRIDE, channels };
}
