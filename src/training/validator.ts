import type * as tf from "@tensorflow/tfjs";
import type { ArrayTree, Parameters, Tensors } from "../compute/array.ts";
import { type CompileOptions, compileStep } from "../compute/compile.ts";
import type { Carry, Trainable } from "./trainable.ts";

export interface Validator<Batch> {
  /** Mean loss and metrics over the batches, the carry going through them in order. */
  run(weights: Parameters, batches: readonly Batch[]): Promise<Record<string, number> & { loss: number }>;
  dispose(): Promise<void>;
}

/** Measures a model without training it. */
export function validator<Batch extends ArrayTree, C extends Carry>(
  trainable: Trainable<Batch, C>,
  engine?: CompileOptions["engine"],
): Validator<Batch> {
  type State = { weights: Parameters; carry: C };
  type Outputs = { loss: tf.Tensor; metrics: Readonly<Record<string, tf.Tensor>> };
  const open = compileStep<State, { batch: Batch }, Outputs, Record<string, never>>(
    (state, inputs) => {
      const { weights } = state as { weights: Record<string, tf.Tensor> };
      const { loss, metrics, carry } = trainable.loss(
        weights,
        inputs.batch as Tensors<Batch>,
        state.carry as Tensors<C>,
      );
      return { state: { weights, carry } as unknown as Tensors<State>, outputs: { loss, metrics } };
    },
    { name: `validation of ${trainable.name}`, engine },
  );
  let resident: Awaited<ReturnType<typeof open>> | undefined;
  return {
    async run(weights, batches) {
      const state = { weights, carry: trainable.carry };
      if (resident) await resident.write(state);
      resident ??= await open(state);
      const sums: Record<string, number> & { loss: number } = { loss: 0 };
      for (const batch of batches) {
        const { loss, metrics } = await resident.step({ batch });
        sums.loss += loss.data[0] / batches.length;
        for (const [name, { data }] of Object.entries(metrics))
          sums[name] = (sums[name] ?? 0) + data[0] / batches.length;
      }
      return sums;
    },
    async dispose() {
      await resident?.dispose();
    },
  };
}
