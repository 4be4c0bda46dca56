import { HeldRandomPolicy } from "../../../agents/held-random-policy.ts";
import { PlatformerExplorer } from "../../../agents/platformer/platformer-explorer.ts";
import { PlatformerRunner } from "../../../agents/platformer/platformer-runner.ts";
import { ConfigError } from "../../base/errors.ts";
import type { BehaviourSource } from "../../data/collect-config.ts";
import type { GeniePipelineConfig } from "./pipeline-config.ts";

/** Who plays: for Platformer an explorer and a runner with slips, by turns; elsewhere random actions, held for a while. */
export function genieBehaviours(env: string, { hold, lapse }: GeniePipelineConfig["collect"]): BehaviourSource[] {
  if (env !== "Platformer-v0") return [{ ...HeldRandomPolicy.behaviour({ maximum: hold }), weight: 1 }];
  const runner = lapse === null ? [] : [{ ...PlatformerRunner.behaviour({ lapse }), weight: 1 }];
  return [{ ...PlatformerExplorer.behaviour(), weight: 1 }, ...runner];
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
