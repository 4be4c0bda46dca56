import * as tf from "@tensorflow/tfjs";
import { z } from "zod";
import { ConfigError } from "../../src/base/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { type FitOptions, fit } from "../../src/training/fit.ts";
import { cosine } from "../../src/training/schedule.ts";
import type { Trainable } from "../../src/training/trainable.ts";
import { type Normalizer, normalize } from "../networks/normalizer.ts";
import { ObservationStatistics } from "../networks/observation-statistics.ts";
import { perceptron, perceptronParameters } from "../networks/perceptron.ts";
import { ClonedPolicy } from "./cloned-policy.ts";
import { type LabelledBatch, LabelledBatches, type LabelledFeatures, labelledBatch } from "./labelled-batches.ts";

export const BehaviourCloningConfig = z.strictObject({
  /** Sizes of the hidden layers. */
  hidden: z.array(z.int().positive()).default([64]),
  /** Optimizer steps at most. */
  steps: z.int().positive().default(2000),
  batch: z.int().positive().default(256),
  learningRate: z.number().positive().default(1e-3),
  /** The last of the training steps are kept from learning, to choose the best weights by. */
  validation: z.number().positive().max(0.5).default(0.1),
  /** Optimizer steps between two looks at them. */
  validateEvery: z.int().positive().default(100),
  /** Looks without a better loss, after which training ends. */
  patience: z.int().positive().default(5),
});
export type BehaviourCloningConfig = z.output<typeof BehaviourCloningConfig>;

export interface BehaviourCloningOptions
  extends Pick<
    FitOptions<LabelledBatch, Record<string, never>>,
    "snapshot" | "metrics" | "progress" | "signal" | "engine" | "saveEvery"
  > {
  /** In the order of the episodes, so that validation is on episodes of its own but for one. */
  readonly training: LabelledFeatures;
  /** Of other episodes; nothing is learned or chosen by it. */
  readonly heldOut: LabelledFeatures;
  /** Labels are 0 … labels − 1. */
  readonly labels: number;
  readonly seed: number;
  readonly config?: z.input<typeof BehaviourCloningConfig>;
  /** The policy's name, and the stage's in the metrics; default "cloned". */
  readonly name?: string;
}

export interface BehaviourCloningResult {
  /** Over labels; `policy.translated(dictionary)` acts. */
  readonly policy: ClonedPolicy;
  /** Shares of the steps whose label is the policy's likeliest. */
  readonly accuracy: { readonly training: number; readonly heldOut: number };
  /** The share of the held-out steps with the label that is most frequent in training: what knowing nothing gives. */
  readonly majority: number;
}

/** Learns to do as was done, by cross-entropy (behaviour cloning, Pomerleau 1991); interrupts and resumes as `fit` does. */
export async function cloneBehaviour(options: BehaviourCloningOptions): Promise<BehaviourCloningResult> {
  const { training, heldOut, labels, seed, name = "cloned" } = options;
  const config = BehaviourCloningConfig.parse(options.config ?? {});
  const features = checkData({ training, heldOut }, labels);
  const count = training.labels.length;
  const held = Math.max(1, Math.round(config.validation * count));
  const kept = count - held;
  if (kept < 1) throw new ConfigError(`Expected at least 2 training steps, got ${count}.`);

  const statistics = new ObservationStatistics(features);
  statistics.add(training.features.subarray(0, kept * features));
  const normalizer = statistics.normalizer();
  const { steps, learningRate: rate, validateEvery: every, patience } = config;
  const { snapshot, metrics, progress, signal, engine, saveEvery } = options;
  const { parameters } = await fit({
    ...{ snapshot, metrics, progress, signal, engine, saveEvery, steps },
    trainable: cloning({ name, features, labels, hidden: config.hidden, normalizer, seed }),
    batches: new LabelledBatches(training, { rows: kept, size: Math.min(config.batch, kept), seed }),
    learningRate: cosine({ rate, steps }),
    clip: { norm: 1 },
    validation: { batches: tail(training, { from: kept, size: Math.min(config.batch, held) }), every, patience },
  });
  const actions = Array.from({ length: labels }, (_, label) => label);
  const policy = new ClonedPolicy({ weights: parameters, normalizer, actions, config: { name } });
  const frequencies = actions.map((label) => frequency(training, label));
  return {
    policy,
    accuracy: { training: await accuracy(policy, training), heldOut: await accuracy(policy, heldOut) },
    majority: frequency(heldOut, frequencies.indexOf(Math.max(...frequencies))),
  };
}

/** The classifier as something that `fit` trains. */
function cloning(options: {
  name: string;
  features: number;
  labels: number;
  hidden: readonly number[];
  normalizer: Normalizer;
  seed: number;
}): Trainable<LabelledBatch> {
  const { name, features, labels, hidden, normalizer, seed } = options;
  const random = new RandomStream(seed, `${name}/weights`);
  return {
    name,
    parameters: perceptronParameters("actor", [features, ...hidden, labels], {
      draw: () => random.normal(),
      outputGain: 0.01, // every label as likely as the others
    }),
    carry: {},
    loss(weights, batch) {
      const constants = {
        mean: tf.tensor1d(normalizer.mean.data as Float32Array),
        scale: tf.tensor1d(normalizer.scale.data as Float32Array),
      };
      const logits = perceptron(weights, "actor", hidden.length + 1, normalize(batch.features, constants));
      const truth = batch.labels as tf.Tensor1D;
      const oneHot = tf.cast(tf.oneHot(truth, labels), "float32");
      const loss = tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), oneHot), 1))) as tf.Scalar;
      const right = tf.cast(tf.equal(tf.argMax(logits, 1), truth), "float32");
      return { loss, metrics: { accuracy: tf.mean(right) }, carry: {} };
    },
  };
}

/** The steps from `from` on, in batches of one size. */
function tail(data: LabelledFeatures, { from, size }: { from: number; size: number }): LabelledBatch[] {
  const batches = Math.floor((data.labels.length - from) / size);
  return Array.from({ length: batches }, (_, i) =>
    labelledBatch(
      data,
      Array.from({ length: size }, (_, row) => from + i * size + row),
    ),
  );
}

/** Rows of one call of the engine. */
const CHUNK = 512;

async function accuracy(policy: ClonedPolicy, { features, labels }: LabelledFeatures): Promise<number> {
  const size = features.length / labels.length;
  const actor = policy.beginBatch(Array.from({ length: CHUNK }, (_, i) => i));
  const chunk = new Float32Array(CHUNK * size); // the last is filled up with rows of the one before
  let right = 0;
  for (let from = 0; from < labels.length; from += CHUNK) {
    chunk.set(features.subarray(from * size, (from + CHUNK) * size));
    const said = await actor.act(chunk);
    for (let i = 0; i < CHUNK && from + i < labels.length; i++) right += Number(said[i] === labels[from + i]);
  }
  await actor.dispose();
  return right / labels.length;
}

function frequency({ labels }: LabelledFeatures, label: number): number {
  return Array.from(labels).filter((other) => other === label).length / labels.length;
}

/** Length F of the features. */
function checkData(parts: Readonly<Record<string, LabelledFeatures>>, labels: number): number {
  const widths = Object.entries(parts).map(([part, data]) => {
    const width = data.features.length / data.labels.length;
    if (!Number.isInteger(width))
      throw new ConfigError(
        `Expected as many rows of features as labels in ${part}, got ${data.features.length} numbers for ${data.labels.length}.`,
      );
    const wrong = Array.from(data.labels).find((label) => !(Number.isInteger(label) && label >= 0 && label < labels));
    if (wrong !== undefined) throw new ConfigError(`Expected labels 0 to ${labels - 1} in ${part}, got ${wrong}.`);
    return width;
  });
  if (new Set(widths).size > 1) throw new ConfigError(`Expected features of one length, got ${widths.join(" and ")}.`);
  return widths[0];
}
