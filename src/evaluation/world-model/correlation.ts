const ROUNDING = 1e-20; // variance as a share of the squared mean that sums of equal numbers may show

/** Pearson's correlation over all parts together, in [−1, 1]; null where one side never changes. */
export function pearson(parts: readonly { x: ArrayLike<number>; y: ArrayLike<number> }[]): number | null {
  let [count, sumX, sumY] = [0, 0, 0];
  for (const { x, y } of parts) {
    for (let i = 0; i < x.length; i++) {
      sumX += x[i];
      sumY += y[i];
    }
    count += x.length;
  }
  const [centreX, centreY] = [sumX / count, sumY / count];
  let [xx, yy, xy] = [0, 0, 0];
  for (const { x, y } of parts) {
    for (let i = 0; i < x.length; i++) {
      xx += (x[i] - centreX) ** 2;
      yy += (y[i] - centreY) ** 2;
      xy += (x[i] - centreX) * (y[i] - centreY);
    }
  }
  const varies = (squares: number, centre: number) => squares > ROUNDING * count * centre ** 2;
  return varies(xx, centreX) && varies(yy, centreY) ? xy / Math.sqrt(xx * yy) : null;
}
