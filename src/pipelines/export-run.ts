import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import type { LinearController } from "../../agents/linear-controller.ts";
import { CheckpointError, ConfigError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/write-file.ts";
import { type NdArray, type Parameters, scalar, zeros } from "../compute/array.ts";
import { type ExportedModel, exportOnnx } from "../compute/export-onnx.ts";
import { Discrete } from "../core/spaces/discrete.ts";
import { RecurrentWorldModel } from "../world-models/recurrent/recurrent-world-model.ts";
import { encode, FRAME_SIDE } from "../world-models/recurrent/vae.ts";
import { unitFrames } from "../world-models/unit-frames.ts";
import { exportGuide } from "./export-guide.ts";
import { openRun } from "./open-run.ts";
import { loadController } from "./recurrent/controller-stage.ts";

/** A file of an exported run. */
export interface ExportedFile extends ExportedModel {
  readonly file: string;
}

export interface ExportRunOptions {
  /** The finished run's folder. */
  readonly directory: string;
  /** Where the files go. */
  readonly out: string;
  /** How many dreams (or frames) each model takes at once: ONNX shapes are fixed here. */
  readonly batch?: number;
}

/**
 * Writes V (encoder and decoder), M (one step, with sampling from given noise) and C of a finished run as standard ONNX
 * models with their weights inside, and a README.md that shows how to run them elsewhere.
 */
export async function exportRun({ directory, out, batch = 1 }: ExportRunOptions): Promise<readonly ExportedFile[]> {
  if (!Number.isInteger(batch) || batch < 1)
    throw new ConfigError(`Expected batch to be a whole number from 1, got ${batch}. Leave it out for 1.`);
  const { world } = await openRun(directory);
  const { model } = world;
  if (!(model instanceof RecurrentWorldModel))
    throw new CheckpointError(
      `Expected a world of the family recurrent (V, M and C) in ${directory}, got ${model.kind}. Export another run.`,
    );
  const policy = await loadController(directory, model);
  const { latentSize, hiddenSize } = model.config.mdnRnn;
  const { parameters } = model;
  const state = {
    latent: zeros([batch, latentSize]),
    hidden: zeros([batch, hiddenSize]),
    cell: zeros([batch, hiddenSize]),
    fresh: zeros([batch, 1]),
  };
  const { actionSpace } = model;
  const action = actionSpace instanceof Discrete ? zeros([batch], "int32") : zeros([batch, actionSpace.flatSize]);

  const files: ExportedFile[] = [];
  const save = async (file: string, exporting: (path: string) => Promise<ExportedModel>): Promise<void> => {
    files.push({ file, ...(await exporting(join(out, file))) });
  };
  await save("vision-encoder.onnx", (path) =>
    exportOnnx<{ frames: NdArray }, Record<string, tf.Tensor>, Parameters>(
      ({ frames }, weights) => {
        const { mean, logStd } = encode(weights, unitFrames(frames));
        return { mean, log_std: logStd };
      },
      { frames: zeros([batch, FRAME_SIDE, FRAME_SIDE, 3], "uint8") },
      { path, name: "vision-encoder", constants: parameters },
    ),
  );
  await save("vision-decoder.onnx", (path) =>
    exportOnnx<{ latent: NdArray }, Record<string, tf.Tensor>, Parameters>(
      ({ latent }, weights) => ({ frames: model.decode(weights, { latent }) }),
      { latent: state.latent },
      { path, name: "vision-decoder", constants: parameters },
    ),
  );
  type Step = { state: typeof state; action: NdArray; normal: NdArray; uniform: NdArray; temperature: NdArray };
  await save("memory-step.onnx", (path) =>
    exportOnnx<Step, Record<string, unknown>, Parameters>(
      (inputs, weights) => {
        const { normal, uniform } = inputs;
        const temperature = inputs.temperature as tf.Scalar;
        const next = model.step(weights, inputs.state, inputs.action, { temperature, noise: { normal, uniform } });
        return {
          state: next.state,
          reward: next.reward,
          termination_probability: tf.sigmoid(next.terminationLogit),
          uncertainty: next.uncertainty,
        };
      },
      {
        state,
        action,
        normal: zeros([batch, model.noise.normal]),
        uniform: zeros([batch, model.noise.uniform]),
        temperature: scalar(world.dream.temperature),
      },
      { path, name: "memory-step", constants: parameters },
    ),
  );
  await save("controller.onnx", (path) => exportController(path, { model, policy, state }));
  const guide = exportGuide({
    env: world.env.id,
    files,
    state: { latentSize, hiddenSize },
    dream: world.dream,
    discrete: actionSpace instanceof Discrete,
    batch,
  });
  await writeFileAtomic(join(out, "README.md"), guide);
  return files;
}

/** C of the parts of the state that it sees, so that it needs no knowledge of their order. */
function exportController(
  path: string,
  {
    model,
    policy,
    state,
  }: { model: RecurrentWorldModel; policy: LinearController; state: Readonly<Record<string, NdArray>> },
): Promise<ExportedModel> {
  const seen = { latent: state.latent, hidden: state.hidden, ...(model.config.cellFeature && { cell: state.cell }) };
  const weights = { shape: [1, policy.weights.length], dtype: "float32" as const, data: policy.weights };
  return exportOnnx<{ state: typeof seen }, { action: tf.Tensor }, { weights: NdArray }>(
    (inputs, constants) => {
      const features = model.features(inputs.state as Readonly<Record<string, tf.Tensor>>); // (B, F)
      return { action: tf.squeeze(policy.graph(constants.weights, tf.expandDims(features, 0)), [0]) };
    },
    { state: seen },
    { path, name: "controller", constants: { weights } },
  );
}
