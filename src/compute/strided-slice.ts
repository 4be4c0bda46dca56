import * as tf from "@tensorflow/tfjs";

/** Which elements a strided slice takes, along the axes of its source. */
export interface Strides {
  readonly begin: readonly number[];
  /** One past the last, in the direction of the stride: may be −1. */
  readonly end: readonly number[];
  readonly strides: readonly number[];
  /** How many, before axes are dropped and added. */
  readonly sizes: readonly number[];
  /** The shape of the result. */
  readonly shape: readonly number[];
}

/** Resolves the negative indices and masks of tf.stridedSlice. */
export function stridesOf(source: readonly number[], a: tf.StridedSliceAttrs): Strides {
  const info = tf.slice_util.sliceInfo(
    [...source],
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
  const { begin, end, strides, finalShape } = info;
  const sizes = begin.map((start, axis) => Math.max(0, Math.ceil((end[axis] - start) / strides[axis])));
  return { begin, end, strides, sizes, shape: finalShape };
}
