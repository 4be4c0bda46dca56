import type { BehaviourCloningConfig } from "../../../agents/behaviour-cloning/clone-behaviour.ts";
import type { LatentToReal } from "../../../agents/behaviour-cloning/latent-to-real.ts";
import type { Summary } from "../../evaluation/statistics.ts";

/** How often a clone's likeliest label is the right one: shares of steps, in [0, 1]. */
export interface CloneAccuracy {
  readonly training: number;
  readonly heldOut: number;
  /** On the held-out steps, of one who always says the label that is commonest in training. */
  readonly majority: number;
}

/** Which real action each latent code is played as. */
export interface ImitationDictionary extends LatentToReal {
  /** By code, in words: the action, and in how much of the code's labelled steps it was taken. */
  readonly names: readonly string[];
}

/** Who was imitated how well; JSON-able. */
export interface ImitationReport {
  /** Where the policies were played: levels that nothing was learned from. */
  readonly env: { readonly id: string; readonly kwargs: Readonly<Record<string, unknown>> };
  readonly versions: Readonly<Record<string, string>>;
  readonly settings: {
    readonly seed: number;
    /** Episodes of the expert that were asked for. */
    readonly experts: number;
    /** Episodes that each policy played. */
    readonly episodes: number;
    /** The seed of the first of them; the others count on. */
    readonly firstSeed: number;
    /** Labelled steps that the dictionary might look at. */
    readonly labels: number;
    readonly cloning: BehaviourCloningConfig;
  };
  /** What the expert showed; `heldOut` of it was kept from learning. */
  readonly experts: {
    readonly episodes: number;
    readonly steps: number;
    readonly heldOut: { readonly episodes: number; readonly steps: number };
  };
  /** Of the clone of the latent actions, and of the oracle, which was told the real ones. */
  readonly accuracy: { readonly latent: CloneAccuracy; readonly oracle: CloneAccuracy };
  readonly dictionary: ImitationDictionary;
  /** Share of the held-out steps whose latent code the dictionary translates into the action that was taken, in [0, 1]. */
  readonly translated: number;
  /**
   * Undiscounted returns in the real environment: random actions; blind, which takes actions as often as the expert did in the
   * labelled steps, whatever it sees; imitator, oracle, expert.
   */
  readonly policies: readonly { readonly name: string; readonly real: Summary }[];
}
