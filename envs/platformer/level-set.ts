import { z } from "zod";

/** Numbers of levels from `start` on. */
export interface LevelRange {
  readonly start: number;
  readonly count: number;
}

/** The sets by name: learn on the one, be judged on the other. */
const NAMED = {
  train: { start: 0, count: 100_000 },
  test: { start: 1_000_000, count: 100_000 },
} as const satisfies Record<string, LevelRange>;

/** Which levels an environment draws from: a named set, or a range of numbers of one's own. */
export const LevelSet = z.union([
  z.enum(["train", "test"]),
  z.strictObject({ start: z.int().min(0), count: z.int().min(1) }),
]);
export type LevelSet = z.output<typeof LevelSet>;

/** The numbers of a set. */
export function levelRange(set: LevelSet): LevelRange {
  return typeof set === "string" ? NAMED[set] : set;
}
