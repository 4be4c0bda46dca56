import { z } from "zod";
import { workerUrl } from "../src/base/worker-url.ts";
import { RandomStream } from "../src/core/random.ts";
import type { Space } from "../src/core/spaces/space.ts";
import type { Actor, Policy, PolicySource } from "./policy.ts";

export const RandomPolicyConfig = z.strictObject({});
export type RandomPolicyConfig = z.input<typeof RandomPolicyConfig>;

/** A fresh uniform action at every step. Takes the environment itself, or just its action space. */
export class RandomPolicy<Action = unknown> implements Policy<unknown, Action> {
  readonly name = "random";
  readonly #space: Space<Action>;

  constructor({ actionSpace }: { readonly actionSpace: Space<Action> }, config: RandomPolicyConfig = {}) {
    RandomPolicyConfig.parse(config);
    this.#space = actionSpace;
  }

  begin(seed: number): Actor<unknown, Action> {
    const random = new RandomStream(seed, "random-policy");
    return { act: () => this.#space.sample(random) };
  }

  /** What `collect` takes as a behaviour, so that any thread can make this policy. */
  static behaviour(options: RandomPolicyConfig = {}): PolicySource {
    return { module: workerUrl(import.meta.url, "random-policy").href, export: "RandomPolicy", options };
  }
}
