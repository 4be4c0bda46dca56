import { z } from "zod";
import { ConfigError } from "../../src/base/errors.ts";
import { Pcg64 } from "../../src/core/pcg64.ts";
import { parseConfig } from "../parse-config.ts";

/** Rows of S (start), F (frozen), H (hole) and G (goal), from the top. */
export type LakeMap = readonly string[];

/** The maps that have a name. */
export const LAKE_MAPS = {
  "4x4": ["SFFF", "FHFH", "FFFH", "HFFG"],
  "8x8": ["SFFFFFFF", "FFFFFFFF", "FFFHFFFF", "FFFFFHFF", "FFFHFFFF", "FHHFFFHF", "FHFFHFHF", "FFFHFFFG"],
} as const;

/** What `generateRandomMap` takes. */
export const RandomMapOptions = z.strictObject({
  /** Rows and columns. */
  size: z.int().min(2).default(8),
  /** The probability that a tile is frozen and no hole; more than 1 counts as 1. */
  p: z.number().positive().default(0.8),
  /** An integer ≥ 0; without it, the system's entropy decides. */
  seed: z.int().min(0).optional(),
});
export type RandomMapOptions = z.output<typeof RandomMapOptions>;

const ATTEMPTS = 20_000;

/** A random square map with a way from the start, top left, to the goal, bottom right; a seed's map is Gymnasium's. */
export function generateRandomMap(options: z.input<typeof RandomMapOptions> = {}): string[] {
  const { size, p, seed } = parseConfig(RandomMapOptions, options, "generateRandomMap");
  const generator = seed === undefined ? new Pcg64() : new Pcg64(seed);
  const frozen = Math.min(1, p);
  const bound = frozen / (frozen + (1 - frozen));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const tiles: string[] = Array.from({ length: size * size }, () => (generator.random() < bound ? "F" : "H"));
    tiles[0] = "S";
    tiles[tiles.length - 1] = "G";
    const map = Array.from({ length: size }, (_, row) => tiles.slice(row * size, (row + 1) * size).join(""));
    if (hasWay(map)) return map;
  }
  throw new ConfigError(`Expected p that leaves a way to the goal, got ${p} for size ${size}. Give more than 0.5.`);
}

/** Whether the goal can be reached from the tile at the top left without stepping into a hole. */
export function hasWay(map: LakeMap): boolean {
  const seen = new Set<string>();
  const frontier: [row: number, column: number][] = [[0, 0]];
  for (let next = frontier.pop(); next; next = frontier.pop()) {
    const [row, column] = next;
    const tile = map[row]?.[column];
    if (tile === "G") return true;
    if (tile === undefined || tile === "H" || seen.has(`${row},${column}`)) continue;
    seen.add(`${row},${column}`);
    frontier.push([row + 1, column], [row, column + 1], [row - 1, column], [row, column - 1]);
  }
  return false;
}
