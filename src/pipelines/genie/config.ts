import { z } from "zod";
import { ConfigError } from "../../base/errors.ts";
import { assignKey, mergeSections } from "../merge-config.ts";
import type { Preset } from "../recurrent/config.ts";
import { GeniePipelineConfig } from "./pipeline-config.ts";

export { GeniePipelineConfig };

type Input = z.input<typeof GeniePipelineConfig>;

/** `quick` takes 21 minutes on two cores for Platformer; `full`, twice the episodes and the steps, has not been timed. */
const PRESETS: Readonly<Record<Preset, Input>> = {
  quick: {},
  full: {
    collect: { episodes: 1200 },
    tokenizer: { frames: 80_000, steps: 7200 },
    latentActions: { frames: 60_000, steps: 2000 },
    dynamics: { steps: 24_000, validateEvery: 8000 },
    agent: { steps: 150_000 },
  },
};

/** What an environment is best learned with, over what is common. */
const BY_ENV: Readonly<Record<string, Input>> = {
  "Platformer-v0": {
    // A tile of new ground pays as well, a tenth of the coin: a few ten thousand steps find too few coins to learn from.
    env: { progressReward: 1 },
    // A life of seven seconds: who has not found the coin by then stands in front of something.
    collect: { maximumSteps: 200 },
    latentActions: { pictures: 1 }, // the pose shows what is pressed
    // A step at full speed pays 0.25.
    dynamics: { rewardScale: 0.25 },
    agent: { rewardScale: 0.1 },
    evaluation: { env: { levels: "test" } },
  },
};

/** A preset for an environment with single keys replaced: `{ "dynamics.steps": 500 }`. What does not fit gives a ConfigError. */
export function resolveGenieConfig(
  env: string,
  preset: Preset,
  overrides: Readonly<Record<string, unknown>> = {},
): GeniePipelineConfig {
  const input = mergeSections(PRESETS[preset], BY_ENV[env] ?? {});
  for (const [path, value] of Object.entries(overrides)) assignKey(input, path.split("."), value);
  const parsed = GeniePipelineConfig.safeParse(input);
  if (!parsed.success) throw new ConfigError(`Expected a valid configuration.\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
