import { RandomStream } from "../../src/core/random.ts";
import type { Difficulty, Level } from "./level.ts";
import { LevelBuilder } from "./level-builder.ts";
import { between, LIMITS, SECTIONS, type Section } from "./sections.ts";

const BEFORE = 6; // tiles of plain ground at the start
const PEDESTAL = 4; // and at the end, with the coin on the second last

/** The level of a number, the same on every machine: sections in random order, with ground to rest on between them. */
export function generateLevel(number: number, difficulty: Difficulty): Level {
  const random = new RandomStream(number, `Platformer/level/${difficulty}`);
  const limits = LIMITS[difficulty];
  const builder = new LevelBuilder(random.integer(1, 4));
  builder.ground(BEFORE);
  let last: Section | undefined;
  for (let left = between(random, limits.sections); left > 0; left--) {
    const choice = SECTIONS[difficulty].filter((section) => section !== last);
    last = choice[random.integer(0, choice.length)];
    last(builder, random, limits);
    builder.ground(between(random, limits.rest));
  }
  builder.climb(random.integer(0, 2));
  builder.ground(PEDESTAL);
  return builder.build({ number, difficulty, coinColumn: builder.column - 2 });
}
