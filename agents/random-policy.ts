import { z } from "zod";
import { workerUrl } from "../src/base/worker-url.ts";
import { RandomStream } from "../src/core/random.ts";
import type { Space } from "../src/core/spaces/space.ts";
import type { Actor, Policy, PolicySource } from "./policy.ts";

export const RandomPolicyConfig = z.strictObject({
  name: z.string().default("random"),
  /** One chance for each action of a Discrete space, sum 1; uniform where they are left out. */
  probability: z.array(z.number().min(0).max(1)).optional(),
});
export type RandomPolicyConfig = z.input<typeof RandomPolicyConfig>;

/** A fresh action at every step, whatever is seen. Takes the environment itself, or just its action space. */
export class RandomPolicy<Action = unknown> implements Policy<unknown, Action> {
  readonly name: string;
  readonly #space: Space<Action>;
  readonly #options: { readonly probability: readonly number[] } | undefined;

  constructor({ actionSpace }: { readonly actionSpace: Space<Action> }, config: RandomPolicyConfig = {}) {
    const { name, probability } = RandomPolicyConfig.parse(config);
    this.name = name;
    this.#space = actionSpace;
    this.#options = probability && { probability };
  }

  begin(seed: number): Actor<unknown, Action> {
    const random = new RandomStream(seed, "random-policy");
    return { act: () => this.#space.sample(random, this.#options) };
  }

  /** What `collect` takes as a behaviour, so that any thread can make this policy. */
  static behaviour(options: RandomPolicyConfig = {}): PolicySource {
    return { module: workerUrl(import.meta.url, "random-policy").href, export: "RandomPolicy", options };
  }
}
