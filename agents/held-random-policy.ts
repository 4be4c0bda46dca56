import { z } from "zod";
import { workerUrl } from "../src/base/worker-url.ts";
import { RandomStream } from "../src/core/random.ts";
import type { Space } from "../src/core/spaces/space.ts";
import type { Actor, Policy, PolicySource } from "./policy.ts";

export const HeldRandomPolicyConfig = z
  .strictObject({
    /** Shortest hold, in steps. */
    minimum: z.int().min(1).default(1),
    /** Longest hold, in steps; of several one is drawn for each episode, e.g. `[4, 10, 20, 40, 80]`. */
    maximum: z.union([z.int().min(1), z.array(z.int().min(1)).min(1)]).default(10),
  })
  .refine(({ minimum, maximum }) => [maximum].flat().every((longest) => longest >= minimum), {
    error: "Expected every maximum to be at least the minimum",
    path: ["maximum"],
  });
export type HeldRandomPolicyConfig = z.input<typeof HeldRandomPolicyConfig>;

/**
 * A uniform action, held for a uniform number of steps, then another: how World Models recorded DoomTakeCover (holds of
 * 1 to 10). Where single random actions cancel each other out, held ones go somewhere.
 */
export class HeldRandomPolicy<Action = unknown> implements Policy<unknown, Action> {
  readonly name = "held-random";
  readonly config: z.output<typeof HeldRandomPolicyConfig>;
  readonly #space: Space<Action>;

  constructor({ actionSpace }: { readonly actionSpace: Space<Action> }, config: HeldRandomPolicyConfig = {}) {
    this.config = HeldRandomPolicyConfig.parse(config);
    this.#space = actionSpace;
  }

  begin(seed: number): Actor<unknown, Action> {
    const { minimum, maximum } = this.config;
    const random = new RandomStream(seed, "held-random-policy");
    const longest = [maximum].flat();
    const limit = longest[random.integer(0, longest.length)];
    let action: Action;
    let left = 0;
    return {
      act: () => {
        if (left === 0) {
          action = this.#space.sample(random);
          left = random.integer(minimum, limit + 1);
        }
        left--;
        return action;
      },
    };
  }

  /** What `collect` takes as a behaviour, so that any thread can make this policy. */
  static behaviour(options: HeldRandomPolicyConfig = {}): PolicySource {
    return { module: workerUrl(import.meta.url, "held-random-policy").href, export: "HeldRandomPolicy", options };
  }
}
