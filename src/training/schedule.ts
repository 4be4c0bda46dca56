/** A learning rate for each step, counted from 0. */
export type Schedule = (step: number) => number;

/** Rises linearly over `warmup` steps, then falls along half a cosine to `floor` × the rate (Loshchilov & Hutter 2017). */
export function cosine(options: { rate: number; steps: number; warmup?: number; floor?: number }): Schedule {
  const { rate, steps, warmup = 0, floor = 0.02 } = options;
  return (step) => {
    if (step < warmup) return (rate * (step + 1)) / warmup;
    const share = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
    return rate * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * share)));
  };
}
