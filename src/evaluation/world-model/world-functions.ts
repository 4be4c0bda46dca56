import type * as tf from "@tensorflow/tfjs";
import type { NdArray, Parameters } from "../../compute/array.ts";
import { type CompileOptions, compile } from "../../compute/compile.ts";
import { type DreamFunctions, dreamFunctions, type StateRows } from "../../imagination/dream-functions.ts";
import type { WorldModel } from "../../world-models/world-model.ts";

/** A world model's functions over arrays, as an evaluation calls them. */
export interface WorldFunctions {
  /** The most likely states after prompts: frames (B, n, height, width, channels), actions (B, n − 1) or (B, n − 1, A). */
  start(inputs: { frames: NdArray; actions: NdArray }): Promise<StateRows>;
  readonly step: DreamFunctions["step"];
  observe(inputs: { state: StateRows; frames: NdArray; actions: NdArray }): Promise<StateRows>;
  /** Pictures of the states as bytes, B of them. */
  decode(state: StateRows): Promise<Uint8Array[]>;
  /** Of models with tokens: (B · count). */
  readonly tokens?: (state: StateRows) => Promise<Int32Array>;
  /** Of models with latent actions: frames (B, n, height, width, channels) → (B · (n − 1)). */
  readonly inferActions?: (frames: NdArray) => Promise<Int32Array>;
  dispose(): Promise<void>;
}

/** Compiles them for the calling thread. */
export function worldFunctions(model: WorldModel, engine?: CompileOptions["engine"]): WorldFunctions {
  const dream = dreamFunctions(model, engine);
  const options = (name: string) => ({
    name: `${model.kind} ${name}`,
    constants: model.parameters,
    engine,
    offThread: false,
  });
  const start = compile<{ frames: NdArray; actions: NdArray }, Record<string, tf.Tensor>, Parameters>(
    ({ frames, actions }, weights) => model.start(weights, { frames, actions }),
    options("prompt"),
  );
  const { tokens } = model;
  const tokensOf =
    tokens &&
    compile<{ state: StateRows }, { tokens: tf.Tensor }, Parameters>(
      ({ state }) => ({ tokens: tokens.of(state) }),
      options("tokens"),
    );
  const infer =
    model.inferActions &&
    compile<{ frames: NdArray }, { actions: tf.Tensor }, Parameters>(
      ({ frames }, weights) => ({ actions: model.inferActions!(weights, frames) }),
      options("infer actions"),
    );
  return {
    start: (inputs) => start.run(inputs),
    step: (inputs) => dream.step(inputs),
    observe: async (inputs) => (await dream.observe(inputs)).state,
    decode: async (state) => toPictures(await dream.decode(state)),
    tokens: tokensOf && (async (state) => (await tokensOf.run({ state })).tokens.data as Int32Array),
    inferActions: infer && (async (frames) => (await infer.run({ frames })).actions.data as Int32Array),
    async dispose() {
      await dream.dispose();
      for (const compiled of [start, tokensOf, infer]) await compiled?.dispose();
    },
  };
}

/** (B, height, width, channels) in [0, 1], or a little outside, → B pictures of bytes. */
function toPictures({ shape, data }: NdArray): Uint8Array[] {
  const size = data.length / shape[0];
  const bytes = new Uint8ClampedArray(data.length); // rounds, and cuts off what is outside
  for (let i = 0; i < data.length; i++) bytes[i] = 255 * data[i];
  return Array.from({ length: shape[0] }, (_, b) => new Uint8Array(bytes.buffer, b * size, size));
}
