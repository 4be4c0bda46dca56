import type { Env } from "../core/env.ts";
import type { TypedArray } from "../core/spaces/dtype.ts";
import { type ArrayLayout, allocate, layoutOf, layoutSize, writeValue } from "./array-layout.ts";
import type { Episode } from "./episode.ts";

/** What acts while an episode is recorded: any policy of agents/. */
export interface Actor<Observation = unknown, Action = unknown> {
  act(observation: Observation): Action;
}

export interface RecordOptions {
  readonly env: Env;
  readonly actor: Actor;
  /** The environment is reset with it. */
  readonly seed: number;
  /** The episode is truncated after so many steps, whatever the environment says. */
  readonly maximumSteps?: number;
  readonly index?: number;
  readonly behaviour?: number;
  /** Called before each step; throwing ends the recording. */
  readonly onStep?: () => void | Promise<void>;
}

/** Plays one episode from its reset to its end and keeps all of it. */
export async function recordEpisode(options: RecordOptions): Promise<Episode> {
  const { env, actor, seed, maximumSteps = Number.POSITIVE_INFINITY, onStep } = options;
  const observations = new GrowingArray(layoutOf(env.observationSpace));
  const actions = new GrowingArray(layoutOf(env.actionSpace));
  const rewards = new GrowingArray({ dtype: "float32", shape: [] });
  let { observation } = await env.reset({ seed });
  observations.push(observation);
  let terminated = false;
  let truncated = false;
  while (!terminated && !truncated) {
    const pause = onStep?.();
    if (pause) await pause;
    const action = actor.act(observation);
    actions.push(action); // before the step, which may reuse the array it was given
    const step = await env.step(action);
    observation = step.observation;
    observations.push(observation);
    rewards.push(step.reward);
    terminated = step.terminated;
    truncated = step.truncated || (!terminated && rewards.count >= maximumSteps);
  }
  const kept = rewards.finish() as Float32Array;
  return {
    index: options.index ?? 0,
    seed,
    behaviour: options.behaviour ?? 0,
    steps: kept.length,
    return: kept.reduce((sum, reward) => sum + reward, 0),
    terminated,
    truncated,
    observations: observations.finish(),
    actions: actions.finish(),
    rewards: kept,
  };
}

/** Values of one layout, one after the other, in an array that doubles when full. */
class GrowingArray {
  readonly #layout: ArrayLayout;
  #numbers: TypedArray;
  #capacity = 64;
  count = 0;

  constructor(layout: ArrayLayout) {
    this.#layout = layout;
    this.#numbers = allocate(layout, this.#capacity);
  }

  push(value: unknown): void {
    if (this.count === this.#capacity) {
      const larger = allocate(this.#layout, this.#capacity * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
      this.#capacity *= 2;
    }
    writeValue(this.#numbers, this.#layout, this.count++, value);
  }

  finish(): TypedArray {
    return this.#numbers.slice(0, this.count * layoutSize(this.#layout));
  }
}
