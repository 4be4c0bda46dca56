import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/base/errors.ts";
import { RandomStream } from "../../src/core/random.ts";
import { CmaEs, type CmaEsConfig, EvaluationError } from "../../src/evolution/cma-es.ts";
import { decodeFloat64s, encodeFloat64s } from "../../src/evolution/cma-es-config.ts";
import { strategyParameters } from "../../src/evolution/strategy-parameters.ts";

type Objective = (x: Float64Array) => number;

const sphere: Objective = (x) => x.reduce((sum, v) => sum + v * v, 0);
const rosenbrock: Objective = (x) => {
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i++) sum += 100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2;
  return sum;
};
const ellipsoid: Objective = (x) => x.reduce((sum, v, i) => sum + 10 ** ((6 * i) / (x.length - 1)) * v * v, 0);

/** The objective seen through a random rotation (Gram–Schmidt on normals). */
function rotated(objective: Objective, n: number): Objective {
  const random = new RandomStream(0, "rotation");
  const rows: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    const row = Float64Array.from({ length: n }, () => random.normal());
    for (const other of rows) {
      const along = row.reduce((sum, v, k) => sum + v * other[k], 0);
      for (let k = 0; k < n; k++) row[k] -= along * other[k];
    }
    const length = Math.sqrt(sphere(row));
    rows.push(row.map((v) => v / length));
  }
  return (x) => objective(Float64Array.from(rows, (row) => row.reduce((sum, v, k) => sum + v * x[k], 0)));
}

/** Evaluations until the best is below the target; Infinity if never. */
function evaluationsTo(target: number, objective: Objective, config: Omit<CmaEsConfig, "objective">, limit = 20_000) {
  const search = new CmaEs({ objective: "minimize", ...config });
  for (let evaluations = 0; evaluations < limit; ) {
    search.tell(search.ask().map(({ id, parameters }) => ({ id, fitness: objective(parameters) })));
    evaluations += search.population;
    if ((search.best?.fitness ?? Number.POSITIVE_INFINITY) < target) return evaluations;
  }
  return Number.POSITIVE_INFINITY;
}

const at = (value: number, n: number) => new Array(n).fill(value);
const SEEDS = [1, 2, 3, 4, 5];
const median = (numbers: number[]) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

describe("strategy parameters", () => {
  it("are those of the tutorial for n = 10, λ = 10", () => {
    // By hand from equations 49–58.
    const s = strategyParameters({ dimensions: 10, population: 10, covariance: "full" });
    expect(s.parents).toBe(5);
    expect(s.effectiveParents).toBeCloseTo(3.16729, 4);
    expect(s.weights.slice(0, 5).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(s.rankOneRate).toBeCloseTo(2 / (11.3 ** 2 + s.effectiveParents), 12);
    expect(s.sigmaPathRate).toBeCloseTo(5.16729 / 18.16729, 5);
  });

  it("keep the covariance positive definite: c_1 + c_μ + n c_μ Σ|w⁻| ≤ 1", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 4, max: 400 }),
        fc.constantFrom("full" as const, "diagonal" as const),
        (dimensions, population, covariance) => {
          const s = strategyParameters({ dimensions, population, covariance });
          const negative = -s.weights.reduce((sum, w) => sum + Math.min(0, w), 0);
          expect(negative).toBeGreaterThanOrEqual(0);
          const taken = s.rankOneRate + s.rankMuRate + dimensions * s.rankMuRate * negative;
          expect(taken).toBeLessThanOrEqual(1 + 1e-12);
        },
      ),
    );
  });
});

describe("convergence (evaluations as others publish them)", () => {
  it("Rosenbrock 4-D from .5 with σ₀ = .5: < 1e-12 at about 1,700", () => {
    const counts = SEEDS.map((seed) => evaluationsTo(1e-12, rosenbrock, { mean: at(0.5, 4), sigma: 0.5, seed }));
    expect(median(counts)).toBeLessThan(2200);
    expect(median(counts)).toBeGreaterThan(1200);
  });

  it("Rosenbrock 10-D from .1 with σ₀ = .3: < 1e-12 in fewer than 8,000", () => {
    const counts = SEEDS.map((seed) => evaluationsTo(1e-12, rosenbrock, { mean: at(0.1, 10), sigma: 0.3, seed }));
    expect(median(counts)).toBeLessThan(8000);
  });

  it("ellipsoid 3-D from 1 with σ₀ = 1: < 1e-6 in fewer than 2,000", () => {
    for (const seed of SEEDS) {
      expect(evaluationsTo(1e-6, ellipsoid, { mean: at(1, 3), sigma: 1, seed })).toBeLessThan(2000);
    }
  });

  it("sphere 4-D from 1 with σ₀ = 2: < 1e-8 in fewer than 1,000, also with a diagonal covariance", () => {
    for (const covariance of ["full", "diagonal"] as const) {
      for (const seed of SEEDS) {
        expect(evaluationsTo(1e-8, sphere, { mean: at(1, 4), sigma: 2, seed, covariance })).toBeLessThan(1000);
      }
    }
  });

  it("takes at most twice as long on a rotated ellipsoid", () => {
    const count = (objective: Objective) =>
      median(SEEDS.map((seed) => evaluationsTo(1e-8, objective, { mean: at(1, 8), sigma: 1, seed })));
    const straight = count(ellipsoid);
    expect(straight).toBeLessThan(8000);
    expect(count(rotated(ellipsoid, 8))).toBeLessThan(2 * straight);
  });

  it("learns scales faster with a diagonal covariance, which cannot learn a rotation", () => {
    const run = (objective: Objective, covariance: "full" | "diagonal") =>
      evaluationsTo(1e-6, objective, { mean: at(1, 20), sigma: 1, seed: 1, covariance }, 20_000);
    expect(run(ellipsoid, "diagonal")).toBeLessThan(run(ellipsoid, "full") / 2);
    expect(run(rotated(ellipsoid, 20), "full")).toBeLessThan(run(rotated(ellipsoid, 20), "diagonal"));
  });

  it("climbs where higher is better, on the same path as down the mirrored hill", () => {
    const settings = { mean: [3, -2], sigma: 1, seed: 4 };
    const up = new CmaEs({ objective: "maximize", ...settings });
    const down = new CmaEs({ objective: "minimize", ...settings });
    for (let g = 0; g < 60; g++) {
      up.tell(up.ask().map(({ id, parameters }) => ({ id, fitness: 7 - sphere(parameters) })));
      down.tell(down.ask().map(({ id, parameters }) => ({ id, fitness: sphere(parameters) - 7 })));
    }
    expect(up.best?.fitness).toBeCloseTo(7, 6);
    expect(Array.from(up.mean)).toEqual(Array.from(down.mean));
    expect(up.best?.fitness).toBe(-(down.best?.fitness ?? 0));
  });
});

describe("against another implementation", () => {
  interface Run {
    covariance: "full" | "diagonal";
    mean: number[];
    sigma: number;
    generations: { x: number[][]; f: number[]; mean: number[]; sigma: number; covariance: number[] }[];
  }
  const { runs } = JSON.parse(readFileSync(new URL("../golden/cma-es.json", import.meta.url), "utf8")) as {
    runs: Run[];
  };

  it.each(runs)("moves mean, σ and C alike, generation by generation ($covariance)", (run) => {
    const { covariance, mean, sigma } = run;
    let search = new CmaEs({ objective: "minimize", mean, sigma, covariance, seed: 0 });
    for (const generation of run.generations) {
      const pending = generation.x.map((x) => encodeFloat64s(Float64Array.from(x)));
      search = CmaEs.from({ ...search.state(), pending });
      search.tell(generation.f.map((fitness, id) => ({ id, fitness })));
      expect(search.sigma / generation.sigma).toBeCloseTo(1, 8);
      search.mean.forEach((m, i) => {
        expect(m).toBeCloseTo(generation.mean[i], 8);
      });
      decodeFloat64s(search.state().covariance.matrix).forEach((c, i) => {
        expect(c).toBeCloseTo(generation.covariance[i], 8);
      });
    }
  });
});

describe("resuming", () => {
  const fitness = rotated(rosenbrock, 6);
  const step = (search: CmaEs) =>
    search.tell(search.ask().map(({ id, parameters }) => ({ id, fitness: fitness(parameters) })));

  it.each(["full", "diagonal"] as const)(
    "goes on to the bit after JSON, between or amid generations (%s)",
    (covariance) => {
      const search = new CmaEs({
        objective: "minimize",
        mean: at(0.3, 6),
        sigma: 0.5,
        seed: 9,
        covariance,
        population: 9,
      });
      for (let g = 0; g < 13; g++) step(search);
      const between = JSON.stringify(search.state());
      const asked = search.ask();
      const amid = JSON.stringify(search.state());
      for (let g = 0; g < 17; g++) step(search);
      for (const saved of [between, amid]) {
        const resumed = CmaEs.from(JSON.parse(saved));
        expect(resumed.ask()).toEqual(asked);
        for (let g = 0; g < 17; g++) step(resumed);
        expect(JSON.stringify(resumed.state())).toBe(JSON.stringify(search.state()));
      }
    },
  );

  it("keeps a decomposition that is due only later", () => {
    const search = new CmaEs({ objective: "minimize", mean: at(0.3, 60), sigma: 0.5, seed: 9, population: 4 });
    const step = (s: CmaEs) => s.tell(s.ask().map(({ id, parameters }) => ({ id, fitness: sphere(parameters) })));
    while (search.state().covariance.age === 0) step(search);
    const resumed = CmaEs.from(JSON.parse(JSON.stringify(search.state())));
    for (let g = 0; g < 10; g++) {
      step(search);
      step(resumed);
    }
    expect(resumed.mean).toEqual(search.mean);
  });

  it("refuses what is no state, and one whose arrays do not fit", () => {
    const state = new CmaEs({ objective: "minimize", mean: [0, 0], sigma: 1, seed: 0 }).state();
    expect(() => CmaEs.from({ ...state, version: 2 })).toThrow(ConfigError);
    expect(() => CmaEs.from({ ...state, mean: encodeFloat64s(new Float64Array(3)) })).toThrow(
      "got 24 bytes instead of 16 in mean",
    );
    expect(() => CmaEs.from({ ...state, covariance: { matrix: state.covariance.matrix } })).toThrow(/covariance\.axes/);
  });
});

describe("ask and tell", () => {
  const make = (changes: Partial<CmaEsConfig> = {}) =>
    new CmaEs({ objective: "maximize", mean: [1, 2, 3], sigma: 0.5, seed: 2, ...changes });

  it("asks the same candidates until they are told, whatever is done to them", () => {
    const search = make();
    const first = search.ask();
    for (const candidate of search.ask()) candidate.parameters.fill(9);
    expect(search.ask()).toEqual(first);
    expect(first).toHaveLength(7); // 4 + ⌊3 ln 3⌋
    expect(first.map((candidate) => candidate.id)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("takes evaluations in any order", () => {
    const [a, b] = [make(), make()];
    const evaluations = a.ask().map(({ id, parameters }) => ({ id, fitness: -sphere(parameters) }));
    b.ask();
    a.tell(evaluations);
    b.tell([...evaluations].reverse());
    expect(b.state()).toEqual(a.state());
  });

  it("draws from N(m, σ² I) at first", () => {
    const candidates = make({ population: 4000 }).ask();
    for (const [i, mean] of [1, 2, 3].entries()) {
      const values = candidates.map(({ parameters }) => parameters[i]);
      const average = values.reduce((sum, v) => sum + v) / values.length;
      const variance = values.reduce((sum, v) => sum + (v - average) ** 2, 0) / values.length;
      expect(Math.abs(average - mean)).toBeLessThan((5 * 0.5) / Math.sqrt(4000));
      expect(Math.abs(variance / 0.25 - 1)).toBeLessThan(5 * Math.sqrt(2 / 4000));
    }
  });

  it("remembers the best candidate ever", () => {
    const search = make();
    const target = search.ask()[3];
    search.tell(search.ask().map(({ id }) => ({ id, fitness: id === 3 ? 50 : id })));
    search.tell(search.ask().map(({ id }) => ({ id, fitness: -id })));
    expect(search.best).toEqual({ parameters: target.parameters, fitness: 50, generation: 0 });
  });

  it.each([
    { fitness: Number.NaN, says: "Expected a finite fitness of candidate 2, got NaN." },
    { fitness: Number.NEGATIVE_INFINITY, says: "Expected a finite fitness of candidate 2, got -Infinity." },
  ])("refuses $fitness and is left as it was", ({ fitness, says }) => {
    const search = make();
    search.ask();
    const before = search.state();
    expect(() => search.tell(search.ask().map(({ id }) => ({ id, fitness: id === 2 ? fitness : 0 })))).toThrow(says);
    expect(search.state()).toEqual(before);
  });

  it("refuses evaluations that are missing, doubled, unknown or unasked", () => {
    const search = make();
    expect(() => search.tell([])).toThrow(EvaluationError);
    const evaluations = search.ask().map(({ id }) => ({ id, fitness: 0 }));
    expect(() => search.tell(evaluations.slice(1))).toThrow("Expected evaluations of all 7 candidates, got none of 0.");
    expect(() => search.tell([evaluations[0], evaluations[0]])).toThrow(
      "Expected one evaluation of candidate 0, got two.",
    );
    expect(() => search.tell([{ id: 7, fitness: 0 }])).toThrow("Expected id of a candidate from 0 to 6, got 7.");
  });

  it.each([
    { mean: [] },
    { mean: [Number.NaN] },
    { sigma: 0 },
    { population: 3 },
    { objective: undefined },
    { sigmas: 1 },
  ])("refuses %o", (changes) => {
    expect(() => make(changes as Partial<CmaEsConfig>)).toThrow(ConfigError);
  });
});

describe("stop", () => {
  function run(objective: Objective, config: Partial<CmaEsConfig>, generations = 3000) {
    const search = new CmaEs({ objective: "minimize", mean: [1, 1], sigma: 0.5, seed: 3, ...config });
    for (let g = 0; g < generations && search.stop().length === 0; g++) {
      search.tell(search.ask().map(({ id, parameters }) => ({ id, fitness: objective(parameters) })));
    }
    return search.stop();
  }

  it("goes on at the beginning", () => {
    expect(run(sphere, {}, 5)).toEqual([]);
  });

  it("ends when fitness varies no more", () => {
    expect(run(sphere, {})).toContain("tolfun");
    expect(run(() => 1, {})).toContain("tolfun");
  });

  it("ends when steps are tiny", () => {
    expect(run(sphere, { toleranceFitness: 0, toleranceX: 1e-6 })).toContain("tolx");
  });

  it("ends when steps grow without bound", () => {
    expect(run((x) => x[0], {})).toContain("tolxup");
  });

  it("ends when the axes differ too much", () => {
    const ridge: Objective = (x) => x[0] ** 2 + 1e14 * x[1] ** 2;
    expect(run(ridge, { toleranceFitness: 0, conditionLimit: 1e8 })).toContain("condition");
  });

  it("ends when a step changes no bit of the mean", () => {
    const far: Objective = (x) => sphere(x.map((v) => v - 1e6));
    const reasons = run(far, { mean: [1e6, 1e6], sigma: 1, toleranceFitness: 0, toleranceX: 0 });
    expect(reasons.some((reason) => reason.startsWith("no-effect"))).toBe(true);
  });
});
