import { type LatentToReal, learnLatentToReal } from "../../../agents/behaviour-cloning/latent-to-real.ts";
import { RandomStream } from "../../core/random.ts";
import type { Discrete } from "../../core/spaces/discrete.ts";
import { latentActionNames } from "../../evaluation/latent-action-table.ts";
import type { ImitationDictionary } from "./imitation-report.ts";

/** The steps, of so many, whose real actions may be looked at: at most `limit`, drawn with the seed. */
export function labelledSteps(count: number, limit: number, seed: number): number[] {
  return Array.from(new RandomStream(seed, "imitation/labels").permutation(count).slice(0, limit));
}

/** The dictionary from these steps alone, in numbers and in words. */
export function imitationDictionary(options: {
  /** Latent codes of all training steps. */
  readonly codes: readonly number[];
  /** The real actions of the same steps. */
  readonly actions: readonly number[];
  /** Of them, those that may be looked at. */
  readonly labelled: readonly number[];
  readonly latentSpace: Discrete;
  readonly actionSpace: Discrete;
  /** Names of the real actions, in their order. */
  readonly meanings?: readonly string[];
}): ImitationDictionary {
  const { codes, actions, labelled, latentSpace, actionSpace, meanings } = options;
  const dictionary = learnLatentToReal({
    latents: labelled.map((step) => codes[step]),
    actions: labelled.map((step) => actions[step]),
    codes: latentSpace.n,
    actionSpace,
    limit: labelled.length,
  });
  return { ...dictionary, names: wordsOf(dictionary, actionSpace, meanings) };
}

/** Share of the steps whose code means the action that was taken. */
export function translatedShare(
  { actions: meaning }: Pick<LatentToReal, "actions">,
  { codes, actions }: { readonly codes: readonly number[]; readonly actions: readonly number[] },
): number {
  return codes.filter((code, i) => meaning[code] === actions[i]).length / codes.length;
}

function wordsOf({ actions, counts }: LatentToReal, { start }: Discrete, meanings: readonly string[] = []): string[] {
  const played = actions.map((action) => action - start);
  const means = counts.map((row, code) => (row.some((count) => count > 0) ? played[code] : null));
  return latentActionNames({ counts, means }, meanings).map((words, code) =>
    means[code] === null ? `never, played as ${meanings[played[code]] ?? `action ${played[code]}`}` : words,
  );
}
