import * as tf from "@tensorflow/tfjs";
import { LinearController } from "../../agents/linear-controller.ts";
import { type NdArray, type Parameters, zeros } from "../../src/compute/array.ts";
import { compileStep } from "../../src/compute/compile.ts";
import { RandomStream } from "../../src/core/random.ts";
import { Box } from "../../src/core/spaces/box.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import type { Dream } from "../../src/imagination/dream.ts";
import { PopulationRollout } from "../../src/imagination/population-rollout.ts";
import { VectorDreamEnv } from "../../src/imagination/vector-dream-env.ts";
import { resolveConfig } from "../../src/pipelines/recurrent/config.ts";
import { mdnRnnParameters } from "../../src/world-models/recurrent/mdn-rnn.ts";
import { RecurrentConfig, RecurrentWorldModel } from "../../src/world-models/recurrent/recurrent-world-model.ts";
import { FRAME_SIDE, vaeParameters } from "../../src/world-models/recurrent/vae.ts";
import type { ModelState } from "../../src/world-models/world-model.ts";
import { fastest } from "./timing.ts";

/* Dreams of an untrained world in the sizes of `npm start`: their speed does not depend on what the weights say. */

const ACTIONS = 3;
const NEVER = -20; // log-odds of an end: the dreams run through, as a trained world's long ones do
const FRAME = [FRAME_SIDE, FRAME_SIDE, 3];

/** Milliseconds of one step of B dreams, sampling and all, as an agent's loop sees it: noise, graph, observations. */
export async function dreamStep(batch: number, { runs }: { runs: number }): Promise<number> {
  const steps = 100;
  const env = new VectorDreamEnv({ ...quickDream(Number.MAX_SAFE_INTEGER), numEnvs: batch });
  const actions = Array.from({ length: batch }, (_, b) => b % ACTIONS);
  try {
    await env.reset({ seed: 0 });
    const play = async () => {
      for (let i = 0; i < steps; i++) await env.step(actions);
    };
    return (await fastest(play, { warmup: 1, runs })) / steps;
  } finally {
    await env.close();
  }
}

/**
 * Milliseconds of one step of B dreams, the graph alone: network, sampling and ends, sixteen steps a call, from noise that is
 * there already and with actions that are given. What an engine can do; `dreamStep` is what an agent gets.
 */
export async function dreamGraph(batch: number, { runs }: { runs: number }): Promise<number> {
  const [unroll, calls] = [16, batch === 1 ? 40 : 8];
  const { model } = quickDream(1);
  type State = Record<string, NdArray>;
  type Inputs = Record<"actions" | "normal" | "uniform" | "termination" | "temperature", NdArray>;
  const open = compileStep<State, Inputs, { paid: tf.Tensor; ended: tf.Tensor }, Parameters>(
    (state, inputs, weights) => {
      let now: ModelState = state;
      let [paid, ended]: tf.Tensor[] = [tf.zeros([batch]), tf.zeros([batch])];
      for (let s = 0; s < unroll; s++) {
        const at = (x: tf.Tensor) => tf.squeeze(tf.slice(x, [s], [1]), [0]);
        const next = model.step(weights, now, at(inputs.actions), {
          temperature: inputs.temperature as tf.Scalar,
          noise: { normal: at(inputs.normal), uniform: at(inputs.uniform) },
        });
        paid = tf.add(paid, next.reward);
        const over = tf.less(at(inputs.termination), tf.sigmoid(next.terminationLogit));
        ended = tf.maximum(ended, tf.cast(over, "float32"));
        now = next.state;
      }
      return { state: now as typeof state, outputs: { paid, ended } };
    },
    { name: "dream step alone", constants: model.parameters },
  );
  const random = new RandomStream(0, "benchmark/noise");
  const drawn = (shape: number[], draw: () => number): NdArray => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, draw);
    return { shape, dtype: "float32", data };
  };
  const inputs: Inputs = {
    actions: zeros([unroll, batch], "int32"),
    normal: drawn([unroll, batch, model.noise.normal], () => random.normal()),
    uniform: drawn([unroll, batch, model.noise.uniform], () => random.uniform()),
    termination: drawn([unroll, batch], () => random.uniform()),
    temperature: drawn([], () => 1),
  };
  const { latentSize, hiddenSize } = model.config.mdnRnn;
  const sizes = { latent: latentSize, hidden: hiddenSize, cell: hiddenSize, fresh: 1 };
  const start = Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, zeros([batch, size])]));
  const dreams = await open(start);
  try {
    const play = async () => {
      for (let i = 0; i < calls; i++) await dreams.step(inputs);
    };
    return (await fastest(play, { warmup: 2, runs: 2 * runs })) / (unroll * calls);
  } finally {
    await dreams.dispose();
  }
}

export interface RolloutFigures {
  /** One step of all dreams, the controllers' part and everything around the graph included. */
  readonly milliseconds: number;
  /** The same step if there were nothing in it but its matrix products. */
  readonly productMilliseconds: number;
}

/** A population's dreams with each candidate's controller in the graph, as the evolution stage plays them. */
export async function populationRollout(
  { population, dreams, unroll }: { population: number; dreams: number; unroll?: number },
  { runs }: { runs: number },
): Promise<RolloutFigures> {
  const horizon = 208; // whole calls of 16 steps
  const dream = quickDream(horizon);
  const { featureSize, actionSpace } = dream.model;
  const blank = new LinearController({ featureSize, actionSpace });
  const rollout = new PopulationRollout({ ...dream, controller: blank.graph, population, dreams, unroll });
  const random = new RandomStream(0, "benchmark/controllers");
  const candidates = Array.from({ length: population }, () => blank.weights.map(() => 0.1 * random.normal()));
  try {
    const milliseconds = (await fastest(() => rollout.run(candidates, 0), { warmup: 1, runs })) / horizon;
    const productMilliseconds = await productsAlone(dream.model, { population, dreams }, { runs });
    return { milliseconds, productMilliseconds };
  } finally {
    await rollout.dispose();
  }
}

/** Milliseconds of the matrix products of one step: LSTM, head and controllers, chained, ten steps a call. */
async function productsAlone(
  model: RecurrentWorldModel,
  { population, dreams }: { population: number; dreams: number },
  { runs }: { runs: number },
): Promise<number> {
  const [unroll, calls] = [10, 10];
  const { latentSize, hiddenSize, actionSize } = model.config.mdnRnn;
  const batch = population * dreams;
  const inputs = latentSize + actionSize;
  const open = compileStep<{ x: NdArray; hidden: NdArray }, { controllers: NdArray }, { sum: tf.Tensor }, Parameters>(
    (state, { controllers }, weights) => {
      let { x, hidden } = state;
      let sum: tf.Tensor = tf.scalar(0);
      for (let s = 0; s < unroll; s++) {
        const kernel = (name: string) => weights[name] as tf.Tensor2D;
        const outer = tf.matMul(x as tf.Tensor2D, kernel("lstm.input"));
        const inner = tf.matMul(hidden as tf.Tensor2D, kernel("lstm.recurrent"));
        const head = tf.matMul(hidden as tf.Tensor2D, kernel("head.kernel"));
        const features = tf.reshape(tf.slice(inner, [0, 0], [batch, model.featureSize]), [population, dreams, -1]);
        const scores = tf.matMul(features, tf.expandDims(controllers, 2)); // (P, D, 1)
        sum = tf.add(sum, tf.add(tf.sum(tf.slice(outer, [0, 0], [batch, 1])), tf.sum(scores)));
        x = tf.slice(head, [0, 0], [batch, inputs]);
        hidden = tf.slice(inner, [0, 0], [batch, hiddenSize]);
      }
      return { state: { x, hidden }, outputs: { sum } };
    },
    { name: "products of a rollout", constants: lstmAndHead(model) },
  );
  const products = await open({ x: zeros([batch, inputs]), hidden: zeros([batch, hiddenSize]) });
  const controllers = zeros([population, model.featureSize]);
  try {
    const play = async () => {
      for (let i = 0; i < calls; i++) await products.step({ controllers });
    };
    return (await fastest(play, { warmup: 1, runs: 2 * runs })) / (unroll * calls);
  } finally {
    await products.dispose();
  }
}

const lstmAndHead = ({ parameters }: RecurrentWorldModel): Parameters =>
  Object.fromEntries(["lstm.input", "lstm.recurrent", "head.kernel"].map((name) => [name, parameters[name]]));

/** A dream of an untrained TakeCover in the quick preset's sizes. */
function quickDream(horizon: number): Dream & { model: RecurrentWorldModel } {
  const { vision, memory, dream } = resolveConfig("TakeCover-v0", "quick");
  const config = RecurrentConfig.parse({
    vae: { latentSize: vision.latentSize, channels: vision.channels },
    mdnRnn: {
      latentSize: vision.latentSize,
      actionSize: ACTIONS,
      hiddenSize: memory.hiddenSize,
      mixtures: memory.mixtures,
      doneWeight: memory.doneWeight,
    },
  });
  const random = new RandomStream(0, "benchmark/dream");
  const draw = () => random.normal();
  const parameters = { ...vaeParameters(config.vae, draw), ...mdnRnnParameters(config.mdnRnn, draw) };
  parameters["head.bias"].data[3 * config.mdnRnn.latentSize * config.mdnRnn.mixtures] = NEVER;
  const observationSpace = new Box({ low: 0, high: 255, shape: FRAME, dtype: "uint8" });
  return {
    model: new RecurrentWorldModel({ config, observationSpace, actionSpace: new Discrete(ACTIONS), parameters }),
    contexts: { frames: zeros([1, 1, ...FRAME], "uint8"), actions: zeros([1, 0], "int32") },
    horizon,
    temperature: dream.temperature,
  };
}
