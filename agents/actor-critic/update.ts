import * as tf from "@tensorflow/tfjs";
import { type AdamState, adamCorrections, adamUpdate } from "../../src/compute/adam.ts";
import { type NdArray, type Parameters, scalar, type Tensors } from "../../src/compute/array.ts";
import { clipByGlobalNorm, valueAndGradients } from "../../src/compute/gradients.ts";
import type { RandomStream } from "../../src/core/random.ts";
import type { Normalizer } from "../networks/normalizer.ts";
import type { ActorCriticConfig } from "./actor-critic-config.ts";
import type { Advantages } from "./advantages.ts";
import { network } from "./network.ts";
import type { Rollout } from "./rollout.ts";

export type LearnerState = { readonly weights: Parameters; readonly adam: AdamState };

/** M steps to learn from. */
export type Minibatch = {
  readonly observations: NdArray; // (M, F)
  readonly actions: NdArray; // (M) int32, from 0
  readonly logProbabilities: NdArray; // (M), of the actions when they were taken
  readonly advantages: NdArray; // (M)
  readonly returns: NdArray; // (M)
  /** Shares that add up to 1, (M); 0 for steps that were no transitions. */
  readonly shares: NdArray;
};

export type UpdateInputs = {
  readonly batch: Minibatch;
  readonly normalizer: Normalizer;
  readonly learningRate: NdArray;
  readonly corrections: { readonly first: NdArray; readonly second: NdArray };
};

type LossWeights = Pick<ActorCriticConfig, "clip" | "entropy" | "value">;

/** What a minibatch says of the policy, and what is minimised: PPO's clipped objective (Schulman et al. 2017, eq. 7 and 9). */
export function actorCriticLoss(
  weights: Readonly<Record<string, tf.Tensor>>,
  { batch, normalizer }: Pick<Tensors<UpdateInputs>, "batch" | "normalizer">,
  { clip, entropy: entropyWeight, value: valueWeight }: LossWeights,
) {
  const { logits, values } = network(weights, normalizer, batch.observations);
  const { shares } = batch;
  const mean = (x: tf.Tensor) => tf.sum(tf.mul(x, shares)) as tf.Scalar;
  const logShares = tf.logSoftmax(logits); // (M, A)
  const taken = tf.cast(tf.oneHot(batch.actions as tf.Tensor1D, logits.shape[1]), "float32");
  const logRatio = tf.sub(tf.sum(tf.mul(logShares, taken), 1), batch.logProbabilities);
  const ratio = tf.exp(logRatio); // r(θ)
  const clipped = tf.clipByValue(ratio, 1 - clip, 1 + clip);
  const gain = tf.minimum(tf.mul(ratio, batch.advantages), tf.mul(clipped, batch.advantages));
  const policyLoss = tf.neg(mean(gain)) as tf.Scalar;
  const valueLoss = mean(tf.mul(tf.square(tf.sub(values, batch.returns)), 0.5));
  const entropy = mean(tf.neg(tf.sum(tf.mul(tf.exp(logShares), logShares), 1)));
  const loss = tf.sub(tf.add(policyLoss, tf.mul(valueLoss, valueWeight)), tf.mul(entropy, entropyWeight)) as tf.Scalar;
  return {
    loss,
    policyLoss,
    valueLoss,
    entropy,
    /** (r − 1) − log r: never negative, and its mean is KL(old ‖ new) (Schulman 2020). */
    divergence: mean(tf.sub(tf.sub(ratio, 1), logRatio)),
    clipped: mean(tf.cast(tf.greater(tf.abs(tf.sub(ratio, 1)), clip), "float32")),
  };
}

/** One optimizer step as a pure function: loss, gradients, clipping, Adam. */
export function updateStep(
  state: Tensors<LearnerState>,
  inputs: Tensors<UpdateInputs>,
  config: LossWeights & Pick<ActorCriticConfig, "maxGradientNorm">,
): { state: Tensors<LearnerState>; outputs: ReturnType<typeof actorCriticLoss> } {
  const { value, gradients } = valueAndGradients(state.weights, (weights) => actorCriticLoss(weights, inputs, config));
  const next = adamUpdate({
    parameters: state.weights,
    gradients: clipByGlobalNorm(gradients, config.maxGradientNorm),
    state: state.adam,
    learningRate: inputs.learningRate as tf.Scalar,
    corrections: inputs.corrections,
  });
  return { state: { weights: next.parameters, adam: next.state }, outputs: value };
}

export interface EpochOptions {
  readonly rollout: Rollout;
  readonly estimates: Advantages;
  readonly normalizer: Normalizer;
  readonly config: ActorCriticConfig;
  readonly learningRate: number;
  /** Optimizer steps there have been. */
  readonly updates: number;
  readonly random: RandomStream;
}

/** The inputs of one epoch's optimizer steps: the rollout in a random order, cut into equal parts; a remainder is left out. */
export function drawEpoch({ rollout, estimates, normalizer, config, learningRate, updates, random }: EpochOptions) {
  const order = random.permutation(rollout.rewards.length);
  const size = Math.floor(order.length / config.minibatches);
  return Array.from({ length: config.minibatches }, (_, part): UpdateInputs => {
    const rows = order.subarray(part * size, (part + 1) * size);
    return {
      batch: minibatch(rollout, estimates, rows, config.normalizeAdvantages),
      normalizer,
      learningRate: scalar(learningRate),
      corrections: adamCorrections(updates + part + 1),
    };
  });
}

function minibatch(rollout: Rollout, { advantages, returns }: Advantages, rows: Uint32Array, normalize: boolean) {
  const size = rows.length;
  const features = rollout.observations.length / rollout.rewards.length;
  const observations = new Float32Array(size * features);
  rows.forEach((row, m) => {
    observations.set(rollout.observations.subarray(row * features, (row + 1) * features), m * features);
  });
  const floats = (of: (row: number) => number): NdArray => ({
    shape: [size],
    dtype: "float32",
    data: Float32Array.from(rows, of),
  });
  const count = Math.max(
    1,
    rows.reduce((sum, row) => sum + rollout.happened[row], 0),
  );
  const { mean, deviation } = normalize ? moments(advantages, rows, rollout.happened) : { mean: 0, deviation: 1 };
  return {
    observations: { shape: [size, features], dtype: "float32", data: observations },
    actions: { shape: [size], dtype: "int32", data: Int32Array.from(rows, (row) => rollout.actions[row]) },
    logProbabilities: floats((row) => rollout.logProbabilities[row]),
    advantages: floats((row) => (advantages[row] - mean) / deviation),
    returns: floats((row) => returns[row]),
    shares: floats((row) => rollout.happened[row] / count),
  } satisfies Minibatch;
}

/** Of the transitions among these rows. */
function moments(values: Float32Array, rows: Uint32Array, happened: Uint8Array) {
  const kept = Array.from(rows)
    .filter((row) => happened[row])
    .map((row) => values[row]);
  const mean = kept.reduce((sum, value) => sum + value, 0) / Math.max(1, kept.length);
  const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, kept.length);
  return { mean, deviation: Math.sqrt(variance) + 1e-8 };
}
