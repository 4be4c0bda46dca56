import type * as tf from "@tensorflow/tfjs";
import { adamCorrections } from "../../../src/compute/adam.ts";
import { type Arrays, type ArrayTree, type Parameters, scalar, type Tensors } from "../../../src/compute/array.ts";
import { compile, compileStep } from "../../../src/compute/compile.ts";
import type { EngineName } from "../../../src/compute/engines.ts";
import type { Weights } from "../../../src/nn/weights.ts";
import { type StepInputs, type StepOutputs, type TrainState, trainStep } from "../../../src/training/fit.ts";
import { optimizerInit } from "../../../src/training/optimizer.ts";

/** Runs a function of inputs and weights once. */
export async function run<I extends ArrayTree, O>(
  fn: (inputs: Tensors<I>, weights: Weights) => O,
  inputs: I,
  { parameters = {}, engine = "onnx" }: { parameters?: Parameters; engine?: EngineName } = {},
): Promise<Arrays<O>> {
  const compiled = compile<{ inputs: I; weights: Parameters }, O, Record<string, never>>(
    (given) => fn(given.inputs as Tensors<I>, given.weights as Weights),
    { name: "test", engine, offThread: false },
  );
  try {
    return await compiled.run({ inputs, weights: parameters });
  } finally {
    await compiled.dispose();
  }
}

/** Adam, its gradients clipped to a length of 1: the weights after the last step, and the loss and metrics of each step. */
export async function train<Batch extends ArrayTree>(options: {
  parameters: Parameters;
  loss: (weights: Weights, batch: Tensors<Batch>) => { loss: tf.Scalar; metrics: Readonly<Record<string, tf.Tensor>> };
  batch: (step: number) => Batch;
  steps: number;
  learningRate: number;
}): Promise<{ parameters: Parameters; history: { loss: number; metrics: Readonly<Record<string, number>> }[] }> {
  const { parameters, loss, batch, steps, learningRate } = options;
  type State = TrainState<Record<string, never>>;
  const open = compileStep<State, StepInputs<Batch>, StepOutputs, Record<string, never>>(
    (state, inputs) =>
      trainStep<Batch, Record<string, never>>(
        {
          name: "test",
          parameters,
          carry: {},
          loss: (weights, given: Tensors<Batch>, carry) => ({ ...loss(weights, given), carry }),
        },
        { norm: 1 },
        state,
        inputs,
      ),
    { name: "test training", offThread: false },
  );
  const resident = await open({
    weights: parameters,
    optimizer: optimizerInit({ name: "test", parameters }),
    carry: {},
  });
  const history = [];
  for (let step = 0; step < steps; step++) {
    const out = await resident.step({
      batch: batch(step),
      learningRate: scalar(learningRate),
      corrections: adamCorrections(step + 1),
    });
    const metrics = Object.fromEntries(Object.entries(out.metrics).map(([name, { data }]) => [name, data[0]]));
    history.push({ loss: out.loss.data[0], metrics });
  }
  const { weights } = await resident.read();
  await resident.dispose();
  return { parameters: weights, history };
}
