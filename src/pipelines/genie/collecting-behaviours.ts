import { HeldRandomPolicy } from "../../../agents/held-random-policy.ts";
import { PlatformerRunner } from "../../../agents/platformer/platformer-runner.ts";
import { ConfigError } from "../../base/errors.ts";
import type { BehaviourSource } from "../../data/collect-config.ts";
import { explorersOf } from "../explorers.ts";
import type { GeniePipelineConfig } from "./pipeline-config.ts";

/** Who plays: an environment's own explorers; where it has none, random actions, held for a while. */
export function genieBehaviours(env: string, { hold, lapse }: GeniePipelineConfig["collect"]): BehaviourSource[] {
  return explorersOf(env, lapse) ?? [{ ...HeldRandomPolicy.behaviour({ maximum: hold }), weight: 1 }];
}

/** Who plays well enough to be imitated, by environment. */
const EXPERTS: Readonly<Record<string, () => BehaviourSource>> = {
  "Platformer-v0": () => PlatformerRunner.behaviour({ lapse: 0 }),
};

/** The expert of an environment; a ConfigError where there is none. */
export function expertBehaviour(env: string): BehaviourSource {
  const expert = EXPERTS[env];
  if (expert) return expert();
  throw new ConfigError(
    `Expected an environment with an expert to imitate (${Object.keys(EXPERTS).join(", ")}), got ${env}. Use a run of one of those.`,
  );
}
