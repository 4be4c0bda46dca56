import type { Env } from "../../core/env.ts";
import type { Episode } from "../../data/episode.ts";
import { packActions } from "../../imagination/actions.ts";
import type { DreamFunctions } from "../../imagination/dream-functions.ts";
import type { WorldModel } from "../../world-models/world-model.ts";

/** One of several players: its environment, reset with the seed, and how it acts on what the model makes of the frames. */
export interface Seat {
  readonly env: Env<Uint8Array, unknown>;
  readonly seed: number;
  act(features: Float32Array): unknown;
}

export interface PlayOptions {
  readonly model: WorldModel;
  readonly functions: DreamFunctions;
  /** An episode is given up, as truncated, after so many steps in a row without a reward above 0. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
}

/** Plays one real episode a seat, side by side, the model following all of them as one batch. */
export async function playTogether(
  seats: readonly Seat[],
  { model, functions, patience = Number.POSITIVE_INFINITY, signal }: PlayOptions,
): Promise<Episode[]> {
  const players = await Promise.all(
    seats.map(async ({ env, seed }) => ({
      frames: [(await env.reset({ seed })).observation],
      actions: [] as unknown[],
      rewards: [] as number[],
      unpaid: 0,
      terminated: false,
      truncated: false,
    })),
  );
  const batch = () => {
    const rows = players.map(({ frames }) => frames[frames.length - 1]);
    const data = new Uint8Array(rows.length * rows[0].length);
    rows.forEach((row, b) => {
      data.set(row, b * row.length);
    });
    const { shape } = model.observationSpace as unknown as { shape: readonly number[] };
    return { shape: [rows.length, ...shape], dtype: "uint8", data } as const;
  };
  let { state, features } = await functions.perceive({ frames: batch() });
  let last = seats.map((_, b) => rowOf(features.data as Float32Array, b, model.featureSize));
  for (;;) {
    signal?.throwIfAborted();
    const actions = seats.map((seat, b) => seat.act(last[b]));
    for (const [b, player] of players.entries()) {
      if (player.terminated || player.truncated) continue; // its action is told to the model, which nobody asks any more
      const step = await seats[b].env.step(actions[b]);
      player.frames.push(step.observation);
      player.actions.push(actions[b]);
      player.rewards.push(step.reward);
      player.terminated = step.terminated;
      player.unpaid = step.reward > 0 ? 0 : player.unpaid + 1;
      player.truncated = (step.truncated || player.unpaid >= patience) && !step.terminated;
    }
    if (players.every(({ terminated, truncated }) => terminated || truncated)) break;
    const seen = await functions.observe({
      state,
      frames: batch(),
      actions: packActions(model.actionSpace, actions),
    });
    ({ state, features } = seen);
    last = seats.map((_, b) => rowOf(features.data as Float32Array, b, model.featureSize));
  }
  return players.map(({ frames, actions, rewards, terminated, truncated }, b) => ({
    index: b,
    seed: seats[b].seed,
    behaviour: 0,
    steps: actions.length,
    return: rewards.reduce((sum, reward) => sum + reward, 0),
    terminated,
    truncated,
    observations: joined(frames),
    actions: packActions(model.actionSpace, actions).data,
    rewards: Float32Array.from(rewards),
  }));
}

function rowOf(data: Float32Array, row: number, size: number): Float32Array {
  return data.slice(row * size, (row + 1) * size);
}

function joined(rows: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(rows.length * rows[0].length);
  rows.forEach((row, i) => {
    all.set(row, i * row.length);
  });
  return all;
}
