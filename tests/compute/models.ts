import * as tf from "@tensorflow/tfjs";
import { type AdamState, adamCorrections, adamInit, adamUpdate } from "../../src/compute/adam.ts";
import { type NdArray, type Parameters, scalar, zeros } from "../../src/compute/array.ts";
import { type CompileOptions, compileStep, type Resident } from "../../src/compute/compile.ts";
import { clipByGlobalNorm, valueAndGradients } from "../../src/compute/gradients.ts";
import { noise } from "./fixtures.ts";

/* The two models of Ha & Schmidhuber 2018 in any size: what the engine exists for, as tests and benchmarks use it. */

type Weights = Readonly<Record<string, tf.Tensor>>;
type Batch = Readonly<Record<string, NdArray>>;

/** A model to train: its weights, a batch, and the loss. */
export interface Model {
  readonly name: string;
  readonly parameters: Parameters;
  readonly batch: (size: number) => Batch;
  readonly loss: (weights: Weights, batch: Weights) => { loss: tf.Scalar; metrics: Record<string, tf.Tensor> };
}

/** Uniform numbers of a given deviation, the same ones in the same order every time. */
export const seeded = (): ((shape: readonly number[], scale: number) => NdArray) => {
  let seed = 0;
  return (shape, scale) => noise(shape, { scale: scale * Math.sqrt(3), seed: ++seed }); // uniform of deviation `scale`
};

export interface VaeSize {
  readonly image: number;
  readonly encoder: readonly { readonly kernel: number; readonly channels: number }[];
  readonly latent: number;
  readonly hidden: number;
  readonly decoder: readonly { readonly kernel: number; readonly channels: number }[];
}

export function vae(size: VaeSize): Model {
  const draw = seeded();
  const parameters: Record<string, NdArray> = {};
  let [side, channels] = [size.image, 3];
  for (const [i, layer] of size.encoder.entries()) {
    const { kernel } = layer;
    parameters[`encode${i}.kernel`] = draw(
      [kernel, kernel, channels, layer.channels],
      1 / Math.sqrt(kernel ** 2 * channels),
    );
    parameters[`encode${i}.bias`] = zeros([layer.channels]);
    side = Math.floor((side - kernel) / 2) + 1;
    channels = layer.channels;
  }
  const flat = side * side * channels;
  for (const [name, from, to] of [
    ["mean", flat, size.latent],
    ["logStd", flat, size.latent],
    ["open", size.latent, size.hidden],
  ] as const) {
    parameters[`${name}.kernel`] = draw([from, to], 1 / Math.sqrt(from));
    parameters[`${name}.bias`] = zeros([to]);
  }
  channels = size.hidden;
  for (const [i, layer] of size.decoder.entries()) {
    const { kernel } = layer;
    parameters[`decode${i}.kernel`] = draw(
      [kernel, kernel, layer.channels, channels],
      2 / Math.sqrt(kernel ** 2 * channels),
    );
    parameters[`decode${i}.bias`] = zeros([layer.channels]);
    channels = layer.channels;
  }
  const affine = (x: tf.Tensor, w: Weights, name: string): tf.Tensor =>
    tf.add(tf.matMul(x, w[`${name}.kernel`]), w[`${name}.bias`]);

  const encode = (w: Weights, x: tf.Tensor): tf.Tensor => {
    let h = x as tf.Tensor4D;
    for (const i of size.encoder.keys()) {
      h = tf.relu(tf.add(tf.conv2d(h, w[`encode${i}.kernel`] as tf.Tensor4D, 2, "valid"), w[`encode${i}.bias`]));
    }
    return tf.reshape(h, [x.shape[0], flat]);
  };
  const decode = (w: Weights, z: tf.Tensor): tf.Tensor => {
    const batch = z.shape[0];
    let h = tf.reshape(affine(z, w, "open"), [batch, 1, 1, size.hidden]) as tf.Tensor4D;
    let length = 1;
    for (const [i, { kernel, channels }] of size.decoder.entries()) {
      length = (length - 1) * 2 + kernel;
      const filter = w[`decode${i}.kernel`] as tf.Tensor4D;
      const sum = tf.add(
        tf.conv2dTranspose(h, filter, [batch, length, length, channels], 2, "valid"),
        w[`decode${i}.bias`],
      );
      h = (i === size.decoder.length - 1 ? tf.sigmoid(sum) : tf.relu(sum)) as tf.Tensor4D;
    }
    return h;
  };
  return {
    name: "vae",
    parameters,
    batch: (count) => ({
      frames: {
        shape: [count, size.image, size.image, 3],
        dtype: "uint8",
        data: Uint8Array.from(noise([count, size.image, size.image, 3], { seed: 77 }).data, (x) => (x + 1) * 127),
      },
      noise: noise([count, size.latent], { seed: 78 }),
    }),
    loss: (w, batch) => {
      const frames = tf.div(tf.cast(batch["frames"], "float32"), 255);
      const count = frames.shape[0];
      const h = encode(w, frames);
      const [mean, logStd] = [affine(h, w, "mean"), affine(h, w, "logStd")];
      const z = tf.add(mean, tf.mul(batch["noise"], tf.exp(logStd)));
      const reconstruction = tf.div(tf.sum(tf.squaredDifference(decode(w, z), frames)), count);
      const inner = tf.sub(tf.sub(tf.add(1, tf.mul(2, logStd)), tf.square(mean)), tf.exp(tf.mul(2, logStd)));
      const kl = tf.mul(-0.5 / count, tf.sum(inner));
      return { loss: tf.add(reconstruction, kl) as tf.Scalar, metrics: { reconstruction, kl } };
    },
  };
}

export interface RnnSize {
  readonly latent: number;
  readonly actions: number;
  readonly hidden: number;
  readonly mixtures: number;
  readonly steps: number;
}

export function mdnRnn({ latent, actions, hidden, mixtures, steps }: RnnSize): Model {
  const draw = seeded();
  const head = 3 * mixtures * latent + 2;
  const parameters = {
    "lstm.kernel": draw([latent + actions + hidden, 4 * hidden], 1 / Math.sqrt(hidden)),
    "lstm.bias": zeros([4 * hidden]),
    "head.kernel": draw([hidden, head], 1 / Math.sqrt(hidden)),
    "head.bias": zeros([head]),
  };
  return {
    name: "mdn-rnn",
    parameters,
    batch: (count) => ({
      inputs: noise([count, steps, latent + actions], { seed: 79, scale: 2 }),
      targets: noise([count, steps, latent], { seed: 80, scale: 2 }),
      rewards: noise([count, steps, 1], { seed: 81 }),
      dones: {
        ...zeros([count, steps, 1]),
        data: noise([count, steps, 1], { seed: 82 }).data.map((x) => (x > 0.9 ? 1 : 0)) as Float32Array,
      },
    }),
    loss: (w, { inputs, targets, rewards, dones }) => {
      const count = inputs.shape[0];
      const rows = steps * count;
      const byTime = (x: tf.Tensor): tf.Tensor => tf.reshape(tf.transpose(x, [1, 0, 2]), [rows, x.shape[2]!]);
      const kernel = w["lstm.kernel"];
      const outer = tf.slice(kernel, [0, 0], [latent + actions, 4 * hidden]);
      const inner = tf.slice(kernel, [latent + actions, 0], [hidden, 4 * hidden]);
      const projected = tf.add(tf.matMul(byTime(inputs), outer), w["lstm.bias"]); // out of the loop: one product for all steps
      const gates = tf.unstack(tf.reshape(projected, [steps, count, 4 * hidden]), 0);
      let [h, c]: tf.Tensor[] = [tf.zeros([count, hidden]), tf.zeros([count, hidden])];
      const outputs: tf.Tensor[] = [];
      for (const gate of gates) {
        const [i, j, f, o] = tf.split(tf.add(gate, tf.matMul(h, inner)), 4, 1);
        c = tf.add(tf.mul(c, tf.sigmoid(tf.add(f, 1))), tf.mul(tf.sigmoid(i), tf.tanh(j)));
        h = tf.mul(tf.tanh(c), tf.sigmoid(o));
        outputs.push(h);
      }
      const out = tf.add(tf.matMul(tf.reshape(tf.stack(outputs, 0), [rows, hidden]), w["head.kernel"]), w["head.bias"]);
      const width = mixtures * latent;
      const [logits, means, stds, rest] = tf.split(out, [width, width, width, 2], 1);
      const each = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [rows, latent, mixtures]);
      const logStd = tf.clipByValue(each(stds), -5, 5);
      const z = tf.mul(tf.sub(tf.expandDims(byTime(targets), -1), each(means)), tf.exp(tf.neg(logStd)));
      const logProb = tf.sub(tf.sub(tf.logSoftmax(each(logits), -1), logStd), tf.mul(0.5, tf.square(z)));
      const nll = tf.neg(tf.mean(tf.sub(tf.logSumExp(logProb, -1), 0.9189385)));
      const [reward, logit] = tf.split(rest, 2, 1);
      const rewardLoss = tf.mean(tf.squaredDifference(reward, byTime(rewards)));
      const doneLoss = tf.mean(tf.sub(tf.softplus(logit), tf.mul(logit, byTime(dones))));
      return { loss: tf.addN([nll, rewardLoss, doneLoss]) as tf.Scalar, metrics: { nll, rewardLoss, doneLoss } };
    },
  };
}

type State = { weights: Parameters; adam: AdamState };
type Inputs = { batch: Batch; learningRate: NdArray; corrections: { first: NdArray; second: NdArray } };
type Outputs = { loss: tf.Tensor; metrics: Record<string, tf.Tensor> };

/** Training of a model as a resident state: weights and Adam's means stay with the engine. */
export function startTraining(
  { name, parameters, loss }: Model,
  options: Partial<CompileOptions> = {},
): Promise<Resident<State, Inputs, Outputs>> {
  const open = compileStep<State, Inputs, Outputs, Record<string, never>>(
    ({ weights, adam }, { batch, learningRate, corrections }) => {
      const { value, gradients } = valueAndGradients(weights, (w) => loss(w, batch));
      const next = adamUpdate({
        parameters: weights,
        gradients: clipByGlobalNorm(gradients, 10),
        state: adam,
        learningRate: learningRate as tf.Scalar,
        corrections,
      });
      return { state: { weights: next.parameters, adam: next.state }, outputs: value };
    },
    { name, ...options },
  );
  return open({ weights: parameters, adam: adamInit(parameters) });
}

/** The inputs of step t, counted from 1. */
export function trainingInputs(batch: Batch, t: number): Inputs {
  return { batch, learningRate: scalar(1e-3), corrections: adamCorrections(t) };
}
