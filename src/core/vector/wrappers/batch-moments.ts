/** Mean and variance, element by element, of the rows of a batch of shape (rows, size). */
export function batchMoments(
  batch: ArrayLike<number>,
  size: number,
): { mean: Float64Array; var: Float64Array; count: number } {
  const count = batch.length / size;
  const mean = new Float64Array(size);
  const variance = new Float64Array(size);
  for (let i = 0; i < batch.length; i++) mean[i % size] += batch[i] / count;
  for (let i = 0; i < batch.length; i++) variance[i % size] += (batch[i] - mean[i % size]) ** 2 / count;
  return { mean, var: variance, count };
}
