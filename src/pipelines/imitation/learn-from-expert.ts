import { type Clone, cloneEpisodes } from "./clone-episodes.ts";
import { imitationDictionary, labelledSteps, translatedShare } from "./dictionary.ts";
import { actionsOf, type SplitEpisodes } from "./expert-episodes.ts";
import type { ImitableWorld } from "./imitable-world.ts";
import type { ImitationContext } from "./imitation-context.ts";
import type { ImitationDictionary, ImitationReport } from "./imitation-report.ts";
import { labelledByModel } from "./latent-labels.ts";

/** All that was learned from what an expert showed. */
export interface Learned extends Pick<ImitationReport, "translated"> {
  /** The episodes as the frozen model labelled them. */
  readonly labelled: SplitEpisodes;
  /** Over latent codes. */
  readonly imitator: Clone;
  readonly dictionary: ImitationDictionary;
  /** Over real actions: what the same cloning makes of all the true labels. */
  readonly oracle: Clone;
}

/** The real actions in `shown` are for the dictionary, `labels` of them, for the oracle and for figures; the imitator sees none. */
export async function learnFromExpert(
  context: ImitationContext,
  world: ImitableWorld,
  options: { readonly shown: SplitEpisodes; readonly labels: number; readonly meanings?: readonly string[] },
): Promise<Learned> {
  const { shown, labels, meanings } = options;
  const labelled = await labelledByModel(context, world.latent, shown);
  const imitator = await cloneEpisodes(context, { kind: "latent", model: world.latent, ...labelled });
  const codes = actionsOf(labelled.training);
  const dictionary = imitationDictionary({
    codes,
    actions: actionsOf(shown.training),
    labelled: labelledSteps(codes.length, labels, context.seed),
    latentSpace: world.latent.actionSpace,
    actionSpace: world.real.actionSpace,
    meanings,
  });
  const heldOut = { codes: actionsOf(labelled.heldOut), actions: actionsOf(shown.heldOut) };
  const oracle = await cloneEpisodes(context, { kind: "real", model: world.real, ...shown });
  return { labelled, imitator, dictionary, translated: translatedShare(dictionary, heldOut), oracle };
}
