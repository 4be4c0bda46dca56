import { RandomStream } from "../../src/core/random.ts";
import { drawCategorical } from "../networks/categorical.ts";
import type { FlowStep, VectorFlow } from "../vector-flow.ts";
import type { OpenNetwork } from "./open-network.ts";

/** T steps of B slots as they were lived, (T × B) or (T × B × F); filled step by step. */
export interface Rollout {
  readonly observations: Float32Array;
  readonly actions: Int32Array; // counted from 0
  readonly logProbabilities: Float32Array;
  /** One step more than the others: ((T + 1) × B), the last filled by `finishRollout`. */
  readonly values: Float32Array;
  readonly rewards: Float64Array;
  readonly happened: Uint8Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly cutValues: Float32Array;
}

/** An empty one. */
export function createRollout({ steps, slots, features }: { steps: number; slots: number; features: number }): Rollout {
  const size = steps * slots;
  return {
    observations: new Float32Array(size * features),
    actions: new Int32Array(size),
    logProbabilities: new Float32Array(size),
    values: new Float32Array(size + slots),
    rewards: new Float64Array(size),
    happened: new Uint8Array(size),
    terminated: new Uint8Array(size),
    truncated: new Uint8Array(size),
    cutValues: new Float32Array(size),
  };
}

/** Lives step t of the rollout; the actions are drawn from numbers that depend on the seed's name alone. */
export async function stepRollout(
  rollout: Rollout,
  t: number,
  { flow, network, seed }: { flow: VectorFlow; network: OpenNetwork; seed: string },
): Promise<FlowStep> {
  const slots = flow.env.numEnvs;
  const from = t * slots;
  const actionCount = flow.actionSpace.n;
  rollout.observations.set(flow.observations, from * flow.features);
  const { logits, values } = await network.evaluate(flow.observations);
  rollout.values.set(values, from);
  const random = new RandomStream(seed, "actions");
  const actions = new Int32Array(slots);
  for (let b = 0; b < slots; b++) {
    const draw = drawCategorical(logits, random.uniform(), b * actionCount, actionCount);
    actions[b] = draw.index;
    rollout.logProbabilities[from + b] = draw.logProbability;
  }
  rollout.actions.set(actions, from);

  const step = await flow.step(actions);
  let cut = false;
  for (let b = 0; b < slots; b++) {
    const happened = step.happened[b];
    rollout.happened[from + b] = Number(happened);
    rollout.rewards[from + b] = happened ? step.rewards[b] : 0;
    rollout.terminated[from + b] = Number(happened && step.terminated[b]);
    rollout.truncated[from + b] = Number(happened && step.truncated[b] && !step.terminated[b]);
    cut ||= rollout.truncated[from + b] === 1;
  }
  if (cut) rollout.cutValues.set((await network.evaluate(step.outcomes)).values, from);
  return step;
}

/** Adds the critic's word on what is seen after the last step. */
export async function finishRollout(rollout: Rollout, flow: VectorFlow, network: OpenNetwork): Promise<void> {
  const { values } = await network.evaluate(flow.observations);
  rollout.values.set(values, rollout.rewards.length);
}
