import * as tf from "@tensorflow/tfjs";
import type { NdArray, Parameters } from "../compute/array.ts";
import { type CompileOptions, compile } from "../compute/compile.ts";
import type { ModelState, WorldModel } from "../world-models/world-model.ts";

/** A model's state as arrays, one row a dream. */
export type StateRows = Readonly<Record<string, NdArray>>;

type StartInputs = { frames: NdArray; actions: NdArray; normal: NdArray; uniform: NdArray };
type PerceiveInputs = { frames: NdArray };
type ObserveInputs = { state: StateRows; frames: NdArray; actions: NdArray };
type StepInputs = {
  state: StateRows;
  actions: NdArray;
  normal: NdArray;
  uniform: NdArray;
  /** (B) uniforms: a dream ends where its number is below the termination probability. */
  termination: NdArray;
  temperature: NdArray;
};

export interface Started {
  readonly state: StateRows;
  readonly features: NdArray; // (B, F)
}

export interface Stepped extends Started {
  readonly reward: NdArray; // (B)
  readonly terminated: NdArray; // (B), 1 where the dream ended with this step
  readonly terminationProbability: NdArray; // (B)
  readonly uncertainty: NdArray; // (B)
}

/** A world model's functions over arrays, compiled once for whoever dreams of it. */
export interface DreamFunctions {
  start(inputs: StartInputs): Promise<Started>;
  step(inputs: StepInputs): Promise<Stepped>;
  /** Pictures, (B, height, width, channels) in [0, 1]. */
  decode(state: StateRows): Promise<NdArray>;
  /** The state after an episode's first real frame, (B, height, width, channels) bytes. */
  perceive(inputs: PerceiveInputs): Promise<Started>;
  /** The state after the next real frame. */
  observe(inputs: ObserveInputs): Promise<Started>;
  dispose(): Promise<void>;
}

/** Compiles for the calling thread: most steps are shorter than a message to a worker. */
export function dreamFunctions(model: WorldModel, engine?: CompileOptions["engine"]): DreamFunctions {
  const options = (name: string) => ({
    name: `${model.kind} ${name}`,
    constants: model.parameters,
    engine,
    offThread: false,
  });
  const seen = (state: ModelState) => ({ state, features: model.features(state) });

  const start = compile<StartInputs, ReturnType<typeof seen>, Parameters>(
    ({ frames, actions, normal, uniform }, weights) =>
      seen(model.start(weights, { frames, actions }, { normal, uniform })),
    options("start"),
  );
  const perceive = compile<PerceiveInputs, ReturnType<typeof seen>, Parameters>(({ frames }, weights) => {
    const batch = frames.shape[0];
    return seen(model.start(weights, { frames: tf.expandDims(frames, 1), actions: tf.zeros([batch, 0]) }));
  }, options("perceive"));
  const observe = compile<ObserveInputs, ReturnType<typeof seen>, Parameters>(
    ({ state, frames, actions }, weights) => seen(model.observe(weights, state, frames, actions)),
    options("observe"),
  );
  const step = compile<
    StepInputs,
    Record<Exclude<keyof Stepped, "state">, tf.Tensor> & { state: ModelState },
    Parameters
  >(({ state, actions, normal, uniform, termination, temperature }, weights) => {
    const noise = { normal, uniform };
    const next = model.step(weights, state, actions, { temperature: temperature as tf.Scalar, noise });
    const terminationProbability = tf.sigmoid(next.terminationLogit);
    return {
      state: next.state,
      features: next.features,
      reward: next.reward,
      terminated: tf.cast(tf.less(termination, terminationProbability), "float32"),
      terminationProbability,
      uncertainty: next.uncertainty,
    };
  }, options("step"));
  const decode = compile<{ state: StateRows }, { frames: tf.Tensor }, Parameters>(
    ({ state }, weights) => ({ frames: model.decode(weights, state) }),
    options("decode"),
  );

  return {
    start: (inputs) => start.run(inputs),
    step: (inputs) => step.run(inputs),
    perceive: (inputs) => perceive.run(inputs),
    observe: (inputs) => observe.run(inputs),
    decode: async (state) => (await decode.run({ state })).frames,
    async dispose() {
      for (const compiled of [start, perceive, observe, step, decode]) await compiled.dispose();
    },
  };
}
