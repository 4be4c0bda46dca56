import * as tf from "@tensorflow/tfjs";
import type { NdArray, Parameters } from "../../src/compute/array.ts";
import { compile, compileStep } from "../../src/compute/compile.ts";
import { noise } from "../compute/fixtures.ts";
import { type Model, mdnRnn, PAPER_RNN, PAPER_VAE, startTraining, trainingInputs, vae } from "../compute/models.ts";
import { BENCHMARK_ST, stTransformer } from "../compute/st-transformer.ts";

/* Times of the work that dominates training and dreaming. Best of several, as other load only ever adds. */

export interface Timing {
  readonly name: string;
  readonly milliseconds: number;
}

async function best(name: string, runs: number, body: () => Promise<unknown>): Promise<Timing> {
  let milliseconds = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await body();
    milliseconds = Math.min(milliseconds, performance.now() - start);
  }
  return { name, milliseconds };
}

/** One train step: forward, backward, clipping, Adam. */
async function trainStep(model: Model, size: number, runs: number): Promise<Timing> {
  const training = await startTraining(model);
  const batch = model.batch(size);
  let t = 0;
  const timing = await best(`${model.name} train step, batch ${size}`, runs, () =>
    training.step(trainingInputs(batch, ++t)),
  );
  await training.dispose();
  return timing;
}

export const vaeTrainStep = (size: number): Promise<Timing> => trainStep(vae(PAPER_VAE), size, 8);
export const rnnTrainStep = (size: number): Promise<Timing> => trainStep(mdnRnn(PAPER_RNN), size, 12);
export const transformerTrainStep = (size: number): Promise<Timing> => trainStep(stTransformer(BENCHMARK_ST), size, 6);

/** A product of two square matrices: the unit in which the others are best understood. */
export async function product(size: number): Promise<Timing> {
  const multiply = compile<{ a: NdArray; b: NdArray }, tf.Tensor, Record<string, never>>(
    ({ a, b }) => tf.sum(tf.matMul(a, b)), // one number back: no copies in the figure
    { name: "product", offThread: false },
  );
  const inputs = { a: noise([size, size]), b: noise([size, size], { seed: 2 }) };
  const timing = await best(`product of ${size}×${size} matrices`, 12, () => multiply.run(inputs));
  await multiply.dispose();
  return timing;
}

/** One step of a dream: LSTM cell and mixture parameters, weights baked in; no round trip to a worker. */
export async function dreamStep(size: number): Promise<Timing> {
  const { latent, actions, hidden } = PAPER_RNN;
  const { parameters } = mdnRnn(PAPER_RNN);
  const open = compileStep<{ h: NdArray; c: NdArray }, { x: NdArray }, tf.Tensor, Parameters>(
    (state, { x }, w) => {
      const gates = tf.add(tf.matMul(tf.concat([x, state.h], 1), w["lstm.kernel"]), w["lstm.bias"]);
      const [i, j, f, o] = tf.split(gates, 4, 1);
      const c = tf.add(tf.mul(state.c, tf.sigmoid(tf.add(f, 1))), tf.mul(tf.sigmoid(i), tf.tanh(j)));
      const h = tf.mul(tf.tanh(c), tf.sigmoid(o));
      return { state: { h, c }, outputs: tf.add(tf.matMul(h, w["head.kernel"]), w["head.bias"]) };
    },
    { name: "dream", constants: parameters, offThread: false },
  );
  const blank = noise([size, hidden], { scale: 0.1 });
  const dream = await open({ h: blank, c: blank });
  const inputs = { x: noise([size, latent + actions]) };
  const timing = await best(`dream step, ${size} at once (mean of 100)`, 10, async () => {
    for (let i = 0; i < 100; i++) await dream.step(inputs);
  });
  await dream.dispose();
  return { ...timing, milliseconds: timing.milliseconds / 100 };
}

/** All of them, in order. */
export async function measureCompute(report: (timing: Timing) => void): Promise<void> {
  report(await product(1024));
  for (const size of [32, 100]) report(await vaeTrainStep(size));
  report(await rnnTrainStep(100));
  report(await transformerTrainStep(4));
  for (const size of [1, 16, 256]) report(await dreamStep(size));
}
