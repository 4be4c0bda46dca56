/** Mean, sample standard deviation (n − 1) and the values they come from. */
export interface Summary {
  readonly mean: number;
  /** 0 for a single episode, which has no spread to tell of. */
  readonly sd: number;
  readonly episodes: number;
  readonly returns: number[];
}

/** The arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Sample standard deviation (n − 1), in two passes so that large means cost no digits; 0 for fewer than two values. */
export function sampleSd(values: ArrayLike<number>): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - centre) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/** What a report says of a policy's episode returns. */
export function summarize(returns: ArrayLike<number>): Summary {
  return { mean: mean(returns), sd: sampleSd(returns), episodes: returns.length, returns: Array.from(returns) };
}
