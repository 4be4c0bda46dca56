import { ExploringDriver } from "../../../agents/car-racing/exploring-driver.ts";
import { HeldRandomPolicy } from "../../../agents/held-random-policy.ts";
import type { BehaviourSource } from "../../data/collect-config.ts";
import { explorersOf } from "../explorers.ts";
import type { RecurrentPipelineConfig } from "./pipeline-config.ts";

/**
 * A third of the episodes with short holds, the others with a longest hold drawn for each episode; or given drivers; or an
 * environment's own explorers.
 */
export function collectingBehaviours(
  env: string,
  { shortHold, longHolds, drivers }: RecurrentPipelineConfig["collect"],
): BehaviourSource[] {
  if (drivers) return drivers.map(({ weight, ...options }) => ({ ...ExploringDriver.behaviour(options), weight }));
  const explorers = explorersOf(env);
  if (explorers) return explorers;
  return [
    { ...HeldRandomPolicy.behaviour({ maximum: shortHold }), weight: 1 },
    { ...HeldRandomPolicy.behaviour({ maximum: longHolds }), weight: 2 },
  ];
}
