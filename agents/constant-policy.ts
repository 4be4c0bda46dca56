import { z } from "zod";
import { workerUrl } from "../src/base/worker-url.ts";
import { InvalidActionError } from "../src/core/errors.ts";
import type { Space } from "../src/core/spaces/space.ts";
import type { Actor, Policy, PolicySource } from "./policy.ts";

export const ConstantPolicyConfig = z.strictObject({
  /** The action; for an array space also a plain list of numbers, so that it can come from JSON. */
  action: z.unknown(),
  /** What reports call it; default `constant`, e.g. `stand-still`. */
  name: z.string().default("constant"),
});
export type ConstantPolicyConfig = z.input<typeof ConstantPolicyConfig>;

/** The same action at every step: what doing nothing is worth, in the dream and in the real environment. */
export class ConstantPolicy<Action = unknown> implements Policy<unknown, Action> {
  readonly name: string;
  readonly action: Action;

  constructor({ actionSpace }: { readonly actionSpace: Space<Action> }, config: ConstantPolicyConfig) {
    const { name, action: given } = ConstantPolicyConfig.parse(config);
    const action = Array.isArray(given) && !actionSpace.contains(given) ? fromList(actionSpace, given) : given;
    if (!actionSpace.contains(action)) throw new InvalidActionError(given, actionSpace);
    this.name = name;
    this.action = action;
  }

  begin(): Actor<unknown, Action> {
    return { act: () => this.action };
  }

  /** What `collect` takes as a behaviour, so that any thread can make this policy. */
  static behaviour(options: ConstantPolicyConfig): PolicySource {
    return { module: workerUrl(import.meta.url, "constant-policy").href, export: "ConstantPolicy", options };
  }
}

function fromList(space: Space<unknown>, numbers: readonly number[]): unknown {
  return space.type === "MultiDiscrete" ? Int32Array.from(numbers) : space.unflatten(numbers); // its flat form is one-hot
}
