import { mean, sampleSd } from "../statistics.ts";

/** A figure and how much it differs from episode to episode. */
export interface Spread {
  readonly mean: number;
  /** Sample standard deviation over episodes (n − 1), 0 for one episode. */
  readonly sd: number;
  readonly episodes: number;
}

/** Of one number for each episode; null of none. */
export function spreadOf(values: readonly number[]): Spread | null {
  return values.length === 0 ? null : { mean: mean(values), sd: sampleSd(values), episodes: values.length };
}

/** Values that are averaged within each episode first, so that every episode counts alike and frames are not taken for independent. */
export class EpisodeMeans {
  readonly #sums = new Map<number, { sum: number; count: number }>();

  add(episode: number, value: number): void {
    const entry = this.#sums.get(episode);
    if (entry) {
      entry.sum += value;
      entry.count++;
    } else this.#sums.set(episode, { sum: value, count: 1 });
  }

  spread(): Spread | null {
    return spreadOf([...this.#sums.values()].map(({ sum, count }) => sum / count));
  }
}

/**
 * A statistic of all episodes together, for what a single episode may have no value of (a precision, a correlation). Its
 * spread is that of the jackknife's pseudo-values n·s − (n − 1)·s₋ᵢ (Tukey 1958), which of a mean are the values themselves.
 * Null where the statistic is.
 */
export function pooledSpread<Part>(
  parts: readonly Part[],
  statistic: (parts: readonly Part[]) => number | null,
): Spread | null {
  const whole = statistic(parts);
  if (whole === null) return null;
  const n = parts.length;
  const pseudoValues = parts.flatMap((_, left) => {
    const rest = statistic(parts.filter((_, i) => i !== left));
    return rest === null ? [] : [n * whole - (n - 1) * rest];
  });
  return { mean: whole, sd: n < 2 ? 0 : sampleSd(pseudoValues), episodes: n };
}
