import { z } from "zod";
import { workerUrl } from "../../src/base/worker-url.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Actor, Policy, PolicySource } from "../policy.ts";

export const PlatformerExplorerConfig = z.strictObject({
  /** Relative chances of nothing, left, right, jump, jump left and jump right. */
  weights: z.array(z.number().min(0)).length(6).default([1, 2, 5, 1, 1.5, 6]),
  /** Shortest and longest hold of an action, in steps. */
  hold: z.tuple([z.int().min(1), z.int().min(1)]).default([2, 14]),
});
export type PlatformerExplorerConfig = z.input<typeof PlatformerExplorerConfig>;

/**
 * Plays Platformer without looking, to collect episodes: random actions, held for a while and biased to the right. Uniform
 * ones would hop about the start; these see every kind of obstacle, every action, deaths of all kinds, and now and then
 * the coin.
 */
export class PlatformerExplorer implements Policy<unknown, number> {
  readonly name = "platformer-explorer";
  readonly config: z.output<typeof PlatformerExplorerConfig>;

  constructor(_spaces: unknown = {}, config: PlatformerExplorerConfig = {}) {
    this.config = PlatformerExplorerConfig.parse(config);
  }

  begin(seed: number): Actor<unknown, number> & { act(): number } {
    const { weights, hold } = this.config;
    const random = new RandomStream(seed, "platformer-explorer");
    let action = 0;
    let left = 0;
    return {
      act: () => {
        if (left === 0) {
          action = drawn(weights, random);
          left = random.integer(hold[0], hold[1] + 1);
        }
        left--;
        return action;
      },
    };
  }

  /** What `collect` takes as a behaviour, so that any thread can make this policy. */
  static behaviour(options: PlatformerExplorerConfig = {}): PolicySource {
    return { module: workerUrl(import.meta.url, "platformer-explorer").href, export: "PlatformerExplorer", options };
  }
}

/** An index with a chance in proportion to its weight. */
function drawn(weights: readonly number[], random: RandomStream): number {
  let left = random.uniform(
    0,
    weights.reduce((sum, weight) => sum + weight),
  );
  for (const [i, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return i;
  }
  return weights.length - 1;
}
