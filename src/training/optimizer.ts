import type * as tf from "@tensorflow/tfjs";
import { ConfigError } from "../base/errors.ts";
import { type AdamState, type AdamUpdate, adamInit, adamUpdate } from "../compute/adam.ts";
import { type MuonState, muonInit, muonUpdate } from "../compute/muon.ts";
import type { Trainable } from "./trainable.ts";

/*
 * Which optimizer trains which parameter: Muon those that the model names, Adam all others, side by side in one step.
 */

/** Each optimizer's state, for its own parameters. */
export type OptimizerState = { readonly adam: AdamState; readonly muon: MuonState };

type Split = Pick<Trainable<never, never>, "name" | "parameters" | "muon">;
type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Before the first step. A parameter for Muon that is not a matrix or a kernel gives a ConfigError. */
export function optimizerInit({ name, parameters, muon }: Split): OptimizerState {
  const [ofMuon, ofAdam] = split(parameters, muon);
  for (const [parameter, { shape }] of Object.entries(ofMuon)) {
    if (shape.length < 2)
      throw new ConfigError(
        `Expected Muon to train matrices and kernels, got "${parameter}" of ${name}, of shape [${shape}]. Leave it to Adam.`,
      );
  }
  return { adam: adamInit(ofAdam), muon: muonInit(ofMuon) };
}

export interface OptimizerUpdate extends Omit<AdamUpdate, "state"> {
  readonly state: { readonly adam: AdamUpdate["state"]; readonly muon: Tensors };
}

/** One step: new parameters and state. */
export function optimizerUpdate({ muon }: Pick<Split, "muon">, update: OptimizerUpdate) {
  const { parameters, gradients, state, learningRate, corrections } = update;
  const [ofMuon, ofAdam] = split(parameters, muon);
  const byAdam = adamUpdate({ parameters: ofAdam, gradients, state: state.adam, learningRate, corrections });
  const byMuon = muonUpdate({ parameters: ofMuon, gradients, state: state.muon, learningRate });
  return {
    parameters: { ...byAdam.parameters, ...byMuon.parameters },
    state: { adam: byAdam.state, muon: byMuon.state },
  };
}

/** What Muon trains, and what Adam trains. */
function split<T>(
  parameters: Readonly<Record<string, T>>,
  muon: Split["muon"],
): [Record<string, T>, Record<string, T>] {
  const entries = Object.entries(parameters);
  const chosen = (name: string) => muon?.(name) ?? false;
  return [
    Object.fromEntries(entries.filter(([name]) => chosen(name))),
    Object.fromEntries(entries.filter(([name]) => !chosen(name))),
  ];
}
