import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Parameters } from "../../compute/array.ts";
import { conv, convParameters, convTranspose, convTransposeParameters } from "../../nn/conv.ts";
import { dense, denseParameters } from "../../nn/dense.ts";
import type { NormalDraw, Weights } from "../../nn/weights.ts";
import { unitFrames } from "../unit-frames.ts";

/** V of World Models (Ha & Schmidhuber 2018, appendix A.1): 64×64 RGB frames ↔ a latent vector. */
export const VaeConfig = z.strictObject({
  /** Length of the latent vector z. */
  latentSize: z.int().positive().default(32),
  /** Channels of the four encoder convolutions; the decoder mirrors them. */
  channels: z
    .tuple([z.int().positive(), z.int().positive(), z.int().positive(), z.int().positive()])
    .default([32, 64, 128, 256]),
  /** The KL term presses no further once it is below this many nats per latent dimension. */
  klTolerance: z.number().nonnegative().default(0.5),
  /**
   * How much more an error counts where a frame differs from the mean image (the frame's average difference, such as the
   * red flash of a hit, taken out): weight 1 + this · min(|difference| / 0.4, 1).
   * Small bright things (a far fireball is a few pixels) are lost without it; 0 is the paper's plain squared error.
   */
  foregroundWeight: z.number().nonnegative().default(0),
});
export type VaeConfig = z.output<typeof VaeConfig>;

/** Side of the square frames. The four valid convolutions take it to 31, 14, 6 and 2. */
export const FRAME_SIDE = 64;
const DIFFERENCE_SATURATION = 0.4;
const ENCODER_KERNEL = 4;
const DECODER_KERNELS = [5, 5, 6, 6];
const STRIDE = 2;
const LOG_STD_LIMIT = 8;

/** The posterior q(z | x): a diagonal normal, both (B, Z). */
export interface Posterior {
  readonly mean: tf.Tensor;
  readonly logStd: tf.Tensor;
}

export function vaeParameters(config: VaeConfig, draw: NormalDraw): Parameters {
  const [c1, c2, c3, c4] = config.channels;
  const flat = 4 * c4;
  const encoder = [3, c1, c2, c3].map((inputs, i) =>
    convParameters(`encoder.${i}`, { kernel: ENCODER_KERNEL, inputs, outputs: config.channels[i] }, draw),
  );
  const widths = [flat, c3, c2, c1, 3];
  const decoder = DECODER_KERNELS.map((kernel, i) =>
    convTransposeParameters(
      `decoder.${i}`,
      { kernel, inputs: widths[i], outputs: widths[i + 1], stride: i === 0 ? 1e9 : STRIDE },
      draw,
    ),
  );
  return Object.assign(
    {},
    ...encoder,
    denseParameters("mean", { inputs: flat, outputs: config.latentSize }, draw),
    denseParameters("logStd", { inputs: flat, outputs: config.latentSize }, draw, 0.1),
    denseParameters("latent", { inputs: config.latentSize, outputs: flat }, draw),
    ...decoder,
  );
}

/** x (B, 64, 64, 3) in [0, 1] → q(z | x). */
export function encode(weights: Weights, x: tf.Tensor): Posterior {
  let h = x;
  for (let i = 0; i < 4; i++) h = tf.relu(conv(weights, `encoder.${i}`, h, STRIDE)); // 31, 14, 6, 2
  const flat = tf.reshape(h, [x.shape[0], -1]);
  return {
    mean: dense(weights, "mean", flat),
    logStd: tf.clipByValue(dense(weights, "logStd", flat), -LOG_STD_LIMIT, LOG_STD_LIMIT),
  };
}

/** z (B, Z) → frames (B, 64, 64, 3) in (0, 1). */
export function decode(weights: Weights, z: tf.Tensor): tf.Tensor4D {
  const flat = dense(weights, "latent", z);
  let h: tf.Tensor = tf.reshape(flat, [z.shape[0], 1, 1, flat.shape[1]]);
  for (let i = 0; i < 3; i++) h = tf.relu(convTranspose(weights, `decoder.${i}`, h, STRIDE)); // 5, 13, 30
  return tf.sigmoid(convTranspose(weights, "decoder.3", h, STRIDE)) as tf.Tensor4D;
}

/** z = μ + σ·ε (Kingma & Welling 2014, §2.4). */
export function sampleLatent(posterior: Posterior, normal: tf.Tensor): tf.Tensor {
  return tf.add(posterior.mean, tf.mul(tf.exp(posterior.logStd), normal));
}

export interface VaeBatch {
  /** (B, 64, 64, 3), bytes. */
  readonly frames: tf.Tensor;
  /** The data set's mean image, (64, 64, 3) in [0, 1]; read only where `foregroundWeight` > 0. */
  readonly meanImage: tf.Tensor;
  /** Standard normals, (B, Z). */
  readonly normal: tf.Tensor;
}

/** Squared error summed over a frame + KL above its tolerance, both averaged over the batch: the negative ELBO, with free nats. */
export function vaeLoss(config: VaeConfig, weights: Weights, batch: VaeBatch) {
  const x = unitFrames(batch.frames);
  const posterior = encode(weights, x);
  const reconstruction = decode(weights, sampleLatent(posterior, batch.normal));
  const error = tf.square(tf.sub(reconstruction, x));
  const weighted = config.foregroundWeight > 0 ? tf.mul(error, foregroundWeights(config, x, batch.meanImage)) : error;
  const perFrame = tf.mean(tf.sum(weighted, [1, 2, 3]));

  const { mean, logStd } = posterior;
  // KL(q ‖ N(0, I)) = −½ Σ (1 + 2 log σ − μ² − σ²)   (Kingma & Welling 2014, appendix B)
  const inner = tf.sub(tf.sub(tf.add(tf.mul(logStd, 2), 1), tf.square(mean)), tf.exp(tf.mul(logStd, 2)));
  const kl = tf.mul(tf.sum(inner, 1), -0.5);
  const floor = config.klTolerance * config.latentSize;
  const klAbove = tf.mean(tf.add(tf.relu(tf.sub(kl, floor)), floor)); // max(KL, floor)

  const plain = tf.mean(tf.sum(error, [1, 2, 3]));
  return { loss: tf.add(perFrame, klAbove) as tf.Scalar, metrics: { reconstruction: plain, kl: tf.mean(kl) } };
}

/** (B, 64, 64, 1): more where the frame differs from the mean image in any channel, a tint of the whole frame left aside. */
function foregroundWeights(config: VaeConfig, x: tf.Tensor, meanImage: tf.Tensor): tf.Tensor {
  const difference = tf.sub(x, meanImage);
  const local = tf.sub(difference, tf.mean(difference, [1, 2], true));
  const share = tf.clipByValue(tf.mul(tf.max(tf.abs(local), -1, true), 1 / DIFFERENCE_SATURATION), 0, 1);
  return tf.add(tf.mul(share, config.foregroundWeight), 1);
}
