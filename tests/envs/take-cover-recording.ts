import { readFileSync } from "node:fs";

/** A fireball in a recorded row; it is at rest while it bursts. */
export interface RecordedBall {
  readonly id: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly vx: number;
  readonly vy: number;
}

/** One tic of ViZDoom: the state, and the direction taken after it (+1 left, 0 stay, −1 right). */
export interface RecordedTic {
  readonly tic: number;
  readonly direction: number;
  readonly health: number;
  readonly y: number;
  readonly vy: number;
  readonly balls: readonly RecordedBall[];
}

export interface RecordedEpisode {
  readonly name: string;
  readonly imps: readonly { readonly firstSeen: number; readonly x: number; readonly y: number }[];
  readonly tics: readonly RecordedTic[];
}

type BallRow = [number, number, number, number, number, number, number];
interface File {
  readonly episodes: readonly {
    readonly imps: readonly { first_seen_tic: number; x: number; y: number }[];
    readonly steps: readonly [number, number, number, number, number, BallRow[]][];
  }[];
}

const DIRECTIONS = [0, 1, -1]; // the recordings number their actions stay, left, right

/** Every episode recorded from ViZDoom 1.2.5 with freedoom2 (skill 4, start tic 1, one tic a step). */
export function recordedEpisodes(): RecordedEpisode[] {
  return ["held", "stay", "uniform"].flatMap((policy) => {
    const url = new URL(`../golden/take-cover-${policy}.json`, import.meta.url);
    const file = JSON.parse(readFileSync(url, "utf8")) as File;
    return file.episodes.map(({ imps, steps }, index) => ({
      name: `${policy} ${index}`,
      imps: imps.map(({ first_seen_tic, x, y }) => ({ firstSeen: first_seen_tic, x, y })),
      tics: steps.map(([tic, action, health, y, vy, balls]) => ({
        tic,
        direction: DIRECTIONS[action],
        health,
        y,
        vy,
        balls: balls.map(([id, x, y, z, vx, vy]) => ({ id, x, y, z, vx, vy })),
      })),
    }));
  });
}

/** A recorded throw: when it is first seen, and which imp (by its exact y) threw. */
export interface RecordedThrow {
  readonly id: number;
  readonly tic: number;
  readonly imp: RecordedEpisode["imps"][number];
}

/** Fireballs are first seen a tic and a half of flight from their imp. */
export function recordedThrows({ tics, imps }: RecordedEpisode): RecordedThrow[] {
  const seen = new Set<number>();
  return tics.flatMap(({ tic, balls }) =>
    balls.flatMap(({ id, y, vy }) => {
      if (seen.has(id)) return [];
      seen.add(id);
      const origin = y - 1.5 * vy;
      const imp = imps.find((candidate) => Math.abs(candidate.y - origin) < 0.1);
      if (!imp) throw new Error(`Expected an imp at y ${origin} in the recording, got none.`);
      return [{ id, tic, imp }];
    }),
  );
}
