import { ConfigError } from "../base/errors.ts";

/** How latent actions, learned without labels, relate to the real ones. */
export interface LatentActionTable {
  /** Rows of latent actions, columns of real ones: how often both came together. */
  readonly counts: readonly (readonly number[])[];
  /** Share of steps whose real action is the one that mostly comes with their latent action, in [0, 1]. */
  readonly purity: number;
  /** The same for one who sees no latent action: the share of the commonest real one. */
  readonly base: number;
  /** Nats that a latent action tells of the real one, from 0 to `entropy`. */
  readonly mutualInformation: number;
  /** Of the real actions, in nats. */
  readonly entropy: number;
  /** The real action that mostly comes with each latent one; null for one that never occurs. */
  readonly means: readonly (number | null)[];
}

/** Counts pairs of actions, both from 0; a ConfigError where there are none or not as many of each. */
export function latentActionTable(options: {
  readonly latent: ArrayLike<number>;
  readonly real: ArrayLike<number>;
  /** How many of each there are. */
  readonly latentCount: number;
  readonly realCount: number;
}): LatentActionTable {
  const { latent, real, latentCount, realCount } = options;
  if (latent.length === 0 || latent.length !== real.length)
    throw new ConfigError(
      `Expected a real action for each latent one, got ${real.length} for ${latent.length}. Pass the same steps of both.`,
    );
  const counts = Array.from({ length: latentCount }, () => new Array<number>(realCount).fill(0));
  for (let i = 0; i < latent.length; i++) counts[latent[i]][real[i]]++;
  const total = latent.length;
  const rows = counts.map(sum);
  const columns = Array.from({ length: realCount }, (_, j) => sum(counts.map((row) => row[j])));
  let information = 0;
  counts.forEach((row, i) => {
    row.forEach((count, j) => {
      if (count > 0) information += (count / total) * Math.log((count * total) / (rows[i] * columns[j]));
    });
  });
  return {
    counts,
    purity: sum(counts.map((row) => Math.max(...row))) / total,
    base: Math.max(...columns) / total,
    mutualInformation: information,
    entropy: -sum(columns.map((count) => (count > 0 ? (count / total) * Math.log(count / total) : 0))),
    means: counts.map((row, i) => (rows[i] > 0 ? row.indexOf(Math.max(...row)) : null)),
  };
}

/**
 * The latent actions in words: what mostly happened when each was inferred, and in how much of its steps; "never" for one that
 * was not. `meanings` are the real actions' names, their numbers where there are none.
 */
export function latentActionNames(
  { counts, means }: Pick<LatentActionTable, "counts" | "means">,
  meanings: readonly string[] = [],
): string[] {
  return counts.map((row, i) => {
    const action = means[i];
    if (action === null) return "never";
    const share = row[action] / sum(row);
    return `${meanings[action] ?? `action ${action}`} (${Math.round(100 * share)} %)`;
  });
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
