import { z } from "zod";
import { ConfigError } from "../../base/errors.ts";

const steps = z.int().positive();

/** Everything that decides what a run of the World Models pipeline gives; written to the run's config.json. */
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
      batchSize: steps.default(100),
      /** Steps a window; the LSTM's state is carried from an episode's window to its next. */
      window: steps.default(32),
      steps: steps.default(2000),
      learningRate: z.number().positive().default(1e-3),
      warmup: z.int().nonnegative().default(50),
      clip: z.number().positive().default(1),
      validateEvery: steps.default(200),
      patience: steps.default(4),
    })
    .prefault({}),
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
    })
    .prefault({}),
  evaluation: z
    .strictObject({
      /** Per policy, in the dream and for real. */
      episodes: steps.default(100),
      /** A baseline that never changes its mind; null for none. */
      constant: z.strictObject({ name: z.string(), action: z.unknown() }).nullable().default(null),
    })
    .prefault({}),
});
export type RecurrentPipelineConfig = z.output<typeof RecurrentPipelineConfig>;

/** `quick` is what `npm start` runs; `full` takes twenty minutes on two cores. */
export const PRESETS = {
  quick: {},
  full: {
    collect: { episodes: 5000 },
    vision: { frames: 160_000, steps: 5500 },
    memory: { steps: 5500, validateEvery: 500 },
    controller: { generations: 110 },
  },
} as const satisfies Record<string, z.input<typeof RecurrentPipelineConfig>>;
export type Preset = keyof typeof PRESETS;

/** What an environment is best trained with, unless one says otherwise. */
const ENV_DEFAULTS: Readonly<Record<string, z.input<typeof RecurrentPipelineConfig>>> = {
  // A decision every three tics: with a quarter of an hour of training that is what M can look ahead over.
  "TakeCover-v0": { env: { frameSkip: 3 }, evaluation: { constant: { name: "stand-still", action: 1 } } },
};

/** A preset for an environment with single keys replaced: `{ "memory.steps": 500 }`. What does not fit gives a ConfigError. */
export function resolveConfig(
  env: string,
  preset: Preset,
  overrides: Readonly<Record<string, unknown>> = {},
): RecurrentPipelineConfig {
  const input: Record<string, unknown> = structuredClone({ ...ENV_DEFAULTS[env], ...PRESETS[preset] });
  for (const [path, value] of Object.entries(overrides)) assign(input, path.split("."), value);
  const parsed = RecurrentPipelineConfig.safeParse(input);
  if (!parsed.success) throw new ConfigError(`Expected a valid configuration.\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function assign(target: Record<string, unknown>, [key, ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = target[key];
  if (typeof inner !== "object" || inner === null) target[key] = {};
  assign(target[key] as Record<string, unknown>, rest, value);
}
