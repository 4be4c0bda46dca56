import * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors.ts";
import type { NdArray, Parameters } from "../compute/array.ts";
import { type CompileOptions, compileStep, type Resident } from "../compute/compile.ts";
import { RandomStream } from "../core/random.ts";
import { checkDream, type Dream } from "./dream.ts";
import { type DreamFunctions, dreamFunctions, type StateRows } from "./dream-functions.ts";
import { drawNoise, type StepNoise } from "./noise.ts";
import type { Population } from "./population.ts";
import { gatherRows } from "./rows.ts";

/** A controller inside the graph: weights (P, n) of P candidates, features (P, D, F) → actions (P, D) or (P, D, A). */
export type GraphController = (weights: tf.Tensor, features: tf.Tensor) => tf.Tensor;

export interface PopulationOptions extends Dream {
  readonly controller: GraphController;
  /** Candidates P that play at once, each with its own weights. */
  readonly population: number;
  /** Dreams D that each candidate plays; every candidate meets the same starts and the same noise. */
  readonly dreams: number;
  /** Dream steps in one call of the engine; default 10. */
  readonly unroll?: number;
  readonly threads?: CompileOptions["threads"];
  readonly functions?: DreamFunctions;
}

type RolloutState = { model: StateRows; alive: NdArray; returns: NdArray };
type RolloutInputs = {
  controllers: NdArray; // (P, n)
  normal: NdArray; // (S, D, normal)
  uniform: NdArray; // (S, D, uniform)
  termination: NdArray; // (S, D)
  left: NdArray; // (S): 1 for each step before the horizon
  temperature: NdArray;
};
type RolloutOutputs = { living: tf.Tensor; returns: tf.Tensor };

/**
 * Plays a whole population in dreams, controllers and all in one compiled graph. All candidates of a call meet the same
 * dreams (common random numbers), so that their returns differ by what they do, not by luck.
 */
export class PopulationRollout implements Population {
  readonly #options: PopulationOptions;
  readonly #unroll: number;
  readonly #functions: DreamFunctions;
  readonly #ownsFunctions: boolean;
  readonly #open: (state: RolloutState) => Promise<Resident<RolloutState, RolloutInputs, RolloutOutputs>>;
  #resident: Resident<RolloutState, RolloutInputs, RolloutOutputs> | undefined;

  constructor(options: PopulationOptions) {
    checkDream(options);
    const { model, population, dreams, controller, unroll = 10, engine, threads } = options;
    this.#options = options;
    this.#unroll = unroll;
    this.#functions = options.functions ?? dreamFunctions(model, engine);
    this.#ownsFunctions = options.functions === undefined;
    const batch = population * dreams;
    /** The same D rows for every candidate: (D, n) → (P·D, n). */
    const shared = (x: tf.Tensor, step: number) => tf.tile(tf.squeeze(tf.slice(x, [step], [1]), [0]), [population, 1]);

    this.#open = compileStep<RolloutState, RolloutInputs, RolloutOutputs, Parameters>(
      (state, inputs, weights) => {
        let { alive, returns } = state;
        let dreaming = state.model;
        for (let s = 0; s < unroll; s++) {
          const features = tf.reshape(model.features(dreaming), [population, dreams, model.featureSize]);
          const actions = controller(inputs.controllers, features);
          const next = model.step(weights, dreaming, tf.reshape(actions, [batch, ...actions.shape.slice(2)]), {
            temperature: inputs.temperature as tf.Scalar,
            noise: { normal: shared(inputs.normal, s), uniform: shared(inputs.uniform, s) },
          });
          const left = tf.slice(inputs.left, [s], [1]);
          returns = tf.add(returns, tf.mul(tf.mul(alive, left), next.reward));
          const chance = tf.tile(tf.squeeze(tf.slice(inputs.termination, [s], [1]), [0]), [population]);
          const survived = tf.cast(tf.greaterEqual(chance, tf.sigmoid(next.terminationLogit)), "float32");
          alive = tf.mul(alive, survived);
          dreaming = next.state as typeof dreaming;
        }
        return { state: { model: dreaming, alive, returns }, outputs: { living: tf.sum(alive), returns } };
      },
      { name: `${model.kind} population rollout`, constants: model.parameters, engine, threads },
    );
  }

  /** Returns of P candidates (rows of n weights) over D dreams each, (P, D), in the dreams that `seed` picks. */
  async run(controllers: readonly ArrayLike<number>[], seed: number | string): Promise<Float32Array[]> {
    const { population, dreams, horizon, temperature = 1, model } = this.#options;
    if (controllers.length !== population || controllers.some(({ length }) => length !== controllers[0].length))
      throw new ConfigError(
        `Expected ${population} controllers of one length, got ${controllers.length} of ${[...new Set(controllers.map(({ length }) => length))].join(", ")} weights.`,
      );
    const stream = new RandomStream(seed, "rollout");
    const streams = Array.from({ length: dreams }, (_, d) => stream.split(d));
    const resident = await this.#begin(streams);
    const size = controllers[0].length;
    const weights = new Float32Array(population * size);
    controllers.forEach((candidate, p) => {
      weights.set(candidate, p * size);
    });
    const constant: NdArray = { shape: [], dtype: "float32", data: Float32Array.of(temperature) };
    let returns = new Float32Array(population * dreams);
    for (let step = 0; step < horizon; step += this.#unroll) {
      const noise = stackNoise(Array.from({ length: this.#unroll }, () => drawNoise(model.noise, streams)));
      const left = Float32Array.from({ length: this.#unroll }, (_, s) => Number(step + s < horizon));
      const outputs = await resident.step({
        controllers: { shape: [population, size], dtype: "float32", data: weights.slice() },
        ...noise,
        left: { shape: [this.#unroll], dtype: "float32", data: left },
        temperature: constant,
      });
      returns = outputs.returns.data as Float32Array<ArrayBuffer>;
      if (outputs.living.data[0] === 0) break;
    }
    return Array.from({ length: population }, (_, p) => returns.slice(p * dreams, (p + 1) * dreams));
  }

  async dispose(): Promise<void> {
    await this.#resident?.dispose();
    if (this.#ownsFunctions) await this.#functions.dispose();
  }

  async #begin(streams: readonly RandomStream[]): Promise<Resident<RolloutState, RolloutInputs, RolloutOutputs>> {
    const { population, dreams, model, contexts } = this.#options;
    const indices = streams.map((stream) => stream.integer(0, contexts.frames.shape[0]));
    const { normal, uniform } = drawNoise(model.noise, streams);
    const { state } = await this.#functions.start({
      frames: gatherRows(contexts.frames, indices),
      actions: gatherRows(contexts.actions, indices),
      normal,
      uniform,
    });
    const order = Array.from({ length: population * dreams }, (_, i) => i % dreams);
    const batch = population * dreams;
    const opening: RolloutState = {
      model: Object.fromEntries(Object.entries(state).map(([name, rows]) => [name, gatherRows(rows, order)])),
      alive: { shape: [batch], dtype: "float32", data: new Float32Array(batch).fill(1) },
      returns: { shape: [batch], dtype: "float32", data: new Float32Array(batch) },
    };
    if (this.#resident) await this.#resident.write(opening);
    this.#resident ??= await this.#open(opening);
    return this.#resident;
  }
}

/** S steps of D dreams: each array gains a first dimension S. */
function stackNoise(steps: readonly StepNoise[]): StepNoise {
  const stack = (name: keyof StepNoise): NdArray => {
    const { shape, dtype, data } = steps[0][name];
    const stacked = new Float32Array(steps.length * data.length);
    steps.forEach((step, s) => {
      stacked.set(step[name].data, s * data.length);
    });
    return { shape: [steps.length, ...shape], dtype, data: stacked };
  };
  return { normal: stack("normal"), uniform: stack("uniform"), termination: stack("termination") };
}
