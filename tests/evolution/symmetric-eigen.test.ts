import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { symmetricEigen } from "../../src/evolution/symmetric-eigen.ts";

const symmetric = fc.integer({ min: 1, max: 12 }).chain((n) =>
  fc.array(fc.double({ min: -1000, max: 1000, noNaN: true }), { minLength: n * n, maxLength: n * n }).map((numbers) => {
    const matrix = Float64Array.from(numbers, (v) => (Math.abs(v) < 1e-290 ? 0 : v)); // no subnormal numbers
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) matrix[i * n + j] = matrix[j * n + i];
    return { matrix, n };
  }),
);

describe("symmetricEigen", () => {
  it("gives orthonormal vectors with A v = λ v", () => {
    fc.assert(
      fc.property(symmetric, ({ matrix, n }) => {
        const { values, vectors } = symmetricEigen(matrix, n);
        const size = 1 + matrix.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
        for (let i = 0; i < n; i++) {
          const v = vectors.subarray(i * n, (i + 1) * n);
          for (let row = 0; row < n; row++) {
            let product = 0;
            for (let k = 0; k < n; k++) product += matrix[row * n + k] * v[k];
            expect(Math.abs(product - values[i] * v[row])).toBeLessThan(1e-12 * size * n);
          }
          for (let j = 0; j <= i; j++) {
            const dot = v.reduce((sum, x, k) => sum + x * vectors[j * n + k], 0);
            expect(Math.abs(dot - (i === j ? 1 : 0))).toBeLessThan(1e-13 * n);
          }
        }
      }),
    );
  });

  it("finds known eigenvalues: 2 − 2 cos(kπ/(n+1)) of the second difference", () => {
    const n = 30;
    const matrix = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      matrix[i * n + i] = 2;
      if (i > 0) matrix[i * n + i - 1] = matrix[(i - 1) * n + i] = -1;
    }
    const values = symmetricEigen(matrix, n).values.sort();
    for (let k = 1; k <= n; k++) expect(values[k - 1]).toBeCloseTo(2 - 2 * Math.cos((k * Math.PI) / (n + 1)), 12);
  });

  it("stands elements as small as there are beside large ones", () => {
    const tiny = Number.MIN_VALUE;
    const { values } = symmetricEigen(Float64Array.of(0, tiny, 0, tiny, 1, 0.5, 0, 0.5, 3), 3);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.reduce((a, b) => a + b)).toBeCloseTo(4, 12);
  });

  it("leaves its argument alone", () => {
    const matrix = Float64Array.of(2, 1, 1, 2);
    symmetricEigen(matrix, 2);
    expect(matrix).toEqual(Float64Array.of(2, 1, 1, 2));
  });
});
