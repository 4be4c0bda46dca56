import { ConfigError } from "../../src/base/errors.ts";
import type { Discrete } from "../../src/core/spaces/discrete.ts";

/** Which real action each latent code stands for, by majority of a few labelled steps. JSON-able. */
export interface LatentToReal {
  /** By code: the real action. */
  readonly actions: readonly number[];
  /** By code, then by real action counted from 0: how often the two came together. */
  readonly counts: readonly (readonly number[])[];
  /** Labelled steps it was learned from. */
  readonly pairs: number;
}

export interface LatentToRealOptions {
  /** Codes from 0 on, a step each. */
  readonly latents: ArrayLike<number>;
  /** The real actions of the same steps. */
  readonly actions: ArrayLike<number>;
  /** How many codes there are. */
  readonly codes: number;
  readonly actionSpace: Discrete;
  /** Only so many steps, from the first, are looked at: labels are dear. Default 200. */
  readonly limit?: number;
}

/**
 * Learns the dictionary (Bruce et al. 2024, section 3.3): to each code the real action it came with most often, of equals the
 * lowest; to a code that did not come, the action that is the most frequent of all.
 */
export function learnLatentToReal(options: LatentToRealOptions): LatentToReal {
  const { latents, actions, codes, actionSpace, limit = 200 } = options;
  if (latents.length !== actions.length)
    throw new ConfigError(`Expected an action for each of ${latents.length} codes, got ${actions.length}.`);
  const pairs = Math.min(latents.length, limit);
  const counts = Array.from({ length: codes }, () => new Array<number>(actionSpace.n).fill(0));
  for (let i = 0; i < pairs; i++) {
    if (!(latents[i] in counts)) throw new ConfigError(`Expected codes below ${codes}, got ${latents[i]}.`);
    if (!actionSpace.contains(actions[i]))
      throw new ConfigError(`Expected actions in ${actionSpace}, got ${actions[i]}.`);
    counts[latents[i]][actions[i] - actionSpace.start]++;
  }
  const overall = mostFrequent(counts.reduce((sum, row) => sum.map((count, action) => count + row[action])));
  const meanings = counts.map((row) => (row.some((count) => count > 0) ? mostFrequent(row) : overall));
  return { actions: meanings.map((action) => actionSpace.start + action), counts, pairs };
}

function mostFrequent(counts: readonly number[]): number {
  return counts.indexOf(Math.max(...counts));
}
