import * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../../compute/array.ts";
import type { Box } from "../../core/spaces/box.ts";
import type { Space } from "../../core/spaces/space.ts";
import { embeddingParameters } from "../../nn/embedding.ts";
import type { NormalDraw, Weights } from "../../nn/weights.ts";

/** Pixels of a frame. */
export interface FrameSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A learned vector for each place of a frame. */
export function positionParameters(
  name: string,
  { places, width }: { places: number; width: number },
  draw: NormalDraw,
): Parameters {
  return embeddingParameters(`${name}.place`, { count: places, width }, draw);
}

/** x (..., S, d) with the vectors of its places added. */
export function withPositions(weights: Weights, name: string, x: tf.Tensor): tf.Tensor {
  return tf.add(x, weights[`${name}.place.table`]);
}

/** The size of an environment's frames. */
export function frameSizeOf(space: Space<unknown>): FrameSize {
  const [height, width, channels] = (space as unknown as Box).shape;
  return { height, width, channels };
}
