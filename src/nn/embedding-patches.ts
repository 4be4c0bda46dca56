import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors.ts";

/*
 * Pictures as rows of patches (Dosovitskiy et al. 2021, eq. 1) and back. A patch embedding is `dense` over `patchesOf`, its
 * inverse `pictureOf` over `dense`.
 */

/** x (B, H, W, C) → (B, H/p · W/p, p · p · C): patches of p × p pixels, row by row. */
export function patchesOf(x: tf.Tensor, patch: number): tf.Tensor3D {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [rows, columns] = gridOf({ height, width, patch });
  const cut = tf.reshape(x, [batch, rows, patch, columns, patch * channels]);
  return tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [batch, rows * columns, patch * patch * channels]);
}

/** The inverse of `patchesOf`: (B, H/p · W/p, p · p · C) → (B, H, W, C). */
export function pictureOf(
  patches: tf.Tensor,
  { height, width, patch }: { height: number; width: number; patch: number },
): tf.Tensor4D {
  const [batch, , size] = patches.shape as [number, number, number];
  const [rows, columns] = gridOf({ height, width, patch });
  const channels = size / patch ** 2;
  const cut = tf.reshape(patches, [batch, rows, columns, patch, patch * channels]);
  return tf.reshape(tf.transpose(cut, [0, 1, 3, 2, 4]), [batch, height, width, channels]);
}

/** Rows and columns of patches. */
function gridOf({ height, width, patch }: { height: number; width: number; patch: number }): [number, number] {
  if (height % patch !== 0 || width % patch !== 0) {
    throw new ConfigError(
      `Expected a patch that divides ${height} × ${width} pixels, got ${patch}. Use a common divisor of both.`,
    );
  }
  return [height / patch, width / patch];
}
