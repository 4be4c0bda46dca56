import * as tf from "@tensorflow/tfjs";
import { type NdArray, zeros } from "../../src/compute/array.ts";
import { noise } from "./fixtures.ts";
import { type Model, seeded } from "./models.ts";

export interface UNetSize {
  /** Pixels of a side; a power of two at least 2 to the number of levels. */
  readonly image: number;
  /** Channels of each level, from the full image downwards. */
  readonly levels: readonly number[];
  readonly groups: number;
  /** Length of the condition (a noise level, an action). */
  readonly condition: number;
}

type Weights = Readonly<Record<string, tf.Tensor>>;

/** Each group of channels of each image to mean 0 and variance 1. */
function groupNorm(x: tf.Tensor, groups: number): tf.Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const grouped = tf.reshape(x, [batch, height * width, groups, channels / groups]);
  const { mean, variance } = tf.moments(grouped, [1, 3], true);
  return tf.reshape(tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, 1e-5))), x.shape);
}

/**
 * A U-Net that predicts the noise in an image, conditioned through adaptive group norm (the denoiser of diffusion world
 * models): residual blocks, mean pooling down, bilinear resizing up, a depthwise convolution at the bottom.
 */
export function uNet({ image, levels, groups, condition }: UNetSize): Model {
  const draw = seeded();
  const parameters: Record<string, NdArray> = {};
  const conv = (name: string, side: number, from: number, to: number): void => {
    parameters[`${name}.kernel`] = draw([side, side, from, to], 1 / Math.sqrt(side ** 2 * from));
    parameters[`${name}.bias`] = zeros([to]);
  };
  const block = (name: string, from: number, to: number): void => {
    parameters[`${name}.adapt`] = draw([condition, 2 * from], 1 / Math.sqrt(condition));
    conv(`${name}.main`, 3, from, to);
    conv(`${name}.skip`, 1, from, to);
  };
  conv("in", 3, 3, levels[0]);
  levels.forEach((channels, i) => {
    block(`down${i}`, channels, levels[i + 1] ?? channels);
  });
  const bottom = levels.at(-1)!;
  parameters["middle.depthwise"] = draw([3, 3, bottom, 1], 1 / 3);
  for (let i = levels.length - 2; i >= 0; i--) block(`up${i}`, levels[i + 1] + levels[i + 1], levels[i]);
  conv("out", 3, levels[0], 3);

  const convolve = (x: tf.Tensor, w: Weights, name: string): tf.Tensor =>
    tf.add(tf.conv2d(x as tf.Tensor4D, w[`${name}.kernel`] as tf.Tensor4D, 1, "same"), w[`${name}.bias`]);
  const residual = (x: tf.Tensor, w: Weights, name: string, c: tf.Tensor): tf.Tensor => {
    const adapted = tf.reshape(tf.matMul(c, w[`${name}.adapt`]), [x.shape[0], 1, 1, 2 * x.shape[3]!]);
    const [scale, shift] = tf.split(adapted, 2, 3);
    const normal = tf.add(tf.mul(groupNorm(x, groups), tf.add(scale, 1)), shift);
    const main = convolve(tf.mul(normal, tf.sigmoid(normal)), w, `${name}.main`);
    return tf.add(main, convolve(x, w, `${name}.skip`));
  };
  return {
    name: "u-net",
    parameters,
    batch: (count) => ({
      images: noise([count, image, image, 3], { seed: 85 }),
      noise: noise([count, image, image, 3], { seed: 86, scale: 1.7 }),
      condition: noise([count, condition], { seed: 87 }),
    }),
    loss: (w, batch) => {
      const noisy = tf.add(batch["images"], batch["noise"]);
      let x = convolve(noisy, w, "in");
      const kept: tf.Tensor[] = [];
      for (const i of levels.keys()) {
        x = residual(x, w, `down${i}`, batch["condition"]);
        if (i === levels.length - 1) break;
        kept.push(x);
        x = tf.avgPool(x as tf.Tensor4D, 3, 2, "same");
      }
      x = tf.add(x, tf.depthwiseConv2d(x as tf.Tensor4D, w["middle.depthwise"] as tf.Tensor4D, 1, "same"));
      for (let i = levels.length - 2; i >= 0; i--) {
        const skip = kept[i];
        const larger = tf.image.resizeBilinear(x as tf.Tensor4D, [skip.shape[1]!, skip.shape[2]!], false, true);
        x = residual(tf.concat([larger, skip], 3), w, `up${i}`, batch["condition"]);
      }
      const loss = tf.mean(tf.squaredDifference(convolve(x, w, "out"), batch["noise"])) as tf.Scalar;
      return { loss, metrics: {} };
    },
  };
}
