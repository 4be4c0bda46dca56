import { z } from "zod";
import { ExploringDriverConfig } from "../../../agents/car-racing/exploring-driver.ts";

const steps = z.int().positive();

/**
 * Everything that decides what a run of the World Models pipeline gives; written to the run's config.json. Keys without a
 * default are left out there where they are not given.
 */
export const RecurrentPipelineConfig = z.strictObject({
  /** Keyword arguments of the environment, beside its id. */
  env: z.record(z.string(), z.unknown()).default({}),
  collect: z
    .strictObject({
      episodes: steps.default(2800),
      /** Longest hold, in steps, of the first kind of held-random behaviour, which records a third of the episodes. */
      shortHold: steps.default(4),
      /**
       * Longest holds of the second kind, one drawn for each episode. The longest must be as long as a life: a dream learned
       * from players who never stay at a wall forgives it, and evolution finds out.
       */
      longHolds: z.array(steps).min(1).default([4, 8, 16, 32, 64, 128]),
      validationFraction: z.number().gt(0).lt(1).default(0.06),
      /** Keyword arguments of the environment for the episodes to learn from, over those of `env`. */
      env: z.record(z.string(), z.unknown()).optional(),
      /** Steps after which an episode is truncated. */
      maximumSteps: steps.optional(),
      /** Drivers that look at nothing, in the place of the held-random behaviours; CarRacing only. */
      drivers: z
        .array(ExploringDriverConfig.extend({ weight: z.number().positive().default(1) }))
        .min(1)
        .optional(),
    })
    .prefault({}),
  vision: z
    .strictObject({
      latentSize: steps.default(32),
      channels: z.tuple([steps, steps, steps, steps]).default([16, 32, 64, 128]),
      foregroundWeight: z.number().nonnegative().default(10),
      /** 1 nat for each of 32 dimensions is the paper's floor of 32 (0.5 for each of 64). */
      klTolerance: z.number().nonnegative().default(1),
      frames: steps.default(60_000),
      batchSize: steps.default(32),
      steps: steps.default(3000),
      learningRate: z.number().positive().default(1e-3),
      warmup: z.int().nonnegative().default(50),
    })
    .prefault({}),
  memory: z
    .strictObject({
      hiddenSize: steps.default(256),
      mixtures: steps.default(5),
      doneWeight: z.number().positive().default(10),
      /** What the reward head calls 1, in the environment's unit; without it 1. */
      rewardScale: z.number().positive().optional(),
      /** A reward below it is learned as it: one fine of −100 would outweigh a thousand steps. */
      rewardFloor: z.number().optional(),
      batchSize: steps.default(100),
      /** Steps a window; the LSTM's state is carried from an episode's window to its next. */
      window: steps.default(32),
      steps: steps.default(2000),
      learningRate: z.number().positive().default(1e-3),
      warmup: z.int().nonnegative().default(50),
      /** What trains the matrices of M; the rest is always Adam's. Muon bears three times the learning rate. */
      optimizer: z.enum(["adam", "muon"]).default("adam"),
      clip: z.number().positive().default(1),
      validateEvery: steps.default(200),
      patience: steps.default(4),
    })
    .prefault({}),
  /**
   * The iterative procedure of World Models: the controller of the first dream drives the real environment, with noise, M
   * learns from that too, the controller goes on in the new dream, and so on. V stays as it is.
   */
  iterate: z
    .strictObject({
      /** After the first. */
      rounds: z.int().nonnegative().default(1),
      /** Real episodes a round. */
      episodes: steps.default(160),
      /** Standard deviation of a wandering error on each action, as a share of its range; drawn from 0 to this by episode. */
      noise: z.number().nonnegative().default(0.2),
      /** Steps in a row without a reward above 0 after which an episode is given up; without it never. */
      patience: steps.optional(),
      /** How often M meets one of them for each time that it meets an episode of the first collection. */
      weight: steps.default(3),
      /** Training steps of M a round. */
      memorySteps: steps.default(1000),
      /** Generations a round. */
      generations: steps.default(30),
    })
    .optional(),
  dream: z
    .strictObject({
      /** τ: above 1 dreams are less certain than the model, and harder to exploit (the paper's best for TakeCover: 1.15). */
      temperature: z.number().positive().default(1.15),
      /** Dream steps after which an episode is truncated. */
      horizon: steps.default(700),
      /** Real first frames that are kept to begin dreams from. */
      contexts: steps.default(200),
    })
    .prefault({}),
  controller: z
    .strictObject({
      population: steps.default(32),
      /** Dreams that each candidate plays in a generation. */
      dreams: steps.default(8),
      generations: steps.default(60),
      sigma: z.number().positive().default(0.1),
      covariance: z.enum(["full", "diagonal"]).default("diagonal"),
      /** Generations after which the distribution's mean plays population × dreams fresh dreams; the best mean is kept. */
      measureEvery: steps.default(10),
      bias: z.boolean().default(true),
      /** Elements of a continuous action that are cut off at their bounds, see LinearControllerConfig. */
      clipped: z.array(z.int().nonnegative()).optional(),
      /**
       * Controllers to compare with. Evolved in the same dream with the same means: `z-only` does not see h, and
       * `untrained-memory` sees the h of an LSTM with fresh weights in the place of M's. `real-trained` sees what the trained one
       * sees and never dreams: it is evolved in the real environment, on as many episodes as V and M learned from.
       */
      baselines: z.array(z.enum(["z-only", "untrained-memory", "real-trained"])).optional(),
    })
    .prefault({}),
  evaluation: z
    .strictObject({
      /** Per policy, in the dream and for real. */
      episodes: steps.default(100),
      /** Keyword arguments of the environment for episodes that count, over those of `env`. */
      env: z.record(z.string(), z.unknown()).optional(),
      /** A baseline that never changes its mind; null for none. */
      constant: z.strictObject({ name: z.string(), action: z.unknown() }).nullable().default(null),
      /** A hand-written driver as a line to compare with; CarRacing only. */
      roadFollower: z.boolean().optional(),
    })
    .prefault({}),
});
export type RecurrentPipelineConfig = z.output<typeof RecurrentPipelineConfig>;
