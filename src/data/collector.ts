import { join } from "node:path";
import { writeFileAtomic } from "../base/write-file.ts";
import type { Env, EnvSpec } from "../core/env.ts";
import { RandomStream } from "../core/random.ts";
import { make } from "../core/registry.ts";
import type { SpaceJson } from "../core/spaces/space.ts";
import { layoutOf } from "./array-layout.ts";
import type { BehaviourSource, ParsedCollectConfig, Spaces } from "./collect-config.ts";
import { shardName } from "./dataset-header.ts";
import { CollectError } from "./errors.ts";
import { type Actor, recordEpisode } from "./record-episode.ts";
import { SHARD_VERSION, ShardBuilder } from "./shard.ts";

/** The policy interface of agents/, as far as collecting needs it. */
export interface Behaviour {
  readonly name: string;
  begin(seed: number): Actor;
}

/** What a collection is made of, as its dataset records it. */
export interface CollectionDescription {
  readonly env: EnvSpec | { readonly id: string };
  readonly observationSpace: SpaceJson;
  readonly actionSpace: SpaceJson;
  /** Name of each behaviour. */
  readonly behaviours: readonly string[];
}

export interface ShardOrder {
  readonly directory: string;
  readonly fingerprint: string;
  readonly shard: number;
}

/** One environment and the policies that act in it: collects one shard after the other, in whatever thread it lives. */
export class Collector {
  readonly #config: ParsedCollectConfig;
  readonly #env: Env;
  readonly #behaviours: readonly Behaviour[];

  private constructor(config: ParsedCollectConfig, env: Env, behaviours: readonly Behaviour[]) {
    this.#config = config;
    this.#env = env;
    this.#behaviours = behaviours;
  }

  /** Imports the modules, makes the environment and the policies. */
  static async create(config: ParsedCollectConfig): Promise<Collector> {
    const modules = config.modules ?? [new URL("../registrations.js", import.meta.url).href];
    for (const module of modules) await import(module);
    const env = await make(config.env.id, config.env.kwargs);
    const behaviours = await Promise.all(config.behaviour.map((source) => loadBehaviour(source, env)));
    return new Collector(config, env, behaviours);
  }

  describe(): CollectionDescription {
    return {
      env: this.#env.spec ?? this.#config.env,
      observationSpace: this.#env.observationSpace.toJSON(),
      actionSpace: this.#env.actionSpace.toJSON(),
      behaviours: this.#behaviours.map((behaviour) => behaviour.name),
    };
  }

  /** Plays the shard's episodes and writes its file. */
  async collectShard(
    { directory, fingerprint, shard }: ShardOrder,
    hooks: { onEpisode: (steps: number) => void; onStep: () => void | Promise<void> },
  ): Promise<void> {
    const { episodes, shardEpisodes, maximumSteps } = this.#config;
    const builder = new ShardBuilder({
      version: SHARD_VERSION,
      dataset: fingerprint,
      observation: layoutOf(this.#env.observationSpace),
      action: layoutOf(this.#env.actionSpace),
    });
    const end = Math.min(episodes, (shard + 1) * shardEpisodes);
    for (let index = shard * shardEpisodes; index < end; index++) {
      const { seed, behaviour, policySeed } = this.#draw(index);
      const actor = this.#behaviours[behaviour].begin(policySeed);
      const { onStep } = hooks;
      const episode = await recordEpisode({ env: this.#env, actor, seed, maximumSteps, index, behaviour, onStep });
      builder.add(episode);
      hooks.onEpisode(episode.steps);
    }
    await writeFileAtomic(join(directory, shardName(shard)), builder.bytes());
  }

  async close(): Promise<void> {
    await this.#env.close();
  }

  /** Everything random about episode `index`, from the collection's seed and the index alone. */
  #draw(index: number): { seed: number; behaviour: number; policySeed: number } {
    const random = new RandomStream(this.#config.seed, "collect").split(index);
    const seed = random.integer(0, 2 ** 31);
    const policySeed = random.integer(0, 2 ** 31);
    const weights = this.#config.behaviour.map((source) => source.weight);
    let rest = random.uniform(
      0,
      weights.reduce((sum, weight) => sum + weight, 0),
    );
    let behaviour = 0;
    while (behaviour < weights.length - 1 && rest >= weights[behaviour]) rest -= weights[behaviour++];
    return { seed, behaviour, policySeed };
  }
}

type PolicyFactory = (spaces: Spaces, options: unknown) => Behaviour | Promise<Behaviour>;
type PolicyClass = new (spaces: Spaces, options: unknown) => Behaviour;

/** Makes the policy that `source` names for an environment with these spaces. */
export async function loadBehaviour(source: BehaviourSource, spaces: Spaces): Promise<Behaviour> {
  const module = (await import(source.module)) as Record<string, unknown>;
  const exported = module[source.export];
  if (typeof exported !== "function") {
    throw new CollectError(
      `Expected ${source.module} to export a policy class or a function named ${source.export}, ` +
        `got ${Object.keys(module).join(", ") || "no exports"}.`,
    );
  }
  const options = source.options ?? {};
  const isClass = typeof exported.prototype?.begin === "function";
  const policy = isClass
    ? new (exported as PolicyClass)(spaces, options)
    : await (exported as PolicyFactory)(spaces, options);
  if (typeof policy?.begin !== "function" || typeof policy.name !== "string") {
    throw new CollectError(`Expected ${source.export} of ${source.module} to give a policy with name and begin().`);
  }
  return policy;
}
