/** A rollout of T steps of B slots; arrays are (T × B), step by step. */
export interface AdvantageInputs {
  readonly slots: number;
  readonly rewards: ArrayLike<number>;
  /** The critic's word on what was seen before each step, and after the last one: ((T + 1) × B). */
  readonly values: ArrayLike<number>;
  /** 1 where a step was a transition; 0 where it only began an episode. */
  readonly happened: ArrayLike<number>;
  /** 1 where the task ended with the step: nothing follows. */
  readonly terminated: ArrayLike<number>;
  /** 1 where the episode was cut off with the step: what would have followed is `cutValues`. */
  readonly truncated: ArrayLike<number>;
  /** The critic's word on the last observation of episodes that were cut off; elsewhere it is not looked at. */
  readonly cutValues: ArrayLike<number>;
  readonly gamma: number;
  readonly lambda: number;
}

/** Advantages, 0 where nothing happened, and what the critic should have said: (T × B) each. */
export interface Advantages {
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
}

/** Generalised advantage estimation (Schulman et al. 2016, eq. 16): Σ (γλ)ˡ δ over the rest of the episode, as far as it was seen. */
export function estimateAdvantages(inputs: AdvantageInputs): Advantages {
  const { slots, rewards, values, happened, terminated, truncated, cutValues, gamma, lambda } = inputs;
  const size = rewards.length;
  const advantages = new Float32Array(size);
  const returns = new Float32Array(size);
  const later = new Float64Array(slots); // Σ of the steps after this one
  for (let i = size - 1; i >= 0; i--) {
    const slot = i % slots;
    if (!happened[i]) {
      later[slot] = 0;
      continue;
    }
    const ended = terminated[i] || truncated[i];
    const next = terminated[i] ? 0 : truncated[i] ? cutValues[i] : values[i + slots];
    const delta = rewards[i] + gamma * next - values[i]; // δ
    later[slot] = delta + (ended ? 0 : gamma * lambda * later[slot]);
    advantages[i] = later[slot];
    returns[i] = later[slot] + values[i];
  }
  return { advantages, returns };
}
