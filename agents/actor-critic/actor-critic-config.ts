import { z } from "zod";

/** How PPO trains (Schulman et al. 2017); its symbols in brackets. */
export const ActorCriticConfig = z.strictObject({
  /** Sizes of the hidden layers, of the actor and of the critic alike. */
  hidden: z.array(z.int().positive()).default([64]),
  /** Steps of each slot between two updates [T]. */
  rollout: z.int().positive().default(32),
  /** Times each rollout is learned from [K]. */
  epochs: z.int().positive().default(4),
  /** Parts of a rollout, one optimizer step each. */
  minibatches: z.int().positive().default(4),
  /** Discount of later rewards [γ]. */
  gamma: z.number().min(0).max(1).default(0.97),
  /** How far advantages lean on what was really paid [λ]: 0 one step, 1 to the end. */
  lambda: z.number().min(0).max(1).default(0.95),
  /** How far an action's probability may move in one update [ε]. */
  clip: z.number().positive().default(0.2),
  /** Weight of the entropy in the loss [c₂]. */
  entropy: z.number().nonnegative().default(0.01),
  /** Weight of the critic's error in the loss [c₁]. */
  value: z.number().nonnegative().default(0.5),
  learningRate: z.number().positive().default(3e-4),
  /** Lets the learning rate fall to 0 along a line. */
  decay: z.boolean().default(true),
  /** Bound of the gradient's length. */
  maxGradientNorm: z.number().positive().default(0.5),
  /** Advantages of each minibatch to mean 0 and deviation 1. */
  normalizeAdvantages: z.boolean().default(true),
  /** Observations to mean 0 and deviation 1, by what training has seen; what never varied is not looked at. */
  normalizeObservations: z.boolean().default(true),
  /** Rewards are multiplied by this before anything is learned from them; reported returns are not. */
  rewardScale: z.number().positive().default(1),
});
export type ActorCriticConfig = z.output<typeof ActorCriticConfig>;
