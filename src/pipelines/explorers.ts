import { PlatformerExplorer } from "../../agents/platformer/platformer-explorer.ts";
import { PlatformerRunner } from "../../agents/platformer/platformer-runner.ts";
import type { BehaviourSource } from "../data/collect-config.ts";

/** How often Platformer's runner makes a slip, for each step, while episodes are recorded. */
export const RUNNER_LAPSE = 0.05;

/**
 * Who records an environment's episodes where random actions see too little of it: for Platformer an explorer and, unless
 * `lapse` is null, a runner with slips, by turns. Undefined for any other environment.
 */
export function explorersOf(env: string, lapse: number | null = RUNNER_LAPSE): BehaviourSource[] | undefined {
  if (env !== "Platformer-v0") return undefined;
  const runner = lapse === null ? [] : [{ ...PlatformerRunner.behaviour({ lapse }), weight: 1 }];
  return [{ ...PlatformerExplorer.behaviour(), weight: 1 }, ...runner];
}
