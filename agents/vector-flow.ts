import { ConfigError } from "../src/base/errors.ts";
import { Box } from "../src/core/spaces/box.ts";
import { Discrete } from "../src/core/spaces/discrete.ts";
import type { VectorEnv } from "../src/core/vector/vector-env.ts";

/** A vector as an agent for flat observations and discrete actions takes it: typed or not, its spaces are looked at. */
export type FlatVectorEnv = VectorEnv | VectorEnv<Float32Array, number> | VectorEnv<Float32Array, unknown>;

/** What one step of all slots came to. */
export interface FlowStep {
  /** False where the slot's action was ignored, as the step only began its next episode. */
  readonly happened: readonly boolean[];
  readonly rewards: Float64Array;
  readonly terminated: readonly boolean[];
  readonly truncated: readonly boolean[];
  /** What the actions led to, (B × F): an episode's last observation where it ended, whatever the autoreset. */
  readonly outcomes: Float32Array;
}

/** A flow's place; JSON-able but for the typed array. */
export interface FlowState {
  readonly observations: Float32Array;
  readonly beginning: readonly boolean[];
}

/** The sizes of what an agent for flat observations and discrete actions sees and does. Throws a ConfigError for other spaces. */
export function flatSpaces(env: Pick<FlatVectorEnv, "singleObservationSpace" | "singleActionSpace">) {
  const { singleObservationSpace: seen, singleActionSpace: actionSpace } = env;
  if (!(seen instanceof Box) || seen.shape.length !== 1 || !seen.dtype.startsWith("float")) {
    throw new ConfigError(
      `Expected observations in a Box of floats with one axis, got ${seen}. Wrap the environment in FlattenObservation.`,
    );
  }
  if (!(actionSpace instanceof Discrete)) {
    throw new ConfigError(`Expected actions in a Discrete space, got ${actionSpace}. Wrap it in DiscretizeAction.`);
  }
  return { features: seen.flatSize, actionSpace };
}

/** Episodes that follow each other in the slots of a vector: its three kinds of autoreset look alike from here. */
export class VectorFlow {
  readonly env: VectorEnv;
  readonly features: number;
  readonly actionSpace: Discrete;
  /** What the next actions are an answer to, (B × F). */
  observations: Float32Array = new Float32Array(0);
  /** Slots whose next step will only begin an episode. */
  #beginning: readonly boolean[] = [];

  constructor(env: FlatVectorEnv) {
    const { features, actionSpace } = flatSpaces(env);
    this.env = env as VectorEnv;
    this.features = features;
    this.actionSpace = actionSpace;
  }

  async reset(seed: number | readonly number[]): Promise<void> {
    const { observations } = await this.env.reset({ seed });
    this.observations = Float32Array.from(observations as Float32Array);
    this.#beginning = new Array(this.env.numEnvs).fill(false);
  }

  /** Begins an episode with the seed of each slot that has one; the others go on. */
  async restart(seeds: readonly (number | undefined)[]): Promise<void> {
    const resetMask = seeds.map((seed) => seed !== undefined);
    if (!resetMask.includes(true)) return;
    const { observations } = await this.env.reset({ seed: seeds, options: { resetMask } });
    this.observations = Float32Array.from(observations as Float32Array);
    this.#beginning = this.#beginning.map((beginning, b) => beginning && !resetMask[b]);
  }

  /** `actions` count from 0, whatever the space's start. */
  async step(actions: ArrayLike<number>): Promise<FlowStep> {
    const { env, features } = this;
    const { start } = this.actionSpace;
    const step = await env.step(Array.from(actions, (action) => start + action));
    const happened = this.#beginning.map((beginning) => !beginning);
    const over = step.terminations.map((terminated, b) => terminated || step.truncations[b]);
    const seen = Float32Array.from(step.observations as Float32Array);
    let outcomes = seen;
    this.observations = seen;
    this.#beginning = over.map((ended) => ended && env.autoresetMode === "next-step");
    if (over.includes(true) && env.autoresetMode === "same-step") {
      outcomes = seen.slice();
      const final = step.infos["final_obs"] as readonly ArrayLike<number>[];
      for (const [b, ended] of over.entries()) if (ended) outcomes.set(final[b], b * features);
    }
    if (over.includes(true) && env.autoresetMode === "disabled") {
      const { observations } = await env.reset({ options: { resetMask: over } });
      this.observations = Float32Array.from(observations as Float32Array);
    }
    const { rewards, terminations: terminated, truncations: truncated } = step;
    return { happened, rewards, terminated, truncated, outcomes };
  }

  state(): FlowState {
    return { observations: this.observations, beginning: this.#beginning };
  }

  restore({ observations, beginning }: FlowState): void {
    this.observations = Float32Array.from(observations);
    this.#beginning = beginning;
  }
}
