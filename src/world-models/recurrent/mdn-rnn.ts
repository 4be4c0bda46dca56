import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import type { Parameters } from "../../compute/array.ts";
import { dense, denseParameters } from "../../nn/dense.ts";
import { type LstmState, lstmCell, lstmParameters, lstmProject, lstmStep } from "../../nn/lstm.ts";
import { type Mixture, mixtureNll, mixtureOf, mixtureSizes } from "../../nn/mixture-density.ts";
import type { NormalDraw, Weights } from "../../nn/weights.ts";

/** M of World Models (Ha & Schmidhuber 2018, appendix A.2): p(z', d, r | z, a, h), a mixture density on an LSTM. */
export const MdnRnnConfig = z.strictObject({
  latentSize: z.int().positive().default(32),
  /** Numbers that describe an action to the network. */
  actionSize: z.int().positive().default(3),
  hiddenSize: z.int().positive().default(256),
  /** Normals in each latent dimension's mixture, each with weights of its own. */
  mixtures: z.int().positive().default(5),
  /** One more input: 1 at the first step of an episode (the original's TakeCover). */
  restartInput: z.boolean().default(false),
  doneHead: z.boolean().default(true),
  rewardHead: z.boolean().default(true),
  /** How much more a step that ends an episode counts in the loss than one that does not. */
  doneWeight: z.number().positive().default(10),
  /** What the reward head calls 1, in the environment's unit: about the rewards' standard deviation. */
  rewardScale: z.number().positive().default(1),
});
export type MdnRnnConfig = z.output<typeof MdnRnnConfig>;

/** What M says of the next step; every row is one dream. */
export interface Prediction {
  readonly mixture: Mixture;
  /** log-odds that the episode terminates with this step, (N, 1), as trained: before the weight is taken out. */
  readonly doneLogit?: tf.Tensor;
  /** Expected reward in units of `rewardScale`, (N, 1). */
  readonly reward?: tf.Tensor;
}

export function mdnRnnParameters(config: MdnRnnConfig, draw: NormalDraw): Parameters {
  const inputs = config.latentSize + config.actionSize + Number(config.restartInput);
  const outputs = 3 * config.latentSize * config.mixtures + Number(config.doneHead) + Number(config.rewardHead);
  return {
    ...lstmParameters("lstm", { inputs, hidden: config.hiddenSize }, draw),
    ...denseParameters("head", { inputs: config.hiddenSize, outputs }, draw),
  };
}

/** Reads the head's numbers for hidden states (N, H). */
export function predict(config: MdnRnnConfig, weights: Weights, hidden: tf.Tensor): Prediction {
  const shape = { dimensions: config.latentSize, components: config.mixtures };
  const { logits, normals } = mixtureSizes(shape);
  const heads = [...(config.doneHead ? [1] : []), ...(config.rewardHead ? [1] : [])];
  const parts = tf.split(dense(weights, "head", hidden), [logits, normals, ...heads], 1);
  return {
    mixture: mixtureOf({ logits: parts[0], normals: parts[1] }, shape),
    ...(config.doneHead && { doneLogit: parts[2] }),
    ...(config.rewardHead && { reward: parts[2 + Number(config.doneHead)] }),
  };
}

/** One step for dreaming: latent (B, Z) and action (B, A) move the LSTM on. */
export function advance(
  config: MdnRnnConfig,
  weights: Weights,
  input: { latent: tf.Tensor; action: tf.Tensor; restart?: tf.Tensor },
  state: LstmState,
): LstmState {
  const batch = input.latent.shape[0];
  const restart = config.restartInput ? [input.restart ?? tf.zeros([batch, 1])] : [];
  return lstmCell(weights, "lstm", [input.latent, input.action, ...restart], state);
}

/** A batch of windows, each inside one episode; shorter ones are padded and masked. Time comes second. */
export interface SequenceBatch {
  /** Posterior means and log-deviations of T+1 latents, (B, T+1, Z). */
  readonly mean: tf.Tensor;
  readonly logStd: tf.Tensor;
  /** (B, T, A). */
  readonly action: tf.Tensor;
  /** (B, T): the reward and the end that came with the step from latent t to t+1. */
  readonly reward: tf.Tensor;
  readonly done: tf.Tensor;
  /** (B, T): 1 where there is a transition, 0 where there is padding. */
  readonly mask: tf.Tensor;
  /** (B): 1 where the window is an episode's first, and the state starts from zero. */
  readonly restart: tf.Tensor;
  /** Standard normals, (B, T+1, Z): the latents are drawn anew each time a window is seen. */
  readonly normal: tf.Tensor;
}

/** The loss of a window batch that goes on from `state`, and the state after the last step of each window. */
export function mdnRnnLoss(config: MdnRnnConfig, weights: Weights, batch: SequenceBatch, state: LstmState) {
  const [B, T, A] = batch.action.shape as [number, number, number];
  const { latentSize: Z, hiddenSize: H } = config;
  const latent = tf.add(batch.mean, tf.mul(tf.exp(batch.logStd), batch.normal)); // (B, T+1, Z)

  // Time first from here on, so that step t is a slice of consecutive rows.
  const timeFirst = (x: tf.Tensor, width: number) =>
    tf.reshape(tf.transpose(tf.reshape(x, [B, T, width]), [1, 0, 2]), [T * B, width]);
  const restart = tf.reshape(batch.restart, [B, 1]);
  const first = tf.concat([restart, tf.zeros([B, T - 1])], 1);
  const inputs = tf.concat(
    [
      timeFirst(tf.slice(latent, [0, 0, 0], [B, T, Z]), Z),
      timeFirst(batch.action, A),
      ...(config.restartInput ? [timeFirst(first, 1)] : []),
    ],
    1,
  );
  const all = lstmProject(weights, "lstm", inputs); // (T·B, 4H)
  // tfjs cannot differentiate an unstack into one.
  const projected = T === 1 ? [all] : tf.unstack(tf.reshape(all, [T, B, 4 * H]));
  const going = tf.sub(1, restart);
  let lstm: LstmState = { hidden: tf.mul(state.hidden, going), cell: tf.mul(state.cell, going) };
  const states = projected.map((x) => {
    lstm = lstmStep(weights, "lstm", x, lstm);
    return lstm;
  });
  const hidden = tf.stack(states.map((state) => state.hidden)); // (T, B, H)
  const cell = tf.stack(states.map((state) => state.cell));

  const prediction = predict(config, weights, tf.reshape(hidden, [T * B, H]));
  const mask = timeFirst(batch.mask, 1);
  const steps = tf.maximum(tf.sum(mask), 1);
  const average = (perStep: tf.Tensor) => tf.div(tf.sum(tf.mul(perStep, mask)), steps) as tf.Scalar;

  const target = timeFirst(tf.slice(latent, [0, 1, 0], [B, T, Z]), Z);
  const nll = average(tf.mean(mixtureNll(target, prediction.mixture), 1, true));
  let loss: tf.Scalar = nll;
  const metrics: Record<string, tf.Tensor> = { nll };
  if (prediction.doneLogit) {
    const done = timeFirst(batch.done, 1);
    const { doneLogit: logit } = prediction;
    // Cross-entropy of a logit l: d·softplus(−l)·w + (1 − d)·softplus(l), and softplus(−l) = softplus(l) − l.
    const positive = tf.mul(tf.mul(done, config.doneWeight), tf.sub(tf.softplus(logit), logit));
    const negative = tf.mul(tf.sub(1, done), tf.softplus(logit));
    metrics.doneCrossEntropy = average(tf.add(positive, negative));
    loss = tf.add(loss, metrics.doneCrossEntropy);
  }
  if (prediction.reward) {
    const given = timeFirst(batch.reward, 1);
    const reward = config.rewardScale === 1 ? given : tf.div(given, config.rewardScale);
    metrics.rewardError = average(tf.square(tf.sub(prediction.reward, reward)));
    loss = tf.add(loss, metrics.rewardError);
  }
  // The state after each window's own last step: the steps behind it are padding and must not move it on.
  const later = tf.concat([tf.slice(batch.mask, [0, 1], [B, T - 1]), tf.zeros([B, 1])], 1);
  const isLast = tf.reshape(tf.transpose(tf.sub(batch.mask, later)), [T, B, 1]);
  const atEnd = (all: tf.Tensor) => tf.sum(tf.mul(all, isLast), 0); // (B, H)
  return { loss, metrics, state: { hidden: atEnd(hidden), cell: atEnd(cell) } };
}
