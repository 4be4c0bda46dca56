import { ConfigError } from "../../base/errors.ts";
import type { GeniePipelineConfig } from "./pipeline-config.ts";

/** A ConfigError where no episode is long enough to begin a dream from, or to learn latent actions from. */
export function checkLengths(
  lengths: ArrayLike<number>,
  { dream, latentActions }: Pick<GeniePipelineConfig, "dream" | "latentActions">,
): void {
  const longest = Array.from(lengths).reduce((most, length) => Math.max(most, length), 0);
  const refuse = (least: number, wanted: string, key: string) => {
    if (longest >= least) return;
    throw new ConfigError(
      `Expected an episode of at least ${least} steps ${wanted}, got at most ${longest}. Collect longer ones, or set ${key} lower.`,
    );
  };
  refuse(dream.prompt, "to begin dreams from", "dream.prompt");
  refuse(latentActions.history, "to learn latent actions from", "latentActions.history");
}
