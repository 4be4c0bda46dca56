import { z } from "zod";
import { ConfigError } from "../../src/base/errors.ts";
import type { Parameters } from "../../src/compute/array.ts";
import type { Normalizer } from "../networks/normalizer.ts";
import {
  type BatchActor,
  type BatchActorOptions,
  beginActor,
  beginBatchActor,
  logitsOf,
} from "../networks/softmax-actor.ts";
import { loadSoftmax, saveSoftmax } from "../networks/softmax-checkpoint.ts";
import type { Actor, Policy } from "../policy.ts";
import type { LatentToReal } from "./latent-to-real.ts";

const KIND = "cloned-policy";

export const ClonedPolicyConfig = z.strictObject({
  /** `greedy`: the likeliest action; `sampled`: each as often as the one that was cloned takes it, as far as is known. */
  mode: z.enum(["greedy", "sampled"]).default("greedy"),
  name: z.string().default("cloned"),
});
export type ClonedPolicyConfig = z.output<typeof ClonedPolicyConfig>;

/** What `cloneBehaviour` learned: a perceptron that tells from features which label they had. */
export class ClonedPolicy implements Policy<Float32Array, number> {
  readonly config: ClonedPolicyConfig;
  readonly weights: Parameters;
  readonly normalizer: Normalizer;
  /** By label: the action it stands for. */
  readonly actions: readonly number[];

  constructor(options: {
    weights: Parameters;
    normalizer: Normalizer;
    actions: readonly number[];
    config?: z.input<typeof ClonedPolicyConfig>;
  }) {
    this.config = ClonedPolicyConfig.parse(options.config ?? {});
    this.weights = options.weights;
    this.normalizer = options.normalizer;
    this.actions = options.actions;
  }

  get name(): string {
    return this.config.name;
  }

  get mode(): ClonedPolicyConfig["mode"] {
    return this.config.mode;
  }

  /** The same weights in another mode or under another name. */
  with(config: z.input<typeof ClonedPolicyConfig>): ClonedPolicy {
    return new ClonedPolicy({ ...this, config: { ...this.config, ...config } });
  }

  /** A policy over latent codes as one over real actions. */
  translated({ actions }: Pick<LatentToReal, "actions">): ClonedPolicy {
    if (actions.length !== this.actions.length)
      throw new ConfigError(`Expected a dictionary of ${this.actions.length} codes, got one of ${actions.length}.`);
    return new ClonedPolicy({ ...this, actions });
  }

  begin(seed: number): Actor<Float32Array, number> {
    return beginActor(this, seed);
  }

  /** The actors that `begin` begins with each of the seeds, a slot each, in one call of the engine. */
  beginBatch(seeds: readonly number[], options?: BatchActorOptions): BatchActor {
    return beginBatchActor(this, seeds, options);
  }

  /** Log-odds of the labels for one observation. */
  logits(observation: Float32Array): Float32Array {
    return logitsOf(this, observation);
  }

  async save(path: string): Promise<void> {
    await saveSoftmax(path, KIND, this);
  }

  static async load(path: string): Promise<ClonedPolicy> {
    return new ClonedPolicy(await loadSoftmax(path, KIND));
  }
}
