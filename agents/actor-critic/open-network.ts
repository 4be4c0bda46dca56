import type { Parameters } from "../../src/compute/array.ts";
import { type CompileOptions, compileStep } from "../../src/compute/compile.ts";
import type { Normalizer } from "../networks/normalizer.ts";
import { network } from "./network.ts";

/** An actor and a critic that stand ready for batches of observations. */
export interface OpenNetwork {
  /** (N × F) numbers → logits (N × A) and values (N). Each other N is traced anew: keep to few. */
  evaluate(observations: Float32Array): Promise<{ logits: Float32Array; values: Float32Array }>;
  write(state: NetworkState): Promise<void>;
  dispose(): Promise<void>;
}

export type NetworkState = { readonly weights: Parameters; readonly normalizer: Normalizer };

/** Opens a network whose weights can be changed without compiling it again. */
export async function openNetwork(
  { weights, normalizer }: NetworkState,
  engine?: CompileOptions["engine"],
): Promise<OpenNetwork> {
  const open = compileStep<NetworkState, { observations: Parameters[string] }, ReturnType<typeof network>, never>(
    (held, { observations }) => ({
      state: held,
      outputs: network(held.weights, held.normalizer, observations),
    }),
    { name: "actor and critic", engine, offThread: false },
  );
  const resident = await open({ weights, normalizer });
  const features = normalizer.mean.data.length;
  return {
    async evaluate(observations) {
      const shape = [observations.length / features, features];
      const { logits, values } = await resident.step({ observations: { shape, dtype: "float32", data: observations } });
      return { logits: logits.data as Float32Array, values: values.data as Float32Array };
    },
    write: (next) => resident.write(next),
    dispose: () => resident.dispose(),
  };
}
