import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Parameters } from "../../compute/array.ts";
import { stopGradient } from "../../compute/stop-gradient.ts";
import { conv, convParameters, convTranspose, convTransposeParameters } from "../../nn/conv.ts";
import { dense, denseParameters } from "../../nn/dense.ts";
import { patchesOf } from "../../nn/embedding-patches.ts";
import { codebookSize, fsq, fsqCodes, fsqIndices } from "../../nn/fsq.ts";
import type { NormalDraw, Weights } from "../../nn/weights.ts";
import type { FrameSize } from "./frame-grid.ts";

/*
 * Frames ↔ tokens (Bruce et al. 2024, section 2.1, "Video Tokenizer"), with finite scalar quantization in the place of a
 * learned codebook (Mentzer et al. 2023): nothing to collapse, no commitment loss.
 *
 * Two things differ from the paper. Each frame is read alone, so that a dream's picture depends on its tokens only and any
 * single image can begin one. And the layers are convolutions, one halving for each power of two in the patch: neighbouring
 * pixels belong together, which a transformer over patches has to find out first, and two cores have a few thousand steps.
 */

const LARGEST_VOCABULARY = 2 ** 24;

export const VideoTokenizerConfig = z.strictObject({
  /** Pixels a token stands for, along each side: a frame of 64 × 64 has 256, 64 or 16 tokens at 4, 8 or 16. */
  patch: z.literal([4, 8, 16]).default(8),
  /**
   * Levels of each number of a code; their product is the size of the vocabulary. The dynamics read and draw the numbers one
   * by one, so a large vocabulary costs them little.
   */
  levels: z
    .array(z.int().min(2))
    .min(1)
    .refine((levels) => codebookSize(levels) <= LARGEST_VOCABULARY, {
      error: `Expected levels whose product is at most ${LARGEST_VOCABULARY}: tokens are counted in float32`,
    })
    .default([5, 5, 5, 5, 5, 5, 5, 5]),
  /** Channels where the tokens are; each doubling of the resolution halves them. */
  width: z.int().positive().default(128),
  /**
   * How much more a patch counts for each time that its error exceeds the frames' average, up to eight times: small things
   * on a plain ground (a blade, spikes) are lost without it. 0 is the plain squared error.
   */
  hardPatches: z.number().nonnegative().default(0.1),
  /** Residual blocks at the tokens' resolution, as many in the encoder as in the decoder. */
  blocks: z.int().nonnegative().default(1),
});
export type VideoTokenizerConfig = z.output<typeof VideoTokenizerConfig>;

/** Pixels in [0, 1] are centred for the network. */
const MIDDLE = 0.5;
/** Makes losses of about 1, whose slopes are far above Adam's ε. */
const LOSS_SCALE = 1000;
const MOST_EXCESS = 8;
const KERNEL = 4;
const STRIDE = 2;
/** A residual block begins as little more than what it is added to. */
const QUIET = 0.1;

export function videoTokenizerParameters(
  config: VideoTokenizerConfig,
  { channels }: FrameSize,
  draw: NormalDraw,
): Parameters {
  const { width, levels, blocks } = config;
  const widths = widthsOf(config, channels);
  const parts: Parameters[] = [];
  for (let i = 0; i + 1 < widths.length; i++) {
    const [outer, inner] = [widths[i], widths[i + 1]];
    parts.push(
      convParameters(`tokenizer.down.${i}`, { kernel: KERNEL, inputs: outer, outputs: inner }, draw),
      convTransposeParameters(
        `tokenizer.up.${i}`,
        { kernel: KERNEL, inputs: inner, outputs: outer, stride: STRIDE },
        draw,
      ),
    );
  }
  for (const side of ["encoder", "decoder"])
    for (let i = 0; i < blocks; i++) {
      const name = `tokenizer.${side}.${i}`;
      parts.push(
        convParameters(`${name}.wide`, { kernel: 3, inputs: width, outputs: width }, draw),
        convParameters(`${name}.narrow`, { kernel: 1, inputs: width, outputs: width }, () => QUIET * draw()),
      );
    }
  return Object.assign(
    {},
    ...parts,
    denseParameters("tokenizer.code", { inputs: width, outputs: levels.length }, draw),
    denseParameters("tokenizer.token", { inputs: levels.length, outputs: width }, draw),
  );
}

/** Frames (N, H, W, C) in [0, 1] → their codes on the levels, (N, S, D) in [−1, 1]; slopes pass straight through. */
export function encodeFrames(config: VideoTokenizerConfig, weights: Weights, frames: tf.Tensor): tf.Tensor {
  const { width, levels, blocks } = config;
  let h: tf.Tensor = tf.sub(frames, MIDDLE);
  for (let i = 0; i < halvings(config); i++) h = tf.relu(conv(weights, `tokenizer.down.${i}`, h, STRIDE, "same"));
  for (let i = 0; i < blocks; i++) h = residual(weights, `tokenizer.encoder.${i}`, h);
  const z = dense(weights, "tokenizer.code", tf.reshape(h, [-1, width]));
  return fsq(tf.reshape(z, [frames.shape[0], -1, levels.length]), levels).codes;
}

/** Codes (N, S, D) → frames (N, H, W, C), near [0, 1] and not cut off at its ends. */
export function decodeCodes(
  config: VideoTokenizerConfig,
  weights: Weights,
  codes: tf.Tensor,
  frame: FrameSize,
): tf.Tensor {
  const { width, patch, levels, blocks } = config;
  const rows = dense(weights, "tokenizer.token", tf.reshape(codes, [-1, levels.length]));
  let h: tf.Tensor = tf.reshape(rows, [codes.shape[0], frame.height / patch, frame.width / patch, width]);
  for (let i = 0; i < blocks; i++) h = residual(weights, `tokenizer.decoder.${i}`, h);
  for (let i = halvings(config) - 1; i >= 0; i--)
    h = convTranspose(weights, `tokenizer.up.${i}`, tf.relu(h), STRIDE, "same");
  return tf.add(h, MIDDLE);
}

/** Codes (..., D) → tokens (...) of int32 in [0, ∏ levels). */
export const tokensOfCodes = ({ levels }: VideoTokenizerConfig, codes: tf.Tensor): tf.Tensor =>
  fsqIndices(codes, levels);

/** Tokens (...) → codes (..., D). */
export const codesOfTokens = ({ levels }: VideoTokenizerConfig, tokens: tf.Tensor): tf.Tensor =>
  fsqCodes(tokens, levels);

/** Squared error of frames (N, H, W, C) in [0, 1], averaged over pixels and scaled, hard patches first; FSQ needs no other term. */
export function videoTokenizerLoss(config: VideoTokenizerConfig, weights: Weights, frames: tf.Tensor, size: FrameSize) {
  const codes = encodeFrames(config, weights, frames);
  const squares = tf.square(tf.sub(decodeCodes(config, weights, codes, size), frames));
  const perPatch = tf.mean(patchesOf(squares, config.patch), 2); // (N, S)
  const error = tf.mean(perPatch);
  // 10 log₁₀(1 / error): the PSNR of the mean error, a little below the mean of the PSNRs.
  const psnr = tf.mul(tf.log(tf.maximum(error, 1e-10)), -10 / Math.LN10);
  const excess = tf.minimum(tf.div(perPatch, tf.add(error, 1e-8)), MOST_EXCESS);
  const weight = tf.add(tf.mul(stopGradient(excess), config.hardPatches), 1);
  return { loss: tf.mul(tf.mean(tf.mul(perPatch, weight)), LOSS_SCALE) as tf.Scalar, metrics: { psnr } };
}

/** h + conv(relu(conv(relu(h)))), (N, H, W, width). */
function residual(weights: Weights, name: string, h: tf.Tensor): tf.Tensor {
  const wide = tf.relu(conv(weights, `${name}.wide`, tf.relu(h), 1, "same"));
  return tf.add(h, conv(weights, `${name}.narrow`, wide, 1, "same"));
}

const halvings = ({ patch }: VideoTokenizerConfig): number => Math.log2(patch);

/** Channels from the pixels to the tokens: 3, 32, 64, 128 for a patch of 8 and a width of 128. */
function widthsOf(config: VideoTokenizerConfig, channels: number): number[] {
  const count = halvings(config);
  return [channels, ...Array.from({ length: count }, (_, i) => Math.ceil(config.width / 2 ** (count - 1 - i)))];
}
