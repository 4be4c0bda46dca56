import { symmetricEigen } from "./symmetric-eigen.ts";

/** What one generation does to the covariance matrix (eq. 47). */
export interface CovarianceUpdate {
  /** Factor of the old matrix. */
  readonly decay: number;
  /** c_1 */
  readonly rankOneRate: number;
  /** p_c */
  readonly path: Float64Array;
  /** c_μ w_i°, by rank */
  readonly rates: Float64Array;
  /** y_i:λ, by rank */
  readonly steps: readonly Float64Array[];
}

/** The shape C = B D² Bᵀ of a search distribution, without its size σ. */
export interface Covariance {
  /** B D z: a standard normal z becomes N(0, C). */
  shape(z: Float64Array): Float64Array;
  /** C^{−1/2} y = B D⁻¹ Bᵀ y */
  whiten(y: Float64Array): Float64Array;
  update(change: CovarianceUpdate): void;
  /** √C_ii */
  readonly deviations: Float64Array;
  /** D: lengths of the principal axes, as of the last decomposition. */
  readonly axes: Float64Array;
  /** The i-th principal axis times its length. */
  axis(i: number): Float64Array;
  state(): CovarianceState;
}

/** A covariance's saved arrays; of a diagonal one C alone. */
export interface CovarianceState {
  readonly matrix: Float64Array;
  readonly axes?: Float64Array;
  readonly vectors?: Float64Array;
  /** Updates since the last decomposition. */
  readonly age?: number;
}

/** Any covariance; O(n²) a candidate, and O(n³) a decomposition, which is done only as often as C changes much. */
export class FullCovariance implements Covariance {
  readonly #n: number;
  /** Generations between decompositions: ⌊1 / (10 n (c_1 + c_μ))⌋ (tutorial, B.2). */
  readonly #interval: number;
  readonly #matrix: Float64Array; // C, (n, n)
  #vectors: Float64Array; // b_i, (n, n): one after the other
  #axes: Float64Array; // d_i
  #age: number;

  constructor(n: number, interval: number, state?: CovarianceState) {
    this.#n = n;
    this.#interval = Math.max(1, interval);
    this.#matrix = state?.matrix.slice() ?? identity(n);
    this.#vectors = state?.vectors?.slice() ?? identity(n);
    this.#axes = state?.axes?.slice() ?? new Float64Array(n).fill(1);
    this.#age = state?.age ?? 0;
  }

  get axes(): Float64Array {
    return this.#axes;
  }

  get deviations(): Float64Array {
    return Float64Array.from({ length: this.#n }, (_, i) => Math.sqrt(Math.max(0, this.#matrix[i * this.#n + i])));
  }

  axis(i: number): Float64Array {
    return this.#vectors.slice(i * this.#n, (i + 1) * this.#n).map((b) => b * this.#axes[i]);
  }

  shape(z: Float64Array): Float64Array {
    return this.#combine(z.map((value, i) => value * this.#axes[i]));
  }

  whiten(y: Float64Array): Float64Array {
    const n = this.#n;
    const along = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let dot = 0;
      for (let k = 0; k < n; k++) dot += this.#vectors[i * n + k] * y[k];
      along[i] = dot / this.#axes[i];
    }
    return this.#combine(along);
  }

  update({ decay, rankOneRate, path, rates, steps }: CovarianceUpdate): void {
    const n = this.#n;
    const c = this.#matrix;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) c[i * n + j] = decay * c[i * n + j] + rankOneRate * path[i] * path[j];
    }
    steps.forEach((y, rank) => {
      for (let i = 0; i < n; i++) {
        const scaled = rates[rank] * y[i];
        for (let j = 0; j <= i; j++) c[i * n + j] += scaled * y[j];
      }
    });
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) c[j * n + i] = c[i * n + j];
    if (++this.#age >= this.#interval) this.#decompose();
  }

  state(): CovarianceState {
    return { matrix: this.#matrix, axes: this.#axes, vectors: this.#vectors, age: this.#age };
  }

  #decompose(): void {
    const { values, vectors } = symmetricEigen(this.#matrix, this.#n);
    const least = Number.EPSILON ** 2 * values.reduce((most, value) => Math.max(most, value), 0); // rounding may go below 0
    this.#axes = values.map((value) => Math.sqrt(Math.max(value, least)));
    this.#vectors = vectors;
    this.#age = 0;
  }

  /** Σ_i along_i b_i */
  #combine(along: Float64Array): Float64Array {
    const n = this.#n;
    const out = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const factor = along[i];
      for (let k = 0; k < n; k++) out[k] += factor * this.#vectors[i * n + k];
    }
    return out;
  }
}

/** A diagonal covariance; O(n) a candidate, for many dimensions or few evaluations. */
export class DiagonalCovariance implements Covariance {
  readonly #variances: Float64Array;

  constructor(n: number, state?: CovarianceState) {
    this.#variances = state?.matrix.slice() ?? new Float64Array(n).fill(1);
  }

  get axes(): Float64Array {
    return this.#variances.map(Math.sqrt);
  }

  get deviations(): Float64Array {
    return this.axes;
  }

  axis(i: number): Float64Array {
    const axis = new Float64Array(this.#variances.length);
    axis[i] = Math.sqrt(this.#variances[i]);
    return axis;
  }

  shape(z: Float64Array): Float64Array {
    return z.map((value, i) => value * Math.sqrt(this.#variances[i]));
  }

  whiten(y: Float64Array): Float64Array {
    return y.map((value, i) => value / Math.sqrt(this.#variances[i]));
  }

  update({ decay, rankOneRate, path, rates, steps }: CovarianceUpdate): void {
    const c = this.#variances;
    for (let i = 0; i < c.length; i++) c[i] = decay * c[i] + rankOneRate * path[i] ** 2;
    steps.forEach((y, rank) => {
      for (let i = 0; i < c.length; i++) c[i] += rates[rank] * y[i] ** 2;
    });
  }

  state(): CovarianceState {
    return { matrix: this.#variances };
  }
}

function identity(n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1;
  return matrix;
}
