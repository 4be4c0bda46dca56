import { expect, test } from "vitest";
import { mean, sampleSd, summarize } from "../../src/evaluation/statistics.ts";

test("mean and sample standard deviation agree with numpy", () => {
  // numpy.std([2, 4, 4, 4, 5, 5, 7, 9], ddof=1) = 2.138089935299395
  expect(mean([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5);
  expect(sampleSd([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.138089935299395, 14);
});

test("a large offset costs no digits (NIST NumAcc4: sd 0.1 around 10000000.2)", () => {
  const values = [10000000.2, ...Array.from({ length: 1000 }, (_, i) => (i % 2 ? 10000000.1 : 10000000.3))];
  expect(sampleSd(values)).toBeCloseTo(0.1, 8);
});

test("a single episode has spread 0, and returns come back as a plain array", () => {
  expect(summarize(Float64Array.of(7))).toEqual({ mean: 7, sd: 0, episodes: 1, returns: [7] });
});
