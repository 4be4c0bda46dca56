import * as tf from "@tensorflow/tfjs";
import type { NdArray } from "../../src/compute/array.ts";
import { tokenNll } from "../../src/nn/cross-entropy.ts";
import { stTransformer as stack, stTransformerParameters } from "../../src/nn/st-transformer.ts";
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

/** The ST-transformer of src/nn between a table of tokens and a head, trained to name a token for each place of each frame. */
export function stTransformer(size: StTransformerSize): Model {
  const { vocabulary, frames, places, width } = size;
  const draw = seeded();
  const [normals, next] = [noise([2 ** 16], { scale: Math.sqrt(3), seed: 99 }).data, { place: 0 }];
  const parameters: Record<string, NdArray> = {
    "tokens.table": draw([vocabulary, width], 0.02),
    "places.table": draw([1, 1, places, width], 0.02),
    "frames.table": draw([1, frames, 1, width], 0.02),
    ...stTransformerParameters("st", size, () => normals[next.place++ % normals.length]),
    head: draw([width, vocabulary], 1 / Math.sqrt(width)),
  };
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
      const rows = tokens.shape[0] * frames * places;
      const x = tf.add(tf.add(tf.gather(w["tokens.table"], tokens), w["places.table"]), w["frames.table"]);
      const logits = tf.matMul(tf.reshape(stack(w, "st", x, size), [rows, width]), w["head"]);
      const loss = tf.mean(tokenNll(logits, tf.reshape(targets, [rows]))) as tf.Scalar;
      return { loss, metrics: {} };
    },
  };
}
