import { z } from "zod";
import { ActorCriticConfig } from "../../../agents/actor-critic/actor-critic-config.ts";
import { DynamicsConfig } from "../../world-models/genie/dynamics.ts";
import { LatentActionConfig } from "../../world-models/genie/latent-action-model.ts";
import { VideoTokenizerConfig } from "../../world-models/genie/video-tokenizer.ts";
import { RUNNER_LAPSE } from "../explorers.ts";

const steps = z.int().positive();
const rate = z.number().positive();
const training = {
  batchSize: steps,
  steps,
  learningRate: rate,
  warmup: z.int().nonnegative().default(50),
  /** What trains the kernels; the other parameters are always Adam's. Muon learns as much in half the steps. */
  optimizer: z.enum(["adam", "muon"]).default("muon"),
};

/** Everything that decides what a run of the Genie pipeline gives; written to the run's config.json. */
export const GeniePipelineConfig = z.strictObject({
  /** Keyword arguments of the environment, beside its id. */
  env: z.record(z.string(), z.unknown()).default({}),
  collect: z
    .strictObject({
      episodes: steps.default(600),
      maximumSteps: steps.optional(),
      validationFraction: z.number().gt(0).lt(1).default(0.06),
      /** Keyword arguments of the environment for the episodes to learn from, over those of `env`. */
      env: z.record(z.string(), z.unknown()).optional(),
      /** Longest hold of a random action, in steps, where the environment has no explorers of its own. */
      hold: steps.default(8),
      /** How often a skilled player makes a slip, for each step, where the environment has one; null: none plays. */
      lapse: z.number().min(0).max(1).nullable().default(RUNNER_LAPSE),
    })
    .prefault({}),
  tokenizer: VideoTokenizerConfig.extend({
    ...training,
    /** At most so many frames are learned from. */
    frames: steps.default(40_000),
    batchSize: steps.default(8),
    steps: steps.default(3600),
    learningRate: rate.default(5e-3),
  }).prefault({}),
  latentActions: LatentActionConfig.extend({
    ...training,
    frames: steps.default(30_000),
    batchSize: steps.default(16),
    steps: steps.default(1000),
    learningRate: rate.default(2e-3),
  }).prefault({}),
  dynamics: DynamicsConfig.extend({
    ...training,
    batchSize: steps.default(2),
    steps: steps.default(12_000),
    learningRate: rate.default(3e-3),
    /** A frame's tokens are hidden from the head with a chance drawn from this to 1, one for each window. */
    leastHidden: z.number().min(0).max(1).default(0.75),
    /** At most this share of the tokens that the trunk sees is replaced by others. */
    corruption: z.number().min(0).max(1).default(0.03),
    /** The share of windows whose actions are told as latent ones. */
    latentShare: z.number().min(0).max(1).default(0.1),
    /** The share of windows that are taken from the first and the last steps of episodes: each episode has but one of them. */
    edges: z.number().min(0).max(1).default(0.15),
    validateEvery: steps.default(4000),
  })
    .refine(({ width, heads }) => width % (2 * heads) === 0, {
      path: ["width"],
      message: "Expected a multiple of twice the heads: each turns its numbers in pairs",
    })
    .prefault({}),
  dream: z
    .strictObject({
      /** Below 1 the dream keeps to what is likely. */
      temperature: rate.default(0.8),
      /** Dream steps after which an episode is truncated. */
      horizon: steps.default(64),
      /** Real moments that are kept to begin dreams from. */
      contexts: steps.default(400),
      /** The share of them that are episodes' first moments: a player that seldom dreamt of a beginning may never get under way. */
      beginnings: z.number().min(0).max(1).default(0.25),
      /** Real frames that a dream begins with. */
      prompt: steps.default(4),
    })
    .prefault({}),
  agent: ActorCriticConfig.extend({
    /** Dreams, or real environments, that are played at once. */
    numEnvs: steps.default(16),
    hidden: z.array(steps).default([128]),
    epochs: steps.default(6),
    learningRate: rate.default(2.5e-3),
    gamma: z.number().min(0).max(1).default(0.98),
    /** Environment steps, dreamt or real. */
    steps: steps.default(50_000),
  }).prefault({}),
  evaluation: z
    .strictObject({
      /** Per policy, for real. */
      episodes: steps.default(100),
      /** Keyword arguments of the environment for episodes that count, over those of `env`. */
      env: z.record(z.string(), z.unknown()).optional(),
    })
    .prefault({}),
});
export type GeniePipelineConfig = z.output<typeof GeniePipelineConfig>;
