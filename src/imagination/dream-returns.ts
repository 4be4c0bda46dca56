import { idleAction } from "./actions.ts";
import type { Dream } from "./dream.ts";
import { VectorDreamEnv } from "./vector-dream-env.ts";

interface Player {
  begin(seed: number): { act(features: Float32Array): unknown };
}

/** A policy's return in one dream for each seed, all of them dreamt at once. */
export async function dreamReturns(
  dream: Dream,
  policy: Player,
  seeds: readonly number[],
  { signal, onEpisodes }: { signal?: AbortSignal; onEpisodes?: (done: number) => void } = {},
): Promise<Float64Array> {
  const env = new VectorDreamEnv({ ...dream, numEnvs: seeds.length, autoresetMode: "next-step" });
  const returns = new Float64Array(seeds.length);
  const over = new Array<boolean>(seeds.length).fill(false);
  const features = env.singleObservationSpace.flatSize;
  const idle = idleAction(env.singleActionSpace);
  const actors = seeds.map((seed) => policy.begin(seed));
  try {
    let { observations } = await env.reset({ seed: seeds });
    while (over.includes(false)) {
      signal?.throwIfAborted();
      const actions = actors.map((actor, b) => {
        return over[b] ? idle : actor.act(observations.slice(b * features, (b + 1) * features));
      });
      const step = await env.step(actions);
      for (let b = 0; b < seeds.length; b++) {
        if (over[b]) continue;
        returns[b] += step.rewards[b];
        over[b] = step.terminations[b] || step.truncations[b];
      }
      observations = step.observations;
      onEpisodes?.(over.filter(Boolean).length);
    }
  } finally {
    await env.close();
  }
  return returns;
}
