import type { NdArray } from "../compute/array.ts";
import type { RenderFrame } from "../core/env.ts";

/** (B, height, width, 3) in [0, 1] → B pictures of bytes. */
export function toRenderFrames(frames: NdArray): RenderFrame[] {
  const [batch, height, width, channels] = frames.shape;
  const size = height * width * channels;
  return Array.from({ length: batch }, (_, b) => ({
    width,
    height,
    data: Uint8Array.from(frames.data.subarray(b * size, (b + 1) * size), (value) => Math.round(255 * value)),
  }));
}
