import { join } from "node:path";
import { cloneBehaviour } from "../../../agents/behaviour-cloning/clone-behaviour.ts";
import type { ClonedPolicy } from "../../../agents/behaviour-cloning/cloned-policy.ts";
import type { LabelledFeatures } from "../../../agents/behaviour-cloning/labelled-batches.ts";
import type { Discrete } from "../../core/spaces/discrete.ts";
import type { HeldOutEpisode } from "../../evaluation/world-model/held-out.ts";
import type { ActionKind, WorldModel } from "../../world-models/world-model.ts";
import { actionsOf, type SplitEpisodes } from "./expert-episodes.ts";
import { followEpisodes, followingTicks } from "./follow-episodes.ts";
import type { ImitationContext } from "./imitation-context.ts";
import type { CloneAccuracy } from "./imitation-report.ts";

/** A policy over the actions of the world that it looks through. */
export interface Clone {
  readonly policy: ClonedPolicy;
  readonly accuracy: CloneAccuracy;
}

/** Learns to take the actions of episodes, by what the world shows that is played with actions of the same kind. */
export async function cloneEpisodes(
  { seed, folder, cloning, progress, signal }: ImitationContext,
  {
    kind,
    model,
    training,
    heldOut,
  }: SplitEpisodes & { kind: ActionKind; model: WorldModel & { readonly actionSpace: Discrete } },
): Promise<Clone> {
  const episodes = [...training, ...heldOut];
  const stage = progress.stage({ name: `follow-${kind}`, total: followingTicks(episodes), unit: "steps" });
  const seen = await followEpisodes(model, episodes, { signal, onTick: (done) => stage.update(done) });
  stage.done();
  const { n, start } = model.actionSpace;
  const name = `clone-${kind}`;
  const { policy, accuracy, majority } = await cloneBehaviour({
    training: labelled(training, seen.slice(0, training.length), start),
    heldOut: labelled(heldOut, seen.slice(training.length), start),
    labels: n,
    seed,
    config: cloning,
    name,
    snapshot: join(folder, `${name}.safetensors`),
    metrics: join(folder, "metrics.jsonl"),
    progress: (done) => progress.stage({ name, total: cloning.steps, unit: "steps", done }),
    signal,
  });
  const actions = Array.from({ length: n }, (_, i) => start + i);
  return { policy: policy.translated({ actions }).with({ mode: "sampled" }), accuracy: { ...accuracy, majority } };
}

/** Actions are counted from `start`. */
function labelled(episodes: readonly HeldOutEpisode[], seen: readonly Float32Array[], start: number): LabelledFeatures {
  const features = new Float32Array(seen.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const rows of seen) {
    features.set(rows, at);
    at += rows.length;
  }
  return { features, labels: Int32Array.from(actionsOf(episodes), (action) => action - start) };
}
