import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { TIME_LIMIT } from "../../envs/take-cover/room.ts";
import { Simulation } from "../../envs/take-cover/simulation.ts";
import { RandomStream } from "../../src/core/random.ts";

/** Tics survived under one policy, beside what ViZDoom 1.2.5 gave in 200 episodes. */
export interface CalibrationRow {
  readonly policy: "uniform" | "held" | "stay";
  readonly mean: number;
  readonly sd: number;
  readonly recordedMean: number;
  readonly recordedSd: number;
}

interface RecordedReturns {
  readonly policies: Readonly<Record<string, { readonly mean: number; readonly sd: number }>>;
}

/** Chooses a direction for each tic: +1 left, 0 stay, −1 right. */
type Policy = () => number;

const POLICIES: Record<CalibrationRow["policy"], (random: RandomStream) => Policy> = {
  uniform: (random) => () => random.integer(-1, 2),
  held: (random) => {
    let direction = 0;
    let left = 0; // tics it is still held
    return () => {
      if (left === 0) {
        direction = random.integer(-1, 2);
        left = random.integer(1, 11);
      }
      left--;
      return direction;
    };
  },
  stay: () => () => 0,
};

/** Plays `episodes` of each of the three recorded policies, physics only. */
export function calibrate({ episodes, seed }: { episodes: number; seed: number }): CalibrationRow[] {
  const url = new URL("../golden/take-cover-returns.json", import.meta.url);
  const recorded = JSON.parse(readFileSync(url, "utf8")) as RecordedReturns;
  return (["uniform", "held", "stay"] as const).map((policy) => {
    const random = new RandomStream(seed, `calibration/${policy}`);
    const tics = Array.from({ length: episodes }, (_, episode) => survive(policy, random.split(episode)));
    const name = Object.keys(recorded.policies).find((text) => text.startsWith(policy));
    if (name === undefined) throw new Error(`Expected a recorded policy named ${policy}, got none.`);
    const { mean, sd } = recorded.policies[name];
    return { policy, ...statistics(tics), recordedMean: mean, recordedSd: sd };
  });
}

function survive(policy: CalibrationRow["policy"], random: RandomStream): number {
  const simulation = new Simulation(random.split("room"));
  const choose = POLICIES[policy](random.split("policy"));
  while (!simulation.dead && simulation.tic < TIME_LIMIT) simulation.advance(choose());
  return simulation.tic;
}

function statistics(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, sd: Math.sqrt(variance) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.table(calibrate({ episodes: 5000, seed: 0 }));
}
