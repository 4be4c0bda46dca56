import { HeldRandomPolicy } from "../../../agents/held-random-policy.ts";
import { PlatformerExplorer } from "../../../agents/platformer/platformer-explorer.ts";
import { PlatformerRunner } from "../../../agents/platformer/platformer-runner.ts";
import type { BehaviourSource } from "../../data/collect-config.ts";
import type { GeniePipelineConfig } from "./pipeline-config.ts";

/** Who plays: for Platformer an explorer and a runner with slips, by turns; elsewhere random actions, held for a while. */
export function genieBehaviours(env: string, { hold, lapse }: GeniePipelineConfig["collect"]): BehaviourSource[] {
  if (env !== "Platformer-v0") return [{ ...HeldRandomPolicy.behaviour({ maximum: hold }), weight: 1 }];
  const runner = lapse === null ? [] : [{ ...PlatformerRunner.behaviour({ lapse }), weight: 1 }];
  return [{ ...PlatformerExplorer.behaviour(), weight: 1 }, ...runner];
}
