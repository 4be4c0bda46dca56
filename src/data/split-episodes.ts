import { ConfigError } from "../base/errors.ts";
import { RandomStream } from "../core/random.ts";

/** Episode numbers, each in exactly one of the two, in ascending order. */
export interface EpisodeSplit {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
}

/** Sets whole episodes apart for validation; at least one on either side where there are two and the fraction is not 0. */
export function splitEpisodes(options: { count: number; validationFraction: number; seed: number }): EpisodeSplit {
  const { count, validationFraction, seed } = options;
  if (!(validationFraction >= 0 && validationFraction < 1)) {
    throw new ConfigError(`Expected validationFraction in [0, 1), got ${validationFraction}.`);
  }
  const rounded = Math.round(count * validationFraction);
  const held = validationFraction === 0 || count < 2 ? 0 : Math.min(count - 1, Math.max(1, rounded));
  const order = new RandomStream(seed, "split-episodes").permutation(count);
  return { train: order.slice(held).sort(), validation: order.slice(0, held).sort() };
}
