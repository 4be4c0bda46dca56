import * as tf from "@tensorflow/tfjs";
import { type NdArray, zeros } from "../../src/compute/array.ts";
import { ints, noise } from "./fixtures.ts";
import { type Model, seeded } from "./models.ts";

export interface StTransformerSize {
  /** Different tokens. */
  readonly vocabulary: number;
  /** Frames of a window. */
  readonly frames: number;
  /** Tokens of a frame. */
  readonly places: number;
  readonly width: number;
  readonly heads: number;
  readonly blocks: number;
}

/** The size that the benchmark trains, with four windows in a batch. */
export const BENCHMARK_ST: StTransformerSize = {
  vocabulary: 1024,
  frames: 8,
  places: 256,
  width: 128,
  heads: 4,
  blocks: 4,
};

type Weights = Readonly<Record<string, tf.Tensor>>;

/** y = (x − mean) / √(variance + 1e-5) · scale + offset over the last axis. */
function layerNorm(x: tf.Tensor, w: Weights, name: string): tf.Tensor {
  const { mean, variance } = tf.moments(x, [-1], true);
  const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
  return tf.add(tf.mul(normal, w[`${name}.scale`]), w[`${name}.offset`]);
}

/** Self-attention of rows (N, L, d), several heads; `mask` (L, L) is added to the scores. */
function attention(x: tf.Tensor, w: Weights, name: string, heads: number, mask?: tf.Tensor): tf.Tensor {
  const [count, length, width] = x.shape as [number, number, number];
  const size = width / heads;
  const projected = tf.matMul(tf.reshape(x, [count * length, width]), w[`${name}.qkv`]);
  const split = tf.transpose(tf.reshape(projected, [count, length, 3, heads, size]), [2, 0, 3, 1, 4]);
  const [q, k, v] = tf.unstack(split, 0); // (N, heads, L, size) each
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(size));
  const mixed = tf.matMul(tf.softmax(mask ? tf.add(scores, mask) : scores), v);
  const rows = tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [count * length, width]);
  return tf.reshape(tf.matMul(rows, w[`${name}.out`]), [count, length, width]);
}

/**
 * A transformer over frames of tokens whose blocks attend over the places of a frame, then causally over the frames of a
 * place (the ST-transformer of Genie, Bruce et al. 2024), trained to name a token for each place of each frame.
 */
export function stTransformer(size: StTransformerSize): Model {
  const { vocabulary, frames, places, width, heads, blocks } = size;
  const draw = seeded();
  const parameters: Record<string, NdArray> = {
    "tokens.table": draw([vocabulary, width], 0.02),
    "places.table": draw([1, 1, places, width], 0.02),
    "frames.table": draw([1, frames, 1, width], 0.02),
  };
  const norm = (name: string): void => {
    parameters[`${name}.scale`] = { ...zeros([width]), data: new Float32Array(width).fill(1) };
    parameters[`${name}.offset`] = zeros([width]);
  };
  for (let i = 0; i < blocks; i++) {
    for (const part of ["space", "time"]) {
      norm(`${i}.${part}.norm`);
      parameters[`${i}.${part}.qkv`] = draw([width, 3 * width], 1 / Math.sqrt(width));
      parameters[`${i}.${part}.out`] = draw([width, width], 1 / Math.sqrt(width));
    }
    norm(`${i}.mlp.norm`);
    parameters[`${i}.mlp.up`] = draw([width, 4 * width], 1 / Math.sqrt(width));
    parameters[`${i}.mlp.upBias`] = zeros([4 * width]);
    parameters[`${i}.mlp.down`] = draw([4 * width, width], 1 / Math.sqrt(4 * width));
    parameters[`${i}.mlp.downBias`] = zeros([width]);
  }
  norm("norm");
  parameters["head"] = draw([width, vocabulary], 1 / Math.sqrt(width));
  const later = Float32Array.from({ length: frames * frames }, (_, i) => (i % frames > Math.floor(i / frames) ? -1e9 : 0)); // biome-ignore format: one line

  const tokens = (count: number, seed: number): NdArray =>
    ints(
      [count, frames, places],
      noise([count, frames, places], { seed }).data.map((x) => Math.floor(Math.abs(x) * vocabulary) % vocabulary),
    );
  return {
    name: "st-transformer",
    parameters,
    batch: (count) => ({ tokens: tokens(count, 83), targets: tokens(count, 84) }),
    loss: (w, { tokens, targets }) => {
      const count = tokens.shape[0];
      const rows = count * frames * places;
      const mask = tf.tensor2d(later, [frames, frames]);
      let x = tf.add(tf.add(tf.gather(w["tokens.table"], tokens), w["places.table"]), w["frames.table"]);
      for (let i = 0; i < blocks; i++) {
        const space = tf.reshape(layerNorm(x, w, `${i}.space.norm`), [count * frames, places, width]);
        x = tf.add(x, tf.reshape(attention(space, w, `${i}.space`, heads), x.shape));
        const time = tf.transpose(layerNorm(x, w, `${i}.time.norm`), [0, 2, 1, 3]); // (B, places, frames, d)
        const over = attention(tf.reshape(time, [count * places, frames, width]), w, `${i}.time`, heads, mask);
        x = tf.add(x, tf.transpose(tf.reshape(over, [count, places, frames, width]), [0, 2, 1, 3]));
        const flat = tf.reshape(layerNorm(x, w, `${i}.mlp.norm`), [rows, width]);
        const hidden = tf.add(tf.matMul(flat, w[`${i}.mlp.up`]), w[`${i}.mlp.upBias`]);
        const bent = tf.mul(hidden, tf.sigmoid(tf.mul(1.702, hidden))); // the gelu of Hendrycks & Gimpel's sigmoid kind
        x = tf.add(x, tf.reshape(tf.add(tf.matMul(bent, w[`${i}.mlp.down`]), w[`${i}.mlp.downBias`]), x.shape));
      }
      const logits = tf.matMul(tf.reshape(layerNorm(x, w, "norm"), [rows, width]), w["head"]);
      const chosen = tf.gather(tf.logSoftmax(logits), tf.reshape(targets, [rows, 1]), 1, 1);
      const loss = tf.neg(tf.mean(chosen)) as tf.Scalar;
      return { loss, metrics: {} };
    },
  };
}
