import type { Pcg64 } from "../../src/core/pcg64.ts";

/** One thing that may follow an action. */
export interface Transition {
  readonly probability: number;
  /** The state then. */
  readonly state: number;
  readonly reward: number;
  readonly terminated: boolean;
}

/** What may follow action a in state s, as `P[s][a]`; the probabilities of each list sum to 1. */
export type TransitionTable = readonly (readonly (readonly Transition[])[])[];

/** One of the transitions, by chance. */
export function drawTransition(transitions: readonly Transition[], generator: Pcg64): Transition {
  const u = generator.random(); // drawn in any case: the generator must go on as Gymnasium's does
  let sum = 0;
  for (const transition of transitions) {
    sum += transition.probability;
    if (sum > u) return transition;
  }
  return transitions[0]; // rounding left a crumb
}

/** An index by chance, `weights` summing to 1. */
export function drawIndex(weights: readonly number[], generator: Pcg64): number {
  const u = generator.random();
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i];
    if (sum > u) return i;
  }
  return 0;
}
