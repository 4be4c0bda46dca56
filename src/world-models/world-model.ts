import type * as tf from "@tensorflow/tfjs";
import type { Parameters } from "../compute/array.ts";
import type { Space } from "../core/spaces/space.ts";
import type { Weights } from "../nn/weights.ts";

/** Where B dreams stand: named tensors, the dream first in each shape. Explicit, so that it can be kept, forked and replayed. */
export type ModelState = Readonly<Record<string, tf.Tensor>>;

/** How many random numbers one dream takes at one step. Noise is data: the same numbers give the same dream. */
export interface NoiseSize {
  /** Standard normals. */
  readonly normal: number;
  /** Uniforms on [0, 1). */
  readonly uniform: number;
}

/** (B, normal) and (B, uniform). */
export interface Noise {
  readonly normal: tf.Tensor;
  readonly uniform: tf.Tensor;
}

/** Real moments from which dreams begin: n ≥ 1 frames and the n − 1 actions between them. */
export interface Context {
  /** (B, n, height, width, channels), bytes. */
  readonly frames: tf.Tensor;
  /** (B, n − 1) for discrete actions, (B, n − 1, A) for continuous ones. */
  readonly actions: tf.Tensor;
}

/** What one step of B dreams yields. */
export interface DreamStep {
  readonly state: ModelState;
  /** What an agent sees after the step, (B, F). */
  readonly features: tf.Tensor;
  /** (B). */
  readonly reward: tf.Tensor;
  /** Log-odds that the episode terminated with this step, (B): calibrated, so that sampling it gives the real rate. */
  readonly terminationLogit: tf.Tensor;
  /** How unsure the model was of what comes next, in the unit of its latents, (B). */
  readonly uncertainty: tf.Tensor;
}

/** Whose actions a player chooses: the real environment's, or those that a model has learned without labels. */
export type ActionKind = "real" | "latent";

/** The discrete tokens in which a model keeps a picture. */
export interface Tokens {
  /** A frame has so many. */
  readonly count: number;
  /** Each is one of so many, 0 ≤ token < size. */
  readonly size: number;
  /** Of the frame at which the states stand, (B, count) int32. */
  of(state: ModelState): tf.Tensor;
}

/**
 * A learned world. Its functions are pure, over weights that the caller passes: they run compiled or eagerly, one dream or
 * many at once, alike. Nothing above this interface knows which family of world models it has.
 */
export interface WorldModel {
  /** The family: "recurrent", … */
  readonly kind: string;
  /** JSON-able. */
  readonly config: unknown;
  /** Of the real environment that the model was learned from. */
  readonly observationSpace: Space<Uint8Array>;
  readonly actionSpace: Space<unknown>;
  readonly parameters: Parameters;
  /** Length F of the features. */
  readonly featureSize: number;
  readonly noise: NoiseSize;
  /** How many frames a context should have. */
  readonly contextLength: number;
  /** Without noise the most likely state; with it a draw of what cannot be seen. */
  start(weights: Weights, context: Context, noise?: Noise): ModelState;
  /** (B) actions for discrete spaces, (B, A) for continuous ones. */
  step(
    weights: Weights,
    state: ModelState,
    actions: tf.Tensor,
    options: { temperature: tf.Scalar; noise: Noise },
  ): DreamStep;
  /** Follows the real environment: the actions taken and the frames (B, height, width, channels) that came of them. */
  observe(weights: Weights, state: ModelState, frames: tf.Tensor, actions: tf.Tensor): ModelState;
  features(state: ModelState): tf.Tensor;
  /** Pictures of the states, (B, height, width, channels) in [0, 1]. */
  decode(weights: Weights, state: ModelState): tf.Tensor;
  /** Of models that keep their pictures as discrete tokens. */
  readonly tokens?: Tokens;
  /** Of models whose actions may be other than the real environment's; the very object `actionSpace` where they are its own. */
  readonly realActionSpace?: Space<unknown>;
  /**
   * Of models that have learned latent actions, without labels: those between frames (B, n, height, width, channels), bytes,
   * as (B, n − 1) int32.
   */
  inferActions?(weights: Weights, frames: tf.Tensor): tf.Tensor;
  /** How many steps before its own an inferred action depends on; default 0. */
  readonly inferenceLookback?: number;
  /** Of the same models: the same world, its player choosing among the real environment's actions or among the latent ones. */
  withActions?(actions: ActionKind): WorldModel;
}
