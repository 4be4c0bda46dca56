import type { Foretold } from "./episode-pass.ts";
import type { HeldOutEpisode } from "./held-out.ts";
import { eventScores } from "./reward-figures.ts";
import { pooledSpread, type Spread } from "./spread.ts";

/** Ends foretold one step ahead while the real environment was followed, over whole episodes. */
export interface TerminationFigures {
  /** Episodes that terminated. */
  readonly events: number;
  /** At a probability above 0.5. */
  readonly precision: Spread | null;
  readonly recall: Spread | null;
  readonly f1: Spread | null;
  /** Share of steps that terminated; what a calibrated model foretells on average. */
  readonly baseRate: Spread | null;
  readonly meanProbability: Spread | null;
  /** Area under precision over recall, by steps; the base rate's is what chance gives. Null where no episode terminated. */
  readonly averagePrecision: Spread | null;
}

/** Figures over all episodes. */
export function terminationFigures(
  episodes: readonly HeldOutEpisode[],
  foretold: readonly Pick<Foretold, "probabilities">[],
): TerminationFigures {
  const parts = foretold.map(({ probabilities }, e) => ({ probabilities, terminated: episodes[e].terminated }));
  const steps = (all: readonly Part[]) => all.reduce((sum, { probabilities }) => sum + probabilities.length, 0);
  const ends = (all: readonly Part[]) => all.filter(({ terminated }) => terminated).length;
  return {
    events: ends(parts),
    ...eventScores(parts.map(countEnds)),
    baseRate: pooledSpread(parts, (all) => ratio(ends(all), steps(all))),
    meanProbability: pooledSpread(parts, (all) =>
      ratio(
        all.reduce((sum, { probabilities }) => sum + probabilities.reduce((total, value) => total + value, 0), 0),
        steps(all),
      ),
    ),
    averagePrecision: pooledSpread(parts, averagePrecision),
  };
}

interface Part {
  readonly probabilities: Float32Array; // (T)
  /** With the last step. */
  readonly terminated: boolean;
}

function countEnds({ probabilities, terminated }: Part) {
  const last = probabilities.length - 1;
  const hits = Number(terminated && probabilities[last] > 0.5);
  const foretold = probabilities.filter((probability) => probability > 0.5).length;
  return { hits, falseAlarms: foretold - hits, misses: Number(terminated) - hits };
}

/** Σ (recall − recall before) · precision over the distinct probabilities, from the highest. */
function averagePrecision(parts: readonly Part[]): number | null {
  const steps = parts.flatMap(({ probabilities, terminated }) =>
    Array.from(probabilities, (probability, t) => ({
      probability,
      end: terminated && t === probabilities.length - 1,
    })),
  );
  const ends = steps.filter(({ end }) => end).length;
  if (ends === 0) return null;
  steps.sort((a, b) => b.probability - a.probability);
  let [area, hits, gained] = [0, 0, 0];
  for (const [i, { probability, end }] of steps.entries()) {
    if (end) gained++;
    if (steps[i + 1]?.probability === probability) continue; // steps that tie are told apart by nothing
    hits += gained;
    area += (gained / ends) * (hits / (i + 1));
    gained = 0;
  }
  return area;
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
