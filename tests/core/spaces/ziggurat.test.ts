import { describe, expect, it } from "vitest";
import { Pcg64 } from "../../../src/core/pcg64.ts";
import { standardExponential, standardNormal } from "../../../src/core/spaces/ziggurat.ts";

// x = np.random.default_rng(1).standard_normal(100000), numpy 2.4.6: the four of greatest size (beyond the last layer), and
// the last, which stands only where all rejections before it were met
const NORMAL = [
  [30266, 4.406353522522504],
  [78543, 4.163613548281239],
  [30002, -4.030404248695601],
  [43165, 3.9855532425866227],
  [99999, 0.9684097467571625],
];

// the same of np.random.default_rng(1).standard_exponential(100000)
const EXPONENTIAL = [
  [36017, 12.103248668641022],
  [68068, 11.744632903553402],
  [60337, 10.62016940109541],
  [6121, 9.926668704596162],
  [99999, 0.6692987337612792],
];

describe("numpy's ziggurats", () => {
  it.each([
    { name: "standardNormal", draw: standardNormal, expected: NORMAL },
    { name: "standardExponential", draw: standardExponential, expected: EXPONENTIAL },
  ])("$name, far into the tail", ({ draw, expected }) => {
    const random = new Pcg64(1);
    const x = Float64Array.from({ length: 100_000 }, () => draw(random));
    expect(expected.map(([i]) => [i, x[i]])).toEqual(expected);
  });
});
