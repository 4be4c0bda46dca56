import { z } from "zod";
import { CheckpointError, ConfigError } from "../../src/base/errors.ts";
import type { Parameters } from "../../src/compute/array.ts";
import { loadCheckpoint, saveCheckpoint } from "../../src/compute/checkpoint.ts";
import type { CompileOptions } from "../../src/compute/compile.ts";
import { RandomStream } from "../../src/core/random.ts";
import { Discrete } from "../../src/core/spaces/discrete.ts";
import { argMax, drawCategorical } from "../categorical.ts";
import { perceptronOf } from "../perceptron.ts";
import type { Actor, Policy } from "../policy.ts";
import { type Normalizer, normalized } from "./network.ts";
import { openNetwork } from "./open-network.ts";

const KIND = "actor-critic";

export const ActorCriticPolicyConfig = z.strictObject({
  /** `greedy`: the likeliest action; `sampled`: each as often as the policy says, as in training. */
  mode: z.enum(["greedy", "sampled"]).default("greedy"),
  name: z.string().default("actor-critic"),
});
export type ActorCriticPolicyConfig = z.output<typeof ActorCriticPolicyConfig>;

/** One policy in many slots at once. */
export interface BatchActor {
  /** Observations of all slots, (B × F) → an action each. */
  act(observations: Float32Array): Promise<number[]>;
  dispose(): Promise<void>;
}

/** What `trainActorCritic` learned: an actor, its critic, and how observations are normalised for both. */
export class ActorCriticPolicy implements Policy<Float32Array, number> {
  readonly config: ActorCriticPolicyConfig;
  readonly actionSpace: Discrete;
  /** `actor.0.kernel`, …, `critic.0.kernel`, …. */
  readonly weights: Parameters;
  readonly normalizer: Normalizer;

  constructor(options: {
    actionSpace: Discrete;
    weights: Parameters;
    normalizer: Normalizer;
    config?: z.input<typeof ActorCriticPolicyConfig>;
  }) {
    this.config = ActorCriticPolicyConfig.parse(options.config ?? {});
    this.actionSpace = options.actionSpace;
    this.weights = options.weights;
    this.normalizer = options.normalizer;
    const inputs = this.weights["actor.0.kernel"]?.shape[0];
    if (inputs !== this.featureSize) {
      throw new ConfigError(`Expected weights for ${this.featureSize} features, got some for ${inputs}.`);
    }
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
    const random = randomOf(seed);
    return { act: (observation) => this.#choose(this.logits(observation), random) };
  }

  /** The same actors as of `begin` with each of the seeds, a slot each, in one call of the engine. */
  async beginBatch(
    seeds: readonly number[],
    options: { readonly engine?: CompileOptions["engine"] } = {},
  ): Promise<BatchActor> {
    const streams = seeds.map(randomOf);
    const { n } = this.actionSpace;
    const network = await openNetwork(this, options.engine);
    return {
      act: async (observations) => {
        const { logits } = await network.evaluate(observations);
        return streams.map((random, b) => this.#choose(logits.subarray(b * n, (b + 1) * n), random));
      },
      dispose: () => network.dispose(),
    };
  }

  /** Log-odds of the actions, (A), for one observation. */
  logits(observation: Float32Array): Float32Array {
    return perceptronOf(this.weights, "actor", normalized(observation, this.normalizer));
  }

  /** The critic's word on one observation: the discounted, scaled return it expects. */
  value(observation: Float32Array): number {
    return perceptronOf(this.weights, "critic", normalized(observation, this.normalizer))[0];
  }

  async save(path: string): Promise<void> {
    const { n, start } = this.actionSpace;
    const { mean, scale } = this.normalizer;
    await saveCheckpoint(path, {
      kind: KIND,
      config: { ...this.config, actions: { n, start } },
      parameters: { ...this.weights, "observation.mean": mean, "observation.scale": scale },
    });
  }

  static async load(path: string): Promise<ActorCriticPolicy> {
    const { config, parameters } = await loadCheckpoint(path, { kind: KIND });
    const { actions, ...own } = config as ActorCriticPolicyConfig & { actions: { n: number; start: number } };
    const { "observation.mean": mean, "observation.scale": scale, ...weights } = parameters;
    if (!mean || !scale) {
      throw new CheckpointError(
        `Expected ${path} to say how observations are normalised, got nothing. Train the policy again.`,
      );
    }
    const actionSpace = new Discrete(actions.n, { start: actions.start });
    return new ActorCriticPolicy({ actionSpace, weights, normalizer: { mean, scale }, config: own });
  }

  #choose(logits: Float32Array, random: RandomStream): number {
    const index = this.config.mode === "greedy" ? argMax(logits) : drawCategorical(logits, random.uniform()).index;
    return this.actionSpace.start + index;
  }
}

function randomOf(seed: number): RandomStream {
  return new RandomStream(seed, "actor-critic");
}
