import fc from "fast-check";
import { it } from "vitest";

const NIGHTLY = process.env["REVERIE_FUZZ"] === "nightly";
const TIMES = 10; // how many times as many cases at night
const MINUTES = 10;

/** How many of `cases` there are today. */
export const casesOf = (cases: number): number => (NIGHTLY ? cases * TIMES : cases);

/**
 * A test of random cases. Seeds are fixed, so a failure stays one; `REVERIE_FUZZ=nightly` (`npm run fuzz`) runs ten
 * times as many.
 */
export function fuzz<T>(
  name: string,
  { cases, seed }: { readonly cases: number; readonly seed: number },
  arbitrary: fc.Arbitrary<T>,
  check: (value: T) => Promise<void>,
): void {
  const numRuns = casesOf(cases);
  const timeout = NIGHTLY ? MINUTES * 60_000 : 60_000;
  it(`${name} (${numRuns} cases)`, () => fc.assert(fc.asyncProperty(arbitrary, check), { numRuns, seed }), timeout);
}

/** Lengths of axes; short, for most mistakes show on short ones. */
export const length: fc.Arbitrary<number> = fc.integer({ min: 1, max: 4 });

/** One to four axes. */
export const shape: fc.Arbitrary<number[]> = fc.array(length, { minLength: 1, maxLength: 4 });
