import { z } from "zod";
import { ConfigError } from "../../src/base/errors.ts";
import type { Parameters } from "../../src/compute/array.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { type Normalizer, normalized } from "../networks/normalizer.ts";
import { perceptronOf } from "../networks/perceptron.ts";
import {
  type BatchActor,
  type BatchActorOptions,
  beginActor,
  beginBatchActor,
  logitsOf,
  type SoftmaxActor,
} from "../networks/softmax-actor.ts";
import { loadSoftmax, saveSoftmax } from "../networks/softmax-checkpoint.ts";
import type { Actor, Policy } from "../policy.ts";

const KIND = "actor-critic";

export const ActorCriticPolicyConfig = z.strictObject({
  /** `greedy`: the likeliest action; `sampled`: each as often as the policy says, as in training. */
  mode: z.enum(["greedy", "sampled"]).default("greedy"),
  name: z.string().default("actor-critic"),
});
export type ActorCriticPolicyConfig = z.output<typeof ActorCriticPolicyConfig>;

/** What `trainActorCritic` learned: an actor, its critic, and how observations are normalised for both. */
export class ActorCriticPolicy implements Policy<Float32Array, number> {
  readonly config: ActorCriticPolicyConfig;
  readonly actionSpace: Discrete;
  /** `actor.0.kernel`, …, `critic.0.kernel`, …. */
  readonly weights: Parameters;
  readonly normalizer: Normalizer;
  readonly #actor: SoftmaxActor;

  constructor(options: {
    actionSpace: Discrete;
    weights: Parameters;
    normalizer: Normalizer;
    config?: z.input<typeof ActorCriticPolicyConfig>;
  }) {
    const { actionSpace, weights, normalizer } = options;
    this.config = ActorCriticPolicyConfig.parse(options.config ?? {});
    this.actionSpace = actionSpace;
    this.weights = weights;
    this.normalizer = normalizer;
    const inputs = weights["actor.0.kernel"]?.shape[0];
    if (inputs !== this.featureSize)
      throw new ConfigError(`Expected weights for ${this.featureSize} features, got some for ${inputs}.`);
    const actions = Array.from({ length: actionSpace.n }, (_, index) => actionSpace.start + index);
    this.#actor = { weights, normalizer, mode: this.config.mode, actions };
  }

  get name(): string {
    return this.config.name;
  }

  /** Length F of the observations. */
  get featureSize(): number {
    return this.normalizer.mean.data.length;
  }

  /** The same weights in another mode or under another name. */
  with(config: z.input<typeof ActorCriticPolicyConfig>): ActorCriticPolicy {
    return new ActorCriticPolicy({ ...this, config: { ...this.config, ...config } });
  }

  begin(seed: number): Actor<Float32Array, number> {
    return beginActor(this.#actor, seed);
  }

  /** The actors that `begin` begins with each of the seeds, a slot each, in one call of the engine. */
  beginBatch(seeds: readonly number[], options?: BatchActorOptions): BatchActor {
    return beginBatchActor(this.#actor, seeds, options);
  }

  /** Log-odds of the actions, (A), for one observation. */
  logits(observation: Float32Array): Float32Array {
    return logitsOf(this.#actor, observation);
  }

  /** The critic's word on one observation: the discounted, scaled return it expects. */
  value(observation: Float32Array): number {
    return perceptronOf(this.weights, "critic", normalized(observation, this.normalizer))[0];
  }

  async save(path: string): Promise<void> {
    await saveSoftmax(path, KIND, { ...this.#actor, config: this.config });
  }

  static async load(path: string): Promise<ActorCriticPolicy> {
    const { actions, weights, normalizer, config } = await loadSoftmax(path, KIND);
    const actionSpace = new Discrete(actions.length, { start: actions[0] });
    return new ActorCriticPolicy({ actionSpace, weights, normalizer, config });
  }
}
