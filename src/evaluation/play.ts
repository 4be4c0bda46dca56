import { setImmediate } from "node:timers/promises";
import { ReverieError } from "../base/errors.ts";
import type { Awaitable, Env } from "../core/env.ts";

/** What an evaluation needs of a policy: a name and a fresh actor for each episode. */
export interface Player<Observation = unknown, Action = unknown> {
  readonly name: string;
  begin(seed: number): { act(observation: Observation): Awaitable<Action> };
}

/** One finished episode. */
export interface Played {
  /** The sum of the rewards. */
  readonly return: number;
  readonly steps: number;
  readonly terminated: boolean;
}

const BREATH = 50; // ms between visits to the event loop, without which an environment that never waits would deafen Ctrl-C

/** Plays one episode to its end; the seed fixes the start and the policy's own randomness. */
export async function play<Observation, Action>(
  env: Env<Observation, Action>,
  policy: Player<Observation, Action>,
  { seed, signal }: { seed: number; signal?: AbortSignal },
): Promise<Played> {
  signal?.throwIfAborted();
  const actor = policy.begin(seed);
  let { observation } = await env.reset({ seed });
  let total = 0;
  let breath = performance.now();
  for (let steps = 1; ; steps++) {
    const step = await env.step(await actor.act(observation));
    total += step.reward;
    if (!Number.isFinite(total)) {
      throw new ReverieError(
        `Expected finite rewards, got ${step.reward} at step ${steps} of the episode with seed ${seed} (policy ${policy.name}). Mend the environment or the model that dreams it.`,
      );
    }
    if (step.terminated || step.truncated) return { return: total, steps, terminated: step.terminated };
    observation = step.observation;
    if (performance.now() - breath > BREATH) {
      await setImmediate();
      signal?.throwIfAborted();
      breath = performance.now();
    }
  }
}
