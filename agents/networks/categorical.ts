/** An action drawn from logits, 0 ≤ index < n, and how likely it was. */
export interface CategoricalDraw {
  readonly index: number;
  readonly logProbability: number;
}

/** Draws from softmax(logits) of one row, `n` numbers from `offset` on, by one uniform on [0, 1). */
export function drawCategorical(logits: ArrayLike<number>, uniform: number, offset = 0, n = logits.length) {
  const largest = logits[offset + argMax(logits, offset, n)];
  let total = 0;
  for (let i = 0; i < n; i++) total += Math.exp(logits[offset + i] - largest);
  let left = uniform * total;
  let index = 0;
  for (; index < n - 1; index++) {
    left -= Math.exp(logits[offset + index] - largest);
    if (left < 0) break;
  }
  return { index, logProbability: logits[offset + index] - largest - Math.log(total) } satisfies CategoricalDraw;
}

/** The first of the largest of `n` numbers from `offset` on, counted from there. */
export function argMax(values: ArrayLike<number>, offset = 0, n = values.length): number {
  let best = 0;
  for (let i = 1; i < n; i++) if (values[offset + i] > values[offset + best]) best = i;
  return best;
}
