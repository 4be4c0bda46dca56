import * as tf from "@tensorflow/tfjs";

/*
 * A frame of tokens in a few parallel passes (Chang et al. 2022, section 3.2). Every pass looks at the tokens that stand and
 * draws all the others; some of what it drew stands from then on. Which ones is left to chance, not to the model's
 * confidence: that favours what does not move, and the dream stands still. Each place keeps one random number for its turn
 * and one for its draw, so that the frame depends on the noise alone.
 */

export interface MaskGitNoise {
  /** (B, S) uniforms: a place stands once its number is below the share that should. */
  readonly order: tf.Tensor;
  /** (B, S) uniforms that pick the tokens. */
  readonly draw: tf.Tensor;
}

export interface DecodedFrame {
  /** (B, S) of int32. */
  readonly tokens: tf.Tensor;
  /** Mean entropy of a place's token before any stands, in nats, (B): at temperature 1. */
  readonly entropy: tf.Tensor;
}

/** Share of tokens that stand after pass i of n, counted from 0: 1 − cos(π/2 · (i + 1)/n), the paper's cosine schedule. */
export function standingShare(i: number, passes: number): number {
  return i + 1 === passes ? 1 : 1 - Math.cos(((Math.PI / 2) * (i + 1)) / passes);
}

/** Draws (B, S) tokens of K. `logitsOf` reads those that stand, (B, S) with `mask` where none does, and gives (B, S, K). */
export function maskGit(
  logitsOf: (standing: tf.Tensor) => tf.Tensor,
  options: { mask: number; passes: number; noise: MaskGitNoise; temperature: tf.Scalar },
): DecodedFrame {
  const { mask, passes, noise, temperature } = options;
  const none = tf.fill(noise.order.shape, mask, "int32");
  const below = (share: number) => tf.less(noise.order, share);
  let tokens: tf.Tensor = none;
  let entropy: tf.Tensor | undefined;
  for (let i = 0; i < passes; i++) {
    const standing = i === 0 ? none : tf.where(below(standingShare(i - 1, passes)), tokens, none);
    const logits = logitsOf(standing);
    entropy ??= tf.mean(entropyOf(logits), 1);
    const drawn = sampleTokens(logits, noise.draw, temperature);
    tokens = i === 0 ? drawn : tf.where(below(standingShare(i - 1, passes)), tokens, drawn);
  }
  return { tokens, entropy: entropy as tf.Tensor };
}

/** One token for each place: logits (B, S, K) at a temperature that acts before they become shares; `draw` (B, S) picks. */
export function sampleTokens(logits: tf.Tensor, draw: tf.Tensor, temperature: tf.Scalar): tf.Tensor {
  const count = logits.shape.at(-1)!;
  const upTo = tf.cumsum(tf.softmax(tf.div(logits, temperature)), -1);
  const passed = tf.sum(tf.cast(tf.lessEqual(upTo, tf.expandDims(draw, -1)), "float32"), -1);
  return tf.cast(tf.minimum(passed, count - 1), "int32"); // rounding may leave the last sum below 1
}

/** Entropy of each place's distribution in nats: (B, S, K) → (B, S). */
function entropyOf(logits: tf.Tensor): tf.Tensor {
  const shares = tf.softmax(logits);
  return tf.neg(tf.sum(tf.mul(shares, tf.log(tf.maximum(shares, 1e-12))), -1));
}
