import { z } from "zod";
import { ConfigError } from "../../base/errors.ts";
import { assignKey, mergeSections } from "../merge-config.ts";
import { RecurrentPipelineConfig } from "./pipeline-config.ts";

export { RecurrentPipelineConfig };

type Input = z.input<typeof RecurrentPipelineConfig>;

/** `quick` is what `npm start` runs; `full` takes longer: twenty minutes on two cores for TakeCover. */
export const PRESETS = {
  quick: {},
  full: {
    collect: { episodes: 5000 },
    vision: { frames: 160_000, steps: 5500 },
    memory: { steps: 5500, validateEvery: 500 },
    controller: { generations: 110 },
  },
} as const satisfies Record<string, Input>;
export type Preset = keyof typeof PRESETS;

/** A decision every three tics: with a quarter of an hour of training that is what M can look ahead over. */
const TAKE_COVER = {
  env: { frameSkip: 3 },
  evaluation: { constant: { name: "stand-still", action: 1 } },
} as const satisfies Input;

/** What CarRacing is trained with in both presets: the paper's sizes of z, h and C, and what keeps its dreams honest. */
const CAR_RACING = {
  // Twelve and a half decisions a second: with a quarter of an hour of training that is what M can look ahead over.
  env: { frames: "world-models", frameSkip: 4, idleFrames: 50 },
  collect: {
    env: { startTile: "random" },
    // A blind driver is off the road after three seconds and sees nothing but grass from then on.
    maximumSteps: 50,
    drivers: [
      { motion: "held", hold: [2, 8], steering: 0.8 },
      { motion: "held", hold: [2, 10], steering: 0.4, pedals: [-0.1, 0.4] },
      { motion: "brownian", rate: 0.3, steering: 0.6 },
      { motion: "brownian", rate: 0.2, steering: 0.3, pedals: [-0.1, 0.5] },
    ],
  },
  // A narrow posterior: what z says of the road must survive being drawn again at every step of a dream.
  vision: { klTolerance: 2.5, foregroundWeight: 3 },
  memory: { rewardScale: 1, rewardFloor: -3, batchSize: 64 },
  iterate: { rounds: 4, patience: 25 },
  dream: { temperature: 1, horizon: 150 },
  controller: { clipped: [2], baselines: ["z-only", "untrained-memory"] },
  evaluation: { roadFollower: true },
} as const satisfies Input;

const CAR_RACING_PRESETS: Readonly<Record<Preset, Input>> = {
  quick: {
    ...CAR_RACING,
    collect: { ...CAR_RACING.collect, episodes: 2000 },
    vision: { ...CAR_RACING.vision, frames: 40_000, steps: 2400 },
    memory: { ...CAR_RACING.memory, steps: 1500 },
    iterate: { ...CAR_RACING.iterate, episodes: 64, memorySteps: 500, generations: 20 },
    controller: { ...CAR_RACING.controller, generations: 15 },
    evaluation: { ...CAR_RACING.evaluation, episodes: 30 },
  },
  full: {
    ...CAR_RACING,
    collect: { ...CAR_RACING.collect, episodes: 5000 },
    vision: { ...CAR_RACING.vision, channels: [32, 64, 128, 256], frames: 120_000, steps: 4000 },
    memory: { ...CAR_RACING.memory, steps: 4000, validateEvery: 500 },
    iterate: { ...CAR_RACING.iterate, rounds: 6, episodes: 160, memorySteps: 1500, generations: 30 },
    dream: { ...CAR_RACING.dream, horizon: 230 },
    controller: { ...CAR_RACING.controller, population: 64, dreams: 16, generations: 30 },
    evaluation: { ...CAR_RACING.evaluation, episodes: 100 },
  },
};

/** What an environment is best trained with, section by section over what is common. */
const BY_ENV: Readonly<Record<string, Readonly<Record<Preset, Input>>>> = {
  "TakeCover-v0": {
    // Muon gets further in three quarters of the steps; only these have been measured with it.
    quick: { ...TAKE_COVER, memory: { optimizer: "muon", learningRate: 3e-3, steps: 1500 } },
    full: TAKE_COVER,
  },
  "CarRacing-v3": CAR_RACING_PRESETS,
  // What Genie's pipeline learns from, and is judged by.
  "Platformer-v0": both({
    env: { progressReward: 1 },
    collect: { episodes: 600, maximumSteps: 200 },
    memory: { rewardScale: 1 },
    dream: { temperature: 1, horizon: 200 },
    evaluation: { env: { levels: "test" } },
  }),
};

function both(input: Input): Readonly<Record<Preset, Input>> {
  return { quick: input, full: input };
}

/** A preset for an environment with single keys replaced: `{ "memory.steps": 500 }`. What does not fit gives a ConfigError. */
export function resolveConfig(
  env: string,
  preset: Preset,
  overrides: Readonly<Record<string, unknown>> = {},
): RecurrentPipelineConfig {
  const input = mergeSections(PRESETS[preset], BY_ENV[env]?.[preset] ?? {});
  for (const [path, value] of Object.entries(overrides)) assignKey(input, path.split("."), value);
  const parsed = RecurrentPipelineConfig.safeParse(input);
  if (!parsed.success) throw new ConfigError(`Expected a valid configuration.\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
