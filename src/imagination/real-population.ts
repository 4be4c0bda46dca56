import { ConfigError } from "../base/errors.ts";
import type { Env } from "../core/env.ts";
import { RandomStream } from "../core/random.ts";
import type { WorldModel } from "../world-models/world-model.ts";
import { idleAction } from "./actions.ts";
import type { Population } from "./population.ts";
import { VectorPerceivedEnv } from "./vector-perceived-env.ts";

export interface RealPopulationOptions {
  /** Of these each plays one episode after another; closed with the population. */
  readonly envs: readonly Env<Uint8Array, unknown>[];
  /** What the candidates see of them. */
  readonly model: WorldModel;
  /** The candidate of these weights: what it does about features (F). */
  readonly actor: (weights: ArrayLike<number>) => (features: Float32Array) => unknown;
  /** Episodes D that each candidate plays; every candidate meets the same. */
  readonly episodes: number;
  /** Steps after which an episode counts as over. */
  readonly maximumSteps?: number;
  readonly signal?: AbortSignal;
}

/** One candidate in one episode. */
interface Game {
  readonly candidate: number;
  readonly episode: number;
  steps: number;
}

/** `PopulationRollout` in the real environment: what a search costs and finds that has no dream. */
export class RealPopulation implements Population {
  readonly #options: RealPopulationOptions;
  readonly #env: VectorPerceivedEnv<unknown>;

  constructor(options: RealPopulationOptions) {
    const { envs, episodes, model } = options;
    if (envs.length === 0 || !(episodes >= 1))
      throw new ConfigError(`Expected environments and at least one episode, got ${envs.length} and ${episodes}.`);
    this.#options = options;
    this.#env = VectorPerceivedEnv.of<unknown>(envs, model, { autoresetMode: "disabled" });
  }

  async run(controllers: readonly ArrayLike<number>[], seed: number | string): Promise<Float32Array[]> {
    const { actor, episodes, maximumSteps = Number.POSITIVE_INFINITY, signal } = this.#options;
    const env = this.#env;
    const stream = new RandomStream(seed, "real");
    const seeds = Array.from({ length: episodes }, () => stream.integer(0, 2 ** 31));
    const actors = controllers.map(actor);
    const returns = controllers.map(() => new Float32Array(episodes));
    const waiting = seeds.flatMap((_, episode) =>
      controllers.map((_, candidate): Game => ({ candidate, episode, steps: 0 })),
    );
    const slots = Array.from({ length: env.numEnvs }, (): Game | undefined => waiting.shift());
    const idle = idleAction(env.singleActionSpace);
    const features = env.singleObservationSpace.flatSize;
    let { observations } = await env.reset({ seed: slots.map((game) => seeds[game?.episode ?? 0]) });
    while (slots.some((game) => game !== undefined)) {
      signal?.throwIfAborted();
      const actions = slots.map((game, b) =>
        game ? actors[game.candidate](observations.slice(b * features, (b + 1) * features)) : idle,
      );
      const step = await env.step(actions);
      observations = step.observations;
      const over = step.terminations.map((terminated, b) => terminated || step.truncations[b]);
      for (const [b, game] of slots.entries()) {
        if (!game) continue; // the others are not done yet
        returns[game.candidate][game.episode] += step.rewards[b];
        over[b] ||= ++game.steps >= maximumSteps;
        if (over[b]) slots[b] = waiting.shift();
      }
      if (!over.includes(true)) continue;
      const seed = slots.map((game, b) => (over[b] ? seeds[game?.episode ?? 0] : undefined));
      ({ observations } = await env.reset({ seed, options: { resetMask: over } }));
    }
    return returns;
  }

  dispose(): Promise<void> {
    return this.#env.close();
  }
}
