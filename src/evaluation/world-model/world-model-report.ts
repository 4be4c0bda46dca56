import type { ActionMarginFigures } from "./action-margin.ts";
import type { DeltaPsnrFigures } from "./delta-psnr.ts";
import type { DriftFigures } from "./drift.ts";
import type { HorizonFigures } from "./horizon.ts";
import type { ReconstructionFigures } from "./reconstruction.ts";
import type { RewardFigures } from "./reward-figures.ts";
import type { Spread } from "./spread.ts";
import type { TerminationFigures } from "./termination-figures.ts";
import type { CodebookUseFigures, TokenAccuracyFigures } from "./token-figures.ts";

/**
 * How well a learned world foretells the real one, of any family; JSON-able. Each figure is a mean with its spread over
 * episodes, null where the episodes have nothing to tell of.
 */
export interface WorldModelReport {
  /** The model's kind: "recurrent", … */
  readonly family: string;
  readonly settings: {
    readonly seed: number;
    readonly temperature: number;
    /** Frames of a prompt. */
    readonly prompt: number;
    readonly horizon: number;
    /** Dreams of each window, of which `meanDream` is the mean. */
    readonly dreams: number;
    readonly driftSteps: number;
    /** Where the right actions come from. */
    readonly actions: "recorded" | "inferred";
    /** dB at which the PSNR of a frame is cut off. */
    readonly psnrCap: number;
  };
  readonly heldOut: {
    readonly episodes: number;
    readonly steps: number;
    readonly windows: number;
    /** Episodes that could not hold a prompt and the horizon, and gave no windows. */
    readonly tooShort: number;
  };
  /** Real frames, shown to the model and decoded. */
  readonly reconstruction: ReconstructionFigures;
  /** Dreams under the right actions: the recorded ones, or those that a model which is played with latent ones infers. */
  readonly byHorizon: readonly HorizonFigures[];
  readonly deltaPsnr: DeltaPsnrFigures;
  /** Of discrete actions. */
  readonly actionMargin: ActionMarginFigures | null;
  readonly reward: RewardFigures | null;
  readonly termination: TerminationFigures;
  readonly drift: readonly DriftFigures[];
  readonly uncertainty: {
    /** Pearson's correlation of the model's uncertainty with the squared error of its picture one step ahead. */
    readonly errorCorrelation: Spread | null;
  };
  /** Of models with tokens. */
  readonly tokenAccuracy: readonly TokenAccuracyFigures[] | null;
  readonly codebookUse: CodebookUseFigures | null;
}
