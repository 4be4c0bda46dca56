import type { BatchActor, BatchActorOptions } from "./networks/softmax-actor.ts";
import { type FlatVectorEnv, VectorFlow } from "./vector-flow.ts";

export interface VectorReturnsOptions extends BatchActorOptions {
  /** Any autoreset; it is neither made nor closed here. */
  readonly env: FlatVectorEnv;
  readonly policy: { beginBatch(seeds: readonly number[], options?: BatchActorOptions): BatchActor };
  /** One episode for each: the environment's seed and the policy's. */
  readonly seeds: readonly number[];
  readonly signal?: AbortSignal;
  readonly onEpisodes?: (done: number) => void;
}

/**
 * What a policy is paid in one episode for each seed, in their order. As many are played at once as the vector has slots; a
 * slot whose episode is over goes on with the next seed, and plays along once none is left.
 */
export async function vectorReturns(options: VectorReturnsOptions): Promise<Float64Array> {
  const { env, policy, seeds, signal, engine, onEpisodes } = options;
  const returns = new Float64Array(seeds.length);
  if (seeds.length === 0) return returns;
  const flow = new VectorFlow(env);
  const { start } = flow.actionSpace;
  const playing = Array.from({ length: env.numEnvs }, (_, b) => (b < seeds.length ? b : undefined)); // indices of seeds
  let next = Math.min(env.numEnvs, seeds.length);
  let done = 0;
  const first = playing.map((i) => seeds[i ?? 0]);
  const actor = policy.beginBatch(first, { engine });
  try {
    await flow.reset(first);
    while (done < seeds.length) {
      signal?.throwIfAborted();
      const actions = await actor.act(flow.observations);
      const step = await flow.step(actions.map((action) => action - start));
      const before = done;
      const begins: (number | undefined)[] = playing.map(() => undefined);
      for (const [b, i] of playing.entries()) {
        if (i === undefined) continue;
        returns[i] += step.rewards[b];
        if (!step.terminated[b] && !step.truncated[b]) continue;
        done++;
        playing[b] = next < seeds.length ? next++ : undefined;
        if (playing[b] === undefined) continue;
        begins[b] = seeds[playing[b]];
        actor.restart(b, seeds[playing[b]]);
      }
      if (done > before) onEpisodes?.(done);
      await flow.restart(begins);
    }
  } finally {
    await actor.dispose();
  }
  return returns;
}
