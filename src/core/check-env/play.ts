import { isDeepStrictEqual } from "node:util";
import type { Env } from "../env.ts";
import type { RandomStream } from "../random.ts";

/** What an agent sees of one step; infos are left out, as they may hold timings. */
export interface Seen {
  readonly observation: unknown;
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

/** Random actions for `steps` steps, from where the environment stands; after an end, an unseeded reset. */
export async function play(env: Env, random: RandomStream, steps: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  while (seen.length < steps) {
    const { observation, reward, terminated, truncated } = await env.step(env.actionSpace.sample(random));
    seen.push({ observation: structuredClone(observation), reward, terminated, truncated });
    if (terminated || truncated) {
      const begun = await env.reset();
      seen.push({ observation: structuredClone(begun.observation), reward: 0, terminated: false, truncated: false });
    }
  }
  return seen;
}

/** The first place where two runs differ; −1 where they do not. */
export function firstDifference(a: readonly unknown[], b: readonly unknown[]): number {
  if (a.length !== b.length) return Math.min(a.length, b.length);
  return a.findIndex((seen, i) => !isDeepStrictEqual(seen, b[i]));
}
