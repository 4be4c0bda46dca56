/** Eigenvalues and eigenvectors of a symmetric matrix: A v_i = values[i] v_i, in no particular order. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  /** v_i is elements i·n … i·n + n − 1; they are orthonormal. */
  readonly vectors: Float64Array;
}

/**
 * Eigendecomposition of a symmetric n×n matrix: Householder's reduction to tridiagonal form, then implicit QL (the EISPACK
 * routines tred2 and tql2 in JAMA's form). Vectors are kept one after the other so that inner loops run along memory.
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const vectors = matrix.slice();
  const values = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  tridiagonalize(vectors, values, offDiagonal, n);
  diagonalize(vectors, values, offDiagonal, n);
  return { values, vectors };
}

/** tred2: v becomes the orthogonal transformation, d the diagonal, e the off-diagonal (from e[1]). */
function tridiagonalize(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  for (let j = 0; j < n; j++) d[j] = v[j * n + n - 1];
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(d[k]);
    let h = 0;
    if (scale === 0) {
      e[i] = d[i - 1];
      for (let j = 0; j < i; j++) {
        d[j] = v[j * n + i - 1];
        v[j * n + i] = 0;
        v[i * n + j] = 0;
      }
    } else {
      for (let k = 0; k < i; k++) {
        d[k] /= scale;
        h += d[k] * d[k];
      }
      const f = d[i - 1];
      const g = f > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * g;
      h -= f * g;
      d[i - 1] = f - g;
      householderStep(v, d, e, n, i, h);
    }
    d[i] = h;
  }
  accumulate(v, d, n);
  e[0] = 0;
}

/** Applies the reflection with vector d[0 … i−1] and norm h to the leading i×i block. */
function householderStep(v: Float64Array, d: Float64Array, e: Float64Array, n: number, i: number, h: number): void {
  e.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    const column = j * n;
    const f = d[j];
    v[i * n + j] = f;
    let g = e[j] + v[column + j] * f;
    for (let k = j + 1; k < i; k++) {
      g += v[column + k] * d[k];
      e[k] += v[column + k] * f;
    }
    e[j] = g;
  }
  let f = 0;
  for (let j = 0; j < i; j++) {
    e[j] /= h;
    f += e[j] * d[j];
  }
  const hh = f / (h + h);
  for (let j = 0; j < i; j++) e[j] -= hh * d[j];
  for (let j = 0; j < i; j++) {
    const column = j * n;
    const fj = d[j];
    const gj = e[j];
    for (let k = j; k < i; k++) v[column + k] -= fj * e[k] + gj * d[k];
    d[j] = v[column + i - 1];
    v[column + i] = 0;
  }
}

/** Multiplies the reflections out. */
function accumulate(v: Float64Array, d: Float64Array, n: number): void {
  for (let i = 0; i < n - 1; i++) {
    v[i * n + n - 1] = v[i * n + i];
    v[i * n + i] = 1;
    const h = d[i + 1];
    const reflection = (i + 1) * n;
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = v[reflection + k] / h;
      for (let j = 0; j <= i; j++) {
        const column = j * n;
        let g = 0;
        for (let k = 0; k <= i; k++) g += v[reflection + k] * v[column + k];
        for (let k = 0; k <= i; k++) v[column + k] -= g * d[k];
      }
    }
    v.fill(0, reflection, reflection + i + 1);
  }
  for (let j = 0; j < n; j++) {
    d[j] = v[j * n + n - 1];
    v[j * n + n - 1] = 0;
  }
  v[n * n - 1] = 1;
}

/** tql2: d becomes the eigenvalues, v the eigenvectors. */
function diagonalize(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  let f = 0;
  let largest = 0; // over all, not JAMA's up to l: else a tiny e[l] before larger ones counts, and its quotient overflows
  for (let l = 0; l < n; l++) largest = Math.max(largest, Math.abs(d[l]) + Math.abs(e[l]));
  for (let l = 0; l < n; l++) {
    let m = l;
    while (m < n - 1 && Math.abs(e[m]) > Number.EPSILON * largest) m++;
    if (m > l) {
      do f += qlStep(v, d, e, n, l, m);
      while (Math.abs(e[l]) > Number.EPSILON * largest);
    }
    d[l] += f;
    e[l] = 0;
  }
}

/** One implicit QL sweep from m down to l; gives the shift. */
function qlStep(v: Float64Array, d: Float64Array, e: Float64Array, n: number, l: number, m: number): number {
  const first = d[l];
  let p = (d[l + 1] - first) / (2 * e[l]);
  let r = p < 0 ? -Math.hypot(p, 1) : Math.hypot(p, 1);
  d[l] = e[l] / (p + r);
  d[l + 1] = e[l] * (p + r);
  const next = d[l + 1];
  const shift = first - d[l];
  for (let i = l + 2; i < n; i++) d[i] -= shift;
  p = d[m];
  const el1 = e[l + 1];
  let c = 1;
  let c2 = 1;
  let c3 = 1;
  let s = 0;
  let s2 = 0;
  for (let i = m - 1; i >= l; i--) {
    c3 = c2;
    c2 = c;
    s2 = s;
    const g = c * e[i];
    const h = c * p;
    r = Math.hypot(p, e[i]);
    e[i + 1] = s * r;
    s = e[i] / r;
    c = p / r;
    p = c * d[i] - s * g;
    d[i + 1] = h + s * (c * g + s * d[i]);
    rotate(v, i * n, n, c, s);
  }
  p = (-s * s2 * c3 * el1 * e[l]) / next;
  e[l] = s * p;
  d[l] = c * p;
  return shift;
}

/** Turns two neighbouring vectors in their plane. */
function rotate(v: Float64Array, from: number, n: number, c: number, s: number): void {
  for (let k = from; k < from + n; k++) {
    const h = v[k + n];
    v[k + n] = s * v[k] + c * h;
    v[k] = c * v[k] - s * h;
  }
}
