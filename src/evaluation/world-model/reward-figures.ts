import { mean } from "../statistics.ts";
import { pearson } from "./correlation.ts";
import type { Foretold } from "./episode-pass.ts";
import type { HeldOutEpisode } from "./held-out.ts";
import { pooledSpread, type Spread } from "./spread.ts";

/** Rewards foretold one step ahead while the real environment was followed, over whole episodes. */
export type RewardFigures = SparseRewardFigures | DenseRewardFigures;

/** Rewards that are rare enough to count as events: |reward| above half the smallest that is not 0, right where the sign is. */
export interface SparseRewardFigures {
  readonly kind: "sparse";
  /** Steps with a reward ≠ 0. */
  readonly events: number;
  readonly threshold: number;
  /** Share of foretold events that came; null where none were foretold. */
  readonly precision: Spread | null;
  /** Share of events that were foretold. */
  readonly recall: Spread | null;
  readonly f1: Spread | null;
}

/** Rewards at more than a fifth of the steps. */
export interface DenseRewardFigures {
  readonly kind: "dense";
  /** Steps with a reward ≠ 0. */
  readonly events: number;
  readonly meanAbsoluteError: Spread | null;
  /** Pearson's, over all steps; null where the reward never changes. */
  readonly correlation: Spread | null;
}

const DENSE = 0.2; // share of steps with a reward

/** Figures over all episodes; null where there is no reward at all. */
export function rewardFigures(
  episodes: readonly HeldOutEpisode[],
  foretold: readonly Pick<Foretold, "rewards">[],
): RewardFigures | null {
  const sizes = episodes.flatMap(({ rewards }) =>
    Array.from(
      rewards.filter((reward) => reward !== 0),
      Math.abs,
    ),
  );
  if (sizes.length === 0) return null;
  const steps = episodes.reduce((sum, { rewards }) => sum + rewards.length, 0);
  const pairs = episodes.map(({ rewards }, e) => ({ real: rewards, predicted: foretold[e].rewards }));
  if (sizes.length > DENSE * steps) {
    return {
      kind: "dense",
      events: sizes.length,
      meanAbsoluteError: pooledSpread(pairs, meanAbsoluteError),
      correlation: pooledSpread(pairs, (parts) =>
        pearson(parts.map(({ real, predicted }) => ({ x: real, y: predicted }))),
      ),
    };
  }
  const threshold = sizes.reduce((least, size) => Math.min(least, size)) / 2;
  const counts = pairs.map(({ real, predicted }) => countEvents(real, predicted, threshold));
  return { kind: "sparse", events: sizes.length, threshold, ...eventScores(counts) };
}

/** Events foretold and come. */
export interface EventCounts {
  readonly hits: number;
  readonly falseAlarms: number;
  readonly misses: number;
}

/** Precision, recall and F1 of all episodes together. */
export function eventScores(counts: readonly EventCounts[]): Record<"precision" | "recall" | "f1", Spread | null> {
  const share = (of: (counts: EventCounts) => number) =>
    pooledSpread(counts, (parts) => {
      const hits = parts.reduce((sum, part) => sum + part.hits, 0);
      const all = parts.reduce((sum, part) => sum + of(part), hits);
      return all === 0 ? null : hits / all;
    });
  return {
    precision: share(({ falseAlarms }) => falseAlarms),
    recall: share(({ misses }) => misses),
    f1: share(({ falseAlarms, misses }) => (falseAlarms + misses) / 2), // 2·hits / (2·hits + false alarms + misses)
  };
}

/** An event of the wrong sign is a false alarm and a miss at once. */
function countEvents(real: Float32Array, predicted: Float32Array, threshold: number): EventCounts {
  const sign = (reward: number) => (Math.abs(reward) > threshold ? Math.sign(reward) : 0);
  let [hits, falseAlarms, misses] = [0, 0, 0];
  for (let t = 0; t < real.length; t++) {
    const [came, foretold] = [sign(real[t]), sign(predicted[t])];
    if (came !== 0 && came === foretold) hits++;
    else {
      if (foretold !== 0) falseAlarms++;
      if (came !== 0) misses++;
    }
  }
  return { hits, falseAlarms, misses };
}

function meanAbsoluteError(parts: readonly { real: Float32Array; predicted: Float32Array }[]): number | null {
  const errors = parts.flatMap(({ real, predicted }) =>
    Array.from(real, (reward, t) => Math.abs(reward - predicted[t])),
  );
  return errors.length === 0 ? null : mean(errors);
}
