/** The constants of CMA-ES that follow from the dimension and the population (the tutorial's table 1). */
export interface StrategyParameters {
  /** w_i by rank, best first; the worse half's are negative. */
  readonly weights: Float64Array;
  /** μ: how many weights are positive. */
  readonly parents: number;
  /** μ_eff */
  readonly effectiveParents: number;
  /** c_m */
  readonly meanRate: number;
  /** c_σ */
  readonly sigmaPathRate: number;
  /** d_σ */
  readonly sigmaDamping: number;
  /** c_c */
  readonly pathRate: number;
  /** c_1 */
  readonly rankOneRate: number;
  /** c_μ */
  readonly rankMuRate: number;
  /** E‖N(0, I)‖ */
  readonly expectedNorm: number;
}

/** λ = 4 + ⌊3 ln n⌋ (eq. 48) */
export function defaultPopulation(dimensions: number): number {
  return 4 + Math.floor(3 * Math.log(dimensions));
}

/**
 * Equations 49–58 of Hansen's tutorial, arXiv 1604.00772v2. A diagonal covariance has n instead of n² numbers to learn and
 * learns them (n + 2)/3 times as fast (Ros & Hansen 2008, "A simple modification in CMA-ES achieving linear time and
 * space complexity").
 */
export function strategyParameters(options: {
  readonly dimensions: number;
  readonly population: number;
  readonly covariance: "full" | "diagonal";
}): StrategyParameters {
  const { dimensions: n, population } = options;
  const raw = Array.from({ length: population }, (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1)); // eq. 49
  const parents = Math.floor(population / 2);
  const muEff = effective(raw.slice(0, parents));
  const muEffNegative = effective(raw.slice(parents));

  const alphaCov = 2;
  const speed = options.covariance === "diagonal" ? (n + 2) / 3 : 1;
  const c1 = (speed * alphaCov) / ((n + 1.3) ** 2 + muEff); // eq. 57
  const cMu = Math.min(
    1 - c1,
    (speed * alphaCov * (1 / 4 + muEff + 1 / muEff - 2)) / ((n + 2) ** 2 + (alphaCov * muEff) / 2), // eq. 58
  );

  const alphaMu = 1 + c1 / cMu; // eq. 50
  const alphaMuEff = 1 + (2 * muEffNegative) / (muEff + 2); // eq. 51
  const alphaPosDef = (1 - c1 - cMu) / (n * cMu); // eq. 52
  const positive = sum(raw.filter((w) => w > 0));
  const negative = -sum(raw.filter((w) => w < 0));
  const negativeScale = Math.min(alphaMu, alphaMuEff, alphaPosDef) / negative;
  const weights = Float64Array.from(raw, (w) => (w >= 0 ? w / positive : w * negativeScale)); // eq. 53

  const sigmaPathRate = (muEff + 2) / (n + muEff + 5); // eq. 55
  return {
    weights,
    parents,
    effectiveParents: muEff,
    meanRate: 1, // eq. 54
    sigmaPathRate,
    sigmaDamping: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + sigmaPathRate, // eq. 55
    pathRate: (4 + muEff / n) / (n + 4 + (2 * muEff) / n), // eq. 56
    rankOneRate: c1,
    rankMuRate: cMu,
    expectedNorm: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n ** 2)),
  };
}

/** (Σ w)² / Σ w² */
function effective(weights: readonly number[]): number {
  return sum(weights) ** 2 / sum(weights.map((w) => w * w));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
