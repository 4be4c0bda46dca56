import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "../registrations.ts";
import type { z } from "zod";
import { BehaviourCloningConfig } from "../../agents/behaviour-cloning/clone-behaviour.ts";
import type { Policy } from "../../agents/policy.ts";
import { ConfigError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/write-file.ts";
import { loadBehaviour } from "../data/collector.ts";
import { versions } from "../evaluation/versions.ts";
import type { Progress } from "../training/progress.ts";
import { loadWorld } from "../world-models/world-checkpoint.ts";
import { actionMeaningsOf } from "./action-meanings.ts";
import { expertBehaviour } from "./genie/collecting-behaviours.ts";
import { heldOutCollection, ownCollection } from "./held-out-collection.ts";
import { expertEpisodes, stepsOf } from "./imitation/expert-episodes.ts";
import { imitableWorld } from "./imitation/imitable-world.ts";
import type { ImitationContext } from "./imitation/imitation-context.ts";
import type { ImitationReport } from "./imitation/imitation-report.ts";
import { learnFromExpert } from "./imitation/learn-from-expert.ts";
import { playForReal } from "./imitation/play-for-real.ts";
import { Run, TEST_SEED, WORLD_FILE } from "./run.ts";

export interface ImitateRunOptions {
  /** The folder of a run whose world has learned latent actions. */
  readonly directory: string;
  /** Fresh episodes of the expert, at least 2: the last fifth of them is kept from learning. Default 80. */
  readonly experts?: number;
  /** Per policy, for real; default 100. */
  readonly episodes?: number;
  /** Steps whose real actions the dictionary may look at; default 200, as Genie did. */
  readonly labels?: number;
  /** Of the expert's episodes, the labelled steps, the cloning and the episodes that count, from 0 to 2³² − 1; default 0. */
  readonly seed?: number;
  /** How the clones learn. */
  readonly cloning?: z.input<typeof BehaviourCloningConfig>;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

const STAGES = ["collect", "label", "follow-latent", "clone-latent", "follow-real", "clone-real", "play"] as const;

/**
 * Genie's way to a policy (Bruce et al. 2024, section 3.3): a run's frozen latent action model labels videos of an expert, a
 * policy imitates the latent actions, and a dictionary from a few labelled steps makes real ones of them. It plays levels that
 * nothing was learned from, beside blind players, an oracle that imitates the real actions, and the expert itself. Left in
 * the run's report, `imitation.json`.
 */
export async function imitateRun(options: ImitateRunOptions): Promise<ImitationReport> {
  const { directory, experts = 80, episodes = 100, labels = 200, seed = 0, progress, signal } = options;
  checkCounts({ experts, episodes, labels, seed });
  const cloning = BehaviourCloningConfig.parse(options.cloning ?? {});
  const run = await Run.existing(directory);
  const world = imitableWorld((await loadWorld(run.path(WORLD_FILE), { env: run.identity.env })).model);
  const behaviour = expertBehaviour(run.identity.env);
  const { env: own, maximumSteps } = ownCollection(run);
  const unseen = heldOutCollection(run).env;
  const env = { id: unseen.id, kwargs: unseen.kwargs ?? {} };
  progress.plan(STAGES);
  const folder = await mkdtemp(join(tmpdir(), "imitation-"));
  try {
    const context: ImitationContext = { seed, folder, cloning, progress, signal };
    const { observationSpace, actionSpace } = world.real;
    const shown = await expertEpisodes(context, {
      ...{ env: own, behaviour, maximumSteps, episodes: experts },
      ...{ observationSpace, actionSpace },
    });
    const learned = await learnFromExpert(context, world, { shown, labels, meanings: await actionMeaningsOf(env) });
    const firstSeed = TEST_SEED + seed * episodes; // other seeds, other episodes
    const { imitator, oracle, dictionary, translated } = learned;
    const policies = await playForReal(context, {
      ...{ env, world, dictionary, episodes, firstSeed },
      imitator: imitator.policy,
      oracle: oracle.policy,
      expert: (await loadBehaviour(behaviour, world.real)) as Policy<Uint8Array, unknown>,
    });
    const steps = { training: stepsOf(shown.training), heldOut: stepsOf(shown.heldOut) };
    const report: ImitationReport = {
      env,
      versions: versions(),
      settings: { seed, experts, episodes, firstSeed, labels, cloning },
      experts: {
        episodes: experts,
        steps: steps.training + steps.heldOut,
        heldOut: { episodes: shown.heldOut.length, steps: steps.heldOut },
      },
      accuracy: { latent: imitator.accuracy, oracle: oracle.accuracy },
      dictionary,
      translated,
      policies,
    };
    await writeFileAtomic(run.path("report", "imitation.json"), `${JSON.stringify(report, null, 2)}\n`);
    return report;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const LEAST = { experts: 2, episodes: 1, labels: 1, seed: 0 };

function checkCounts(counts: Readonly<Record<keyof typeof LEAST, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    const from = LEAST[name as keyof typeof LEAST];
    if (!Number.isSafeInteger(value) || value < from)
      throw new ConfigError(`Expected ${name} to be a whole number ≥ ${from}, got ${value}.`);
  }
}
