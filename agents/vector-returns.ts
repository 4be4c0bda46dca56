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

/** What a policy is paid in one episode for each seed, in their order; as many are played at once as the vector has slots. */
export async function vectorReturns(options: VectorReturnsOptions): Promise<Float64Array> {
  const { env, policy, seeds, signal, engine, onEpisodes } = options;
  const flow = new VectorFlow(env);
  const { start } = flow.actionSpace;
  const slots = env.numEnvs;
  const returns = new Float64Array(seeds.length);
  let done = 0;
  for (let first = 0; first < seeds.length; first += slots) {
    const here = Math.min(slots, seeds.length - first);
    const own = Array.from({ length: slots }, (_, b) => seeds[first + Math.min(b, here - 1)]); // spare slots play along
    const actor = policy.beginBatch(own, { engine });
    const over = Array.from({ length: here }, () => false);
    try {
      await flow.reset(own);
      while (over.includes(false)) {
        signal?.throwIfAborted();
        const actions = await actor.act(flow.observations);
        const step = await flow.step(actions.map((action) => action - start));
        const before = done;
        for (let b = 0; b < here; b++) {
          if (over[b]) continue;
          returns[first + b] += step.rewards[b];
          over[b] = step.terminated[b] || step.truncated[b];
          if (over[b]) done++;
        }
        if (done > before) onEpisodes?.(done);
      }
    } finally {
      await actor.dispose();
    }
  }
  return returns;
}
