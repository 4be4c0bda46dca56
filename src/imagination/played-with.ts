import type * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors.ts";
import type { NdArray, Parameters } from "../compute/array.ts";
import { type CompileOptions, compile } from "../compute/compile.ts";
import type { ActionKind, WorldModel } from "../world-models/world-model.ts";
import type { Contexts, Dream } from "./dream.ts";
import { gatherRows } from "./rows.ts";

/** Contexts whose actions are inferred at once. */
const BATCH = 16;

/**
 * A world whose player chooses among the real environment's actions, or among the latent ones that the model has learned:
 * then the actions between the frames of its contexts are those that the model infers from them.
 */
export async function playedWith(
  { model, contexts }: Pick<Dream, "model" | "contexts">,
  actions: ActionKind,
  engine?: CompileOptions["engine"],
): Promise<Pick<Dream, "model" | "contexts">> {
  const latent = model.realActionSpace !== undefined && model.realActionSpace !== model.actionSpace;
  if (latent === (actions === "latent")) return { model, contexts };
  if (latent)
    throw new ConfigError(
      "Expected latent actions of a world that was saved with them, got real: its contexts do not know those. Leave actions out.",
    );
  if (!model.withActions || !model.inferActions)
    throw new ConfigError(
      `Expected real actions of a world of the family ${model.kind}, which has not learned latent ones, got latent. Leave actions out.`,
    );
  return { model: model.withActions("latent"), contexts: await inferred(model, contexts, engine) };
}

/** The same frames, with the latent actions between them: (N, n − 1) int32. */
async function inferred(model: WorldModel, { frames }: Contexts, engine: CompileOptions["engine"]): Promise<Contexts> {
  const [count, length] = frames.shape;
  const data = new Int32Array(count * (length - 1));
  const actions: NdArray = { shape: [count, length - 1], dtype: "int32", data };
  if (length === 1) return { frames, actions };
  const infer = compile<{ frames: NdArray }, { actions: tf.Tensor }, Parameters>(
    ({ frames }, weights) => ({ actions: model.inferActions!(weights, frames) }),
    { name: `${model.kind} actions`, constants: model.parameters, engine, offThread: false },
  );
  try {
    for (let from = 0; from < count; from += BATCH) {
      // One batch size for all: what is missing is the last context again.
      const rows = Array.from({ length: BATCH }, (_, i) => Math.min(from + i, count - 1));
      const out = await infer.run({ frames: gatherRows(frames, rows) });
      data.set(
        out.actions.data.subarray(0, (Math.min(from + BATCH, count) - from) * (length - 1)),
        from * (length - 1),
      );
    }
  } finally {
    await infer.dispose();
  }
  return { frames, actions };
}
