import { describe, expect, it } from "vitest";
import { RandomStream } from "../../../src/core/random.ts";
import {
  findCodes,
  followers,
  joinAlike,
  kMeans,
  nearestCentres,
  type Points,
  spreadOf,
} from "../../../src/world-models/genie/latent-action-codes.ts";
import { LatentActionConfig } from "../../../src/world-models/genie/latent-action-model.ts";

const random = (seed = 0) => new RandomStream(seed, "codes");

/** Points about places of the plane, as many about each, with their places' indices. */
function scattered(places: readonly (readonly [number, number])[], indices: readonly number[], spread = 0.1) {
  const noise = random(7);
  const data = Float32Array.from(
    indices.flatMap((i) => [places[i][0] + spread * noise.normal(), places[i][1] + spread * noise.normal()]),
  );
  return { data, size: 2 } satisfies Points;
}

describe("k-means", () => {
  const places = [
    [0, 0],
    [0, 5],
    [6, 0],
    [6, 5],
    [20, 20],
  ] as const;
  const indices = Array.from({ length: 200 }, (_, i) => i % 5);
  const points = scattered(places, indices);

  it("finds the places about which points lie, whatever the seed", () => {
    for (const seed of [0, 1, 2]) {
      const centres = kMeans(points, 5, random(seed));
      for (const [x, y] of places) {
        const near = Array.from({ length: 5 }, (_, c) => Math.hypot(centres[2 * c] - x, centres[2 * c + 1] - y));
        expect(Math.min(...near)).toBeLessThan(0.1);
      }
    }
  });

  it("gives the same centres for the same seed", () => {
    expect(kMeans(points, 3, random(4))).toEqual(kMeans(points, 3, random(4)));
  });

  it("ends where a point can be moved to no nearer centre, each the mean of its points", () => {
    const centres = kMeans(points, 3, random());
    const { labels, distances } = nearestCentres(points, centres);
    for (const [i, label] of labels.entries()) {
      for (let c = 0; c < 3; c++) {
        const [x, y] = [points.data[2 * i] - centres[2 * c], points.data[2 * i + 1] - centres[2 * c + 1]];
        expect(x * x + y * y).toBeGreaterThanOrEqual(distances[i]);
        if (c === label) expect(x * x + y * y).toBeCloseTo(distances[i], 6);
      }
    }
    for (let c = 0; c < 3; c++) {
      const own = indices.flatMap((_, i) => (labels[i] === c ? [i] : []));
      const mean = (k: number) => own.reduce((sum, i) => sum + points.data[2 * i + k], 0) / own.length;
      expect(centres[2 * c]).toBeCloseTo(mean(0), 4);
      expect(centres[2 * c + 1]).toBeCloseTo(mean(1), 4);
    }
  });

  it("stands fewer places than clusters", () => {
    const two = { data: Float32Array.of(1, 1, 1, 1, 3, 3, 3, 3), size: 2 };
    const centres = kMeans(two, 3, random());
    expect(centres.every(Number.isFinite)).toBe(true);
    const { distances } = nearestCentres(two, centres);
    expect(Array.from(distances)).toEqual([0, 0, 0, 0]);
  });
});

it("mean and deviation are told number by number", () => {
  const { mean, deviation } = spreadOf({ data: Float32Array.of(1, 10, 3, 10, 5, 40), size: 2 });
  expect(Array.from(mean)).toEqual([3, 20]);
  expect(deviation[0]).toBeCloseTo(Math.sqrt(8 / 3), 5);
  expect(deviation[1]).toBeCloseTo(Math.sqrt(200), 4);
});

describe("what follows", () => {
  it("is counted over some steps, and never over an episode's end", () => {
    const labels = Int32Array.of(0, 1, 2, /**/ 2, 0);
    const counts = followers(labels, { lengths: [3, 2], clusters: 3, horizon: 2 }).map((row) =>
      Array.from(row, (x) => Number(x.toFixed(1))),
    );
    expect(counts).toEqual([
      [0, 0.5, 0.5],
      [0, 0, 0.5],
      [0.5, 0, 0],
    ]);
  });

  it("is joined at the least loss of what rows tell of columns", () => {
    const draw = random(3);
    const counts = Array.from({ length: 5 }, () => Float64Array.from({ length: 4 }, () => draw.uniform(0.1, 3)));
    const codes = Array.from(joinAlike(counts, 4));
    const told = (groups: readonly number[]) => {
      const rows = Array.from({ length: Math.max(...groups) + 1 }, () => new Float64Array(4));
      for (const [i, row] of counts.entries()) for (const [k, x] of row.entries()) rows[groups[i]][k] += x;
      return information(rows);
    };
    let best = { value: 0, pair: [0, 0] };
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < i; j++) {
        const groups = [0, 1, 2, 3, 4].map((k) => (k === i ? j : k > i ? k - 1 : k));
        const value = told(groups);
        if (value > best.value) best = { value, pair: [j, i] };
      }
    }
    expect(told(codes)).toBeCloseTo(best.value, 10);
    expect(codes[best.pair[0]]).toBe(codes[best.pair[1]]);
    expect(new Set(codes).size).toBe(4);
  });
});

/** Mutual information of rows and columns, in nats. */
function information(counts: readonly Float64Array[]): number {
  const total = counts.reduce((sum, row) => sum + row.reduce((a, b) => a + b), 0);
  const columns = Array.from(counts[0], (_, k) => counts.reduce((sum, row) => sum + row[k], 0));
  let sum = 0;
  for (const row of counts) {
    const whole = row.reduce((a, b) => a + b);
    for (const [k, x] of row.entries()) sum += (x / total) * Math.log((x * total) / (whole * columns[k]));
  }
  return sum;
}

describe("codes", () => {
  /** Two buttons, held for a while; each has two looks, by turns. The looks lie so that distance alone pairs them wrongly. */
  const places = [
    [0, 0],
    [9, 0],
    [0, 2],
    [9, 2],
  ] as const;
  const held = random(5);
  const looks: number[] = [];
  for (let button = 0; looks.length < 3000; button = 1 - button) {
    for (let left = held.integer(6, 20); left > 0; left--) looks.push(2 * button + (left % 2));
  }
  const points = scattered(places, looks);
  const settings = { lengths: [looks.length], random: random() };

  it("are looks by turns put together, not looks that are near", () => {
    const config = LatentActionConfig.parse({ count: 2, size: 2, clusters: 4 });
    const { centres, codes } = findCodes(config, points, settings);
    const told = Array.from(nearestCentres(points, centres).labels, (label) => codes[label]);
    const first = told[looks.indexOf(0)];
    expect(told.every((code, i) => (code === first) === looks[i] < 2)).toBe(true);
  });

  it("are clusters where there are as many of them", () => {
    const config = LatentActionConfig.parse({ count: 4, size: 2, clusters: 4 });
    const { codes } = findCodes(config, points, settings);
    expect(Array.from(codes)).toEqual([0, 1, 2, 3]);
  });
});
