import type { NdArray } from "../compute/array.ts";
import type { RandomStream } from "../core/random.ts";
import type { NoiseSize } from "../world-models/world-model.ts";

/** The random numbers of one step of B dreams: what the model takes, and one uniform each that decides about the end. */
export interface StepNoise {
  readonly normal: NdArray; // (B, normal)
  readonly uniform: NdArray; // (B, uniform)
  readonly termination: NdArray; // (B)
}

/** Draws for each dream from its own stream, so that a dream is the same in whichever slot it runs. */
export function drawNoise(size: NoiseSize, streams: readonly RandomStream[]): StepNoise {
  const batch = streams.length;
  const normal = new Float32Array(batch * size.normal);
  const uniform = new Float32Array(batch * size.uniform);
  const termination = new Float32Array(batch);
  streams.forEach((stream, b) => {
    for (let i = 0; i < size.normal; i++) normal[b * size.normal + i] = stream.normal();
    for (let i = 0; i < size.uniform; i++) uniform[b * size.uniform + i] = stream.uniform();
    termination[b] = stream.uniform();
  });
  return {
    normal: { shape: [batch, size.normal], dtype: "float32", data: normal },
    uniform: { shape: [batch, size.uniform], dtype: "float32", data: uniform },
    termination: { shape: [batch], dtype: "float32", data: termination },
  };
}
