import type * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../../src/compute/array.ts";
import { type CompileOptions, compile } from "../../src/compute/compile.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Actor } from "../policy.ts";
import { argMax, drawCategorical } from "./categorical.ts";
import { type Normalizer, normalize, normalized } from "./normalizer.ts";
import { perceptron, perceptronOf } from "./perceptron.ts";

/** A policy that is a perceptron, `actor.0.kernel`, `actor.0.bias`, …, whose outputs are log-odds of actions. */
export interface SoftmaxActor {
  readonly weights: Parameters;
  readonly normalizer: Normalizer;
  /** `greedy`: the likeliest action; `sampled`: each as often as the policy says. */
  readonly mode: "greedy" | "sampled";
  /** The action that each output stands for. */
  readonly actions: readonly number[];
}

/** One policy in many slots at once. */
export interface BatchActor {
  /** Observations of all slots, (B × F) → an action each. */
  act(observations: Float32Array): Promise<number[]>;
  /** Begins another episode in a slot, as `begin` does with this seed. */
  restart(slot: number, seed: number): void;
  dispose(): Promise<void>;
}

export interface BatchActorOptions {
  readonly engine?: CompileOptions["engine"];
}

/** Log-odds of the outputs, (A), for one observation. */
export function logitsOf({ weights, normalizer }: SoftmaxActor, observation: Float32Array): Float32Array {
  return perceptronOf(weights, "actor", normalized(observation, normalizer));
}

/** One episode's actor. */
export function beginActor(actor: SoftmaxActor, seed: number): Actor<Float32Array, number> {
  const random = streamOf(seed);
  return { act: (observation) => choose(actor, logitsOf(actor, observation), random) };
}

/** The actors that `beginActor` begins with each of the seeds, a slot each, in one call of the engine. */
export function beginBatchActor(
  actor: SoftmaxActor,
  seeds: readonly number[],
  { engine }: BatchActorOptions = {},
): BatchActor {
  const streams = seeds.map(streamOf);
  const features = actor.normalizer.mean.data.length;
  const outputs = actor.actions.length;
  const own = Object.entries(actor.weights).filter(([name]) => name.startsWith("actor."));
  const constants = { weights: Object.fromEntries(own), normalizer: actor.normalizer };
  const graph = compile<{ observations: Parameters[string] }, tf.Tensor, typeof constants>(
    ({ observations }, { weights, normalizer }) =>
      perceptron(weights, "actor", own.length / 2, normalize(observations, normalizer)),
    { name: "actor", constants, engine, offThread: false },
  );
  return {
    act: async (observations) => {
      const shape = [streams.length, features];
      const { data } = await graph.run({ observations: { shape, dtype: "float32", data: observations } });
      return streams.map((random, b) =>
        choose(actor, (data as Float32Array).subarray(b * outputs, (b + 1) * outputs), random),
      );
    },
    restart: (slot, seed) => {
      streams[slot] = streamOf(seed);
    },
    dispose: () => graph.dispose(),
  };
}

function choose({ mode, actions }: SoftmaxActor, logits: Float32Array, random: RandomStream): number {
  return actions[mode === "greedy" ? argMax(logits) : drawCategorical(logits, random.uniform()).index];
}

function streamOf(seed: number): RandomStream {
  return new RandomStream(seed, "softmax-actor");
}
