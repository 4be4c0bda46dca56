/** Milliseconds of the fastest run. Other load only ever adds, so the fastest is the nearest to the truth. */
export async function fastest(
  body: () => Promise<unknown>,
  { warmup = 2, runs }: { warmup?: number; runs: number },
): Promise<number> {
  for (let i = 0; i < warmup; i++) await body(); // the first run also traces and opens the graph
  let milliseconds = Number.POSITIVE_INFINITY;
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await body();
    milliseconds = Math.min(milliseconds, performance.now() - start);
  }
  return milliseconds;
}
