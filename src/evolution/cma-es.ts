import { z } from "zod";
import { ConfigError, describe, ReverieError } from "../base/errors.ts";
import { RandomStream } from "../core/random.ts";
import { CmaEsConfig, CmaEsState, decodeFloat64s, encodeFloat64s } from "./cma-es-config.ts";
import { type Covariance, type CovarianceState, DiagonalCovariance, FullCovariance } from "./covariance.ts";
import { defaultPopulation, type StrategyParameters, strategyParameters } from "./strategy-parameters.ts";

export { CmaEsConfig, CmaEsState };

/** A point to evaluate. */
export interface Candidate {
  /** Its number in the generation, from 0. */
  readonly id: number;
  readonly parameters: Float64Array;
}

/** What a candidate was worth: higher is better with `objective: "maximize"`, lower with `"minimize"`. */
export interface Evaluation {
  readonly id: number;
  readonly fitness: number;
}

/** Why a search may end. */
export type StopReason = "tolx" | "tolfun" | "tolxup" | "condition" | "no-effect-axis" | "no-effect-coordinate";

/** A fitness that is no finite number, or evaluations that do not fit the candidates. */
export class EvaluationError extends ReverieError {}

/**
 * CMA-ES as in Hansen's tutorial (arXiv 1604.00772), with negative weights; equation numbers are the tutorial's.
 *
 *     while (search.stop().length === 0) {
 *       search.tell(search.ask().map(({ id, parameters }) => ({ id, fitness: f(parameters) })));
 *     }
 */
export class CmaEs {
  readonly config: z.output<typeof CmaEsConfig>;
  readonly dimensions: number;
  readonly population: number;
  readonly #strategy: StrategyParameters;
  readonly #covariance: Covariance;
  readonly #random: RandomStream;
  #mean: Float64Array; // m
  #sigma: number; // σ
  readonly #sigmaPath: Float64Array; // p_σ
  readonly #path: Float64Array; // p_c
  #generation = 0; // g
  #pending: readonly Candidate[] | undefined;
  #best: { parameters: Float64Array; fitness: number; generation: number } | undefined;
  #history: number[] = [];
  #spread: number | undefined;

  constructor(config: CmaEsConfig, state?: CmaEsState) {
    const parsed = CmaEsConfig.safeParse(config);
    if (!parsed.success) throw new ConfigError(`Expected settings of CMA-ES, got:\n${z.prettifyError(parsed.error)}`);
    this.config = parsed.data;
    const { mean, sigma, seed, covariance } = this.config;
    const n = mean.length;
    this.dimensions = n;
    this.population = this.config.population ?? Math.max(4, defaultPopulation(n));
    this.#strategy = strategyParameters({ dimensions: n, population: this.population, covariance });
    const saved = state && decodeCovariance(state);
    const { rankOneRate, rankMuRate } = this.#strategy;
    const interval = Math.floor(1 / (10 * n * (rankOneRate + rankMuRate)));
    this.#covariance =
      covariance === "full" ? new FullCovariance(n, interval, saved) : new DiagonalCovariance(n, saved);
    this.#random = state ? RandomStream.from(state.random) : new RandomStream(seed, "cma-es");
    this.#mean = state ? decodeFloat64s(state.mean) : Float64Array.from(mean);
    this.#sigma = state?.sigma ?? sigma;
    this.#sigmaPath = state ? decodeFloat64s(state.sigmaPath) : new Float64Array(n);
    this.#path = state ? decodeFloat64s(state.path) : new Float64Array(n);
    if (!state) return;
    this.#generation = state.generation;
    this.#pending = state.pending?.map((text, id) => ({ id, parameters: decodeFloat64s(text) }));
    this.#best = state.best && { ...state.best, parameters: decodeFloat64s(state.best.parameters) };
    this.#history = [...state.history];
    this.#spread = state.spread;
  }

  /** Goes on to the bit where `state()` was taken, also after JSON. */
  static from(state: unknown): CmaEs {
    const parsed = CmaEsState.safeParse(state);
    if (!parsed.success) {
      throw new ConfigError(`Expected a saved state of CMA-ES, got:\n${z.prettifyError(parsed.error)}`);
    }
    const wrong = wrongLength(parsed.data);
    if (wrong) throw new ConfigError(`Expected a saved state of CMA-ES, got ${wrong}.`);
    return new CmaEs(parsed.data.config, parsed.data);
  }

  /** Generations told. */
  get generation(): number {
    return this.#generation;
  }

  /** σ, the size of a step. */
  get sigma(): number {
    return this.#sigma;
  }

  /** The centre of the search: with a noisy objective the best estimate of the optimum. */
  get mean(): Float64Array {
    return this.#mean.slice();
  }

  /** The best candidate ever told; with a noisy objective it was lucky, and `mean` is the better choice. */
  get best(): { readonly parameters: Float64Array; readonly fitness: number; readonly generation: number } | undefined {
    return this.#best && { ...this.#best, parameters: this.#best.parameters.slice() };
  }

  /** The generation's candidates; asked again before `tell`, the same ones. */
  ask(): Candidate[] {
    this.#pending ??= Array.from({ length: this.population }, (_, id) => {
      const z = Float64Array.from({ length: this.dimensions }, () => this.#random.normal()); // eq. 38
      const y = this.#covariance.shape(z); // eq. 39
      return { id, parameters: y.map((value, i) => this.#mean[i] + this.#sigma * value) }; // eq. 40
    });
    return this.#pending.map(({ id, parameters }) => ({ id, parameters: parameters.slice() }));
  }

  /** Takes the fitness of every candidate of this generation, in any order, and moves the search. */
  tell(evaluations: readonly Evaluation[]): void {
    const fitness = this.#fitnessById(evaluations);
    const values = this.config.objective === "maximize" ? fitness.map((value) => -value) : fitness; // lower is better
    const ranked = [...(this.#pending as Candidate[])].sort((a, b) => values[a.id] - values[b.id] || a.id - b.id);
    const steps = ranked.map(({ parameters }) => parameters.map((x, i) => (x - this.#mean[i]) / this.#sigma)); // y_i:λ
    this.#remember(ranked[0], fitness[ranked[0].id], values);
    this.#move(steps);
    this.#generation++;
    this.#pending = undefined;
  }

  /** Why the search should end; empty while it should go on. */
  stop(): StopReason[] {
    const { sigma: first, toleranceX, toleranceFitness, growthLimit, conditionLimit } = this.config;
    const sigma = this.#sigma;
    const { deviations, axes } = this.#covariance;
    const longest = axes.reduce((most, axis) => Math.max(most, axis), 0);
    const shortest = axes.reduce((least, axis) => Math.min(least, axis), Number.POSITIVE_INFINITY);
    const tolerance = toleranceX * first;
    const reasons: StopReason[] = [];
    if (deviations.every((d) => sigma * d < tolerance) && this.#path.every((p) => Math.abs(sigma * p) < tolerance)) {
      reasons.push("tolx");
    }
    if (this.#history.length === this.#historyLength && this.#spread !== undefined) {
      const range = Math.max(...this.#history) - Math.min(...this.#history);
      if (range <= toleranceFitness && this.#spread <= toleranceFitness) reasons.push("tolfun");
    }
    if (sigma * longest > growthLimit * first) reasons.push("tolxup");
    if ((longest / shortest) ** 2 > conditionLimit) reasons.push("condition");
    const axis = this.#covariance.axis(this.#generation % this.dimensions);
    if (axis.every((part, i) => this.#mean[i] === this.#mean[i] + 0.1 * sigma * part)) reasons.push("no-effect-axis");
    if (deviations.some((d, i) => this.#mean[i] === this.#mean[i] + 0.2 * sigma * d)) {
      reasons.push("no-effect-coordinate");
    }
    return reasons;
  }

  state(): CmaEsState {
    const { matrix, axes, vectors, age } = this.#covariance.state();
    return {
      format: "cma-es",
      version: 1,
      config: this.config,
      generation: this.#generation,
      sigma: this.#sigma,
      mean: encodeFloat64s(this.#mean),
      sigmaPath: encodeFloat64s(this.#sigmaPath),
      path: encodeFloat64s(this.#path),
      covariance: {
        matrix: encodeFloat64s(matrix),
        axes: axes && encodeFloat64s(axes),
        vectors: vectors && encodeFloat64s(vectors),
        age,
      },
      pending: this.#pending?.map(({ parameters }) => encodeFloat64s(parameters)),
      best: this.#best && { ...this.#best, parameters: encodeFloat64s(this.#best.parameters) },
      history: [...this.#history],
      spread: this.#spread,
      random: this.#random.state(),
    };
  }

  /** The tutorial's figure 6, from the steps y_i:λ in the order of their rank. */
  #move(steps: readonly Float64Array[]): void {
    const n = this.dimensions;
    const s = this.#strategy;
    const mean = new Float64Array(n); // ⟨y⟩_w = Σ_{i ≤ μ} w_i y_i:λ (eq. 41)
    for (let rank = 0; rank < s.parents; rank++) {
      for (let i = 0; i < n; i++) mean[i] += s.weights[rank] * steps[rank][i];
    }
    this.#mean = this.#mean.map((m, i) => m + s.meanRate * this.#sigma * mean[i]); // eq. 42

    const whitened = this.#covariance.whiten(mean);
    const sigmaGain = Math.sqrt(s.sigmaPathRate * (2 - s.sigmaPathRate) * s.effectiveParents);
    for (let i = 0; i < n; i++) {
      this.#sigmaPath[i] = (1 - s.sigmaPathRate) * this.#sigmaPath[i] + sigmaGain * whitened[i]; // eq. 43
    }
    const length = norm(this.#sigmaPath);
    this.#sigma *= Math.exp((s.sigmaPathRate / s.sigmaDamping) * (length / s.expectedNorm - 1)); // eq. 44

    const warmth = Math.sqrt(1 - (1 - s.sigmaPathRate) ** (2 * (this.#generation + 1)));
    const hSigma = length / warmth < (1.4 + 2 / (n + 1)) * s.expectedNorm ? 1 : 0;
    const pathGain = hSigma * Math.sqrt(s.pathRate * (2 - s.pathRate) * s.effectiveParents);
    for (let i = 0; i < n; i++) this.#path[i] = (1 - s.pathRate) * this.#path[i] + pathGain * mean[i]; // eq. 45

    const rates = s.weights.map((weight, rank) => {
      const scale = weight >= 0 ? 1 : n / norm(this.#covariance.whiten(steps[rank])) ** 2; // eq. 46
      return s.rankMuRate * weight * scale;
    });
    const weightSum = s.weights.reduce((sum, weight) => sum + weight, 0);
    const deltaSigma = (1 - hSigma) * s.pathRate * (2 - s.pathRate);
    const decay = 1 + s.rankOneRate * deltaSigma - s.rankOneRate - s.rankMuRate * weightSum;
    this.#covariance.update({ decay, rankOneRate: s.rankOneRate, path: this.#path, rates, steps }); // eq. 47
  }

  #fitnessById(evaluations: readonly Evaluation[]): Float64Array {
    if (!this.#pending) throw new EvaluationError("Expected ask() before tell(). Ask for candidates first.");
    const fitness = new Float64Array(this.population).fill(Number.NaN);
    for (const { id, fitness: value } of evaluations) {
      if (!Number.isInteger(id) || id < 0 || id >= this.population) {
        throw new EvaluationError(`Expected id of a candidate from 0 to ${this.population - 1}, got ${describe(id)}.`);
      }
      if (!Number.isNaN(fitness[id])) throw new EvaluationError(`Expected one evaluation of candidate ${id}, got two.`);
      if (!Number.isFinite(value)) {
        throw new EvaluationError(
          `Expected a finite fitness of candidate ${id}, got ${value}. Give the worst value there can be for what failed.`,
        );
      }
      fitness[id] = value;
    }
    const missing = fitness.findIndex(Number.isNaN);
    if (missing >= 0) {
      throw new EvaluationError(
        `Expected evaluations of all ${this.population} candidates, got none of ${missing}. Tell a whole generation at once.`,
      );
    }
    return fitness;
  }

  #remember(candidate: Candidate, fitness: number, values: Float64Array): void {
    const value = values[candidate.id];
    const least = this.#best && (this.config.objective === "maximize" ? -this.#best.fitness : this.#best.fitness);
    if (least === undefined || value < least) {
      this.#best = { parameters: candidate.parameters, fitness, generation: this.#generation };
    }
    this.#history.push(value);
    if (this.#history.length > this.#historyLength) this.#history.shift();
    this.#spread = values.reduce((most, other) => Math.max(most, other), value) - value;
  }

  /** Generations that `tolfun` looks back (tutorial, B.3). */
  get #historyLength(): number {
    return 10 + Math.ceil((30 * this.dimensions) / this.population);
  }
}

function norm(vector: Float64Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return Math.sqrt(sum);
}

function decodeCovariance({ covariance: { matrix, axes, vectors, age } }: CmaEsState): CovarianceState {
  const decode = (text: string | undefined) => (text === undefined ? undefined : decodeFloat64s(text));
  return { matrix: decodeFloat64s(matrix), axes: decode(axes), vectors: decode(vectors), age };
}

/** Which array of a saved state has another length than its settings call for. */
function wrongLength({ config, covariance, ...state }: z.output<typeof CmaEsState>): string | undefined {
  const n = config.mean.length;
  const full = config.covariance === "full";
  const lengths: [string, string | undefined, number][] = [
    ["mean", state.mean, n],
    ["sigmaPath", state.sigmaPath, n],
    ["path", state.path, n],
    ["covariance.matrix", covariance.matrix, full ? n * n : n],
    ["covariance.axes", full ? (covariance.axes ?? "") : undefined, n],
    ["covariance.vectors", full ? (covariance.vectors ?? "") : undefined, n * n],
    ...(state.pending ?? []).map((text, id): [string, string, number] => [`pending[${id}]`, text, n]),
  ];
  for (const [name, text, length] of lengths) {
    if (text === undefined) continue;
    const bytes = Buffer.from(text, "base64").length;
    if (bytes !== length * 8) return `${bytes} bytes instead of ${length * 8} in ${name}`;
  }
  return undefined;
}
