import type { Parameters } from "../../compute/array.ts";
import type { RandomStream } from "../../core/random.ts";
import type { LatentActionCodes, LatentActionConfig } from "./latent-action-model.ts";

/*
 * Codes for what the latent action model's encoder tells, found after its training. A pose has many looks: a stride out, a
 * stride in, a leap. Clusters of the numbers are looks; those that belong to one action are told by time: whoever strides out
 * and whoever strides in will do the same things next.
 */

const RESTARTS = 6;
const ROUNDS = 40;
const LEAST = 1e-6;
const RARE = 1e-3; // what never came has a chance all the same

/** N points of `size` numbers each, one after another. */
export interface Points {
  readonly data: Float32Array;
  readonly size: number;
}

/** What is told of an encoder's numbers before its codes are found. */
export interface Spread {
  readonly mean: Float32Array;
  readonly deviation: Float32Array;
}

/** Mean and deviation of each of the points' numbers; the deviation never 0, for it is divided by. */
export function spreadOf({ data, size }: Points): Spread {
  const count = data.length / size;
  const mean = new Float32Array(size);
  const deviation = new Float32Array(size);
  for (let k = 0; k < size; k++) {
    let [sum, squares] = [0, 0];
    for (let i = k; i < data.length; i += size) sum += data[i];
    mean[k] = sum / count;
    for (let i = k; i < data.length; i += size) squares += (data[i] - mean[k]) ** 2;
    deviation[k] = Math.max(LEAST, Math.sqrt(squares / count));
  }
  return { mean, deviation };
}

/**
 * The model with its numbers of mean 0 and measured by their effects: a distance of 1 between two of them is a root mean square
 * of 1 between the frames that they draw. `effects` are the sizes for numbers of deviation 1, as in training.
 */
export function calibrated(parameters: Parameters, { mean, deviation }: Spread, effects: Float32Array): Parameters {
  const scale = effects.map((effect, k) => effect / deviation[k]);
  const scaled = (name: string, value: (x: number, i: number) => number) => ({
    [name]: { ...parameters[name], data: (parameters[name].data as Float32Array).map(value) },
  });
  const size = scale.length;
  const byEffect = (name: string) => (x: number, i: number) => {
    const row = Math.floor(i / parameters[name].shape[1]);
    return row === 0 ? x : x / Math.max(effects[row - 1], LEAST);
  };
  return {
    ...parameters,
    ...scaled("actions.numbers.kernel", (x, i) => x * scale[i % size]),
    ...scaled("actions.numbers.bias", (x, k) => (x - mean[k]) * scale[k]),
    // What a number changes is divided by as much as the number was multiplied by; row 0 is what the past alone tells.
    ...scaled("actions.effects.kernel", byEffect("actions.effects.kernel")),
    ...scaled("actions.effects.bias", byEffect("actions.effects.bias")),
  };
}

/** What the calibrated model tells in the place of these numbers. */
export function calibratedNumbers({ data, size }: Points, { mean, deviation }: Spread, effects: Float32Array): Points {
  return { data: data.map((x, i) => ((x - mean[i % size]) * effects[i % size]) / deviation[i % size]), size };
}

/**
 * Codes for the numbers told in episodes of `lengths` steps, one after another: clusters by k-means, of which those that are
 * followed alike are put together until |A| are left.
 */
export function findCodes(
  { count, clusters, horizon }: LatentActionConfig,
  points: Points,
  { lengths, random }: { readonly lengths: ArrayLike<number>; readonly random: RandomStream },
): LatentActionCodes {
  const centres = kMeans(points, Math.max(clusters, count), random);
  const { labels } = nearestCentres(points, centres);
  return {
    centres,
    codes: joinAlike(followers(labels, { lengths, clusters: centres.length / points.size, horizon }), count),
  };
}

/** Centres (clusters, size): the best of several runs from k-means++ (Arthur & Vassilvitskii 2007). */
export function kMeans(points: Points, clusters: number, random: RandomStream): Float32Array {
  let best: { centres: Float32Array; error: number } | undefined;
  for (let restart = 0; restart < RESTARTS; restart++) {
    let centres = firstCentres(points, clusters, random);
    let error = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round++) {
      const { labels, distances } = nearestCentres(points, centres);
      const now = distances.reduce((sum, x) => sum + x, 0);
      if (now === error) break;
      error = now;
      centres = means(points, centres, { labels, distances });
    }
    if (!best || error < best.error) best = { centres, error };
  }
  return best!.centres;
}

/** Points drawn one after another, with chances as the square of their distance to those drawn before. */
function firstCentres(points: Points, clusters: number, random: RandomStream): Float32Array {
  const { data, size } = points;
  const count = data.length / size;
  const centres = new Float32Array(clusters * size);
  const distances = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  let chosen = random.integer(0, count);
  for (let c = 0; c < clusters; c++) {
    centres.set(data.subarray(chosen * size, (chosen + 1) * size), c * size);
    let total = 0;
    for (let i = 0; i < count; i++) {
      distances[i] = Math.min(distances[i], squaredDistance(data, i * size, centres, c * size, size));
      total += distances[i];
    }
    chosen = drawn(distances, random.uniform(0, total));
  }
  return centres;
}

/** The index at which the weights' sum comes to more than `total`, which is less than all of them; else the last one. */
function drawn(weights: Float64Array, total: number): number {
  let sum = 0;
  const index = weights.findIndex((weight) => {
    sum += weight;
    return sum > total;
  });
  return index < 0 ? weights.length - 1 : index;
}

/** Which centre is nearest to each point, and the square of how far it is. */
export function nearestCentres({ data, size }: Points, centres: Float32Array) {
  const count = data.length / size;
  const labels = new Int32Array(count);
  const distances = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c * size < centres.length; c++) {
      const distance = squaredDistance(data, i * size, centres, c * size, size);
      if (distance >= distances[i]) continue;
      distances[i] = distance;
      labels[i] = c;
    }
  }
  return { labels, distances };
}

/** The mean of each cluster's points; one without any goes to the point that is furthest from its centre. */
function means(
  { data, size }: Points,
  centres: Float32Array,
  { labels, distances }: ReturnType<typeof nearestCentres>,
) {
  const clusters = centres.length / size;
  const sums = new Float64Array(centres.length);
  const counts = new Int32Array(clusters);
  for (const [i, c] of labels.entries()) {
    counts[c]++;
    for (let k = 0; k < size; k++) sums[c * size + k] += data[i * size + k];
  }
  for (let c = 0; c < clusters; c++) {
    if (counts[c] > 0) continue;
    const furthest = distances.reduce((best, x, i) => (x > distances[best] ? i : best), 0);
    distances[furthest] = 0;
    counts[c] = 1;
    for (let k = 0; k < size; k++) sums[c * size + k] = data[furthest * size + k];
  }
  return Float32Array.from(sums, (sum, i) => sum / counts[Math.floor(i / size)]);
}

function squaredDistance(a: Float32Array, at: number, b: Float32Array, bt: number, size: number): number {
  let sum = 0;
  for (let k = 0; k < size; k++) sum += (a[at + k] - b[bt + k]) ** 2;
  return sum;
}

/** How often each cluster came within `horizon` steps after each: rows of the earlier, columns of the later one. */
export function followers(
  labels: Int32Array,
  { lengths, clusters, horizon }: { lengths: ArrayLike<number>; clusters: number; horizon: number },
): Float64Array[] {
  const counts = Array.from({ length: clusters }, () => new Float64Array(clusters).fill(RARE));
  let first = 0;
  for (const length of Array.from(lengths)) {
    for (let t = first; t < first + length; t++) {
      for (let lag = 1; lag <= horizon && t + lag < first + length; lag++)
        counts[labels[t]][labels[t + lag]] += 1 / horizon;
    }
    first += length;
  }
  return counts;
}

/**
 * Puts rows of counts together until `count` are left: always the two that lose the least of what they tell of their columns
 * (agglomerative information bottleneck, Slonim & Tishby 1999). Returns the group of each row.
 */
export function joinAlike(counts: readonly Float64Array[], count: number): Int32Array {
  const groups = counts.map((row, i) => ({
    members: [i],
    row: Float64Array.from(row),
    total: row.reduce((a, b) => a + b),
  }));
  while (groups.length > count) {
    let [first, second, least] = [0, 1, Number.POSITIVE_INFINITY];
    for (let i = 1; i < groups.length; i++) {
      for (let j = 0; j < i; j++) {
        const lost = informationLost(groups[j], groups[i]);
        if (lost < least) [first, second, least] = [j, i, lost];
      }
    }
    const [gone] = groups.splice(second, 1);
    const kept = groups[first];
    kept.members.push(...gone.members);
    kept.total += gone.total;
    kept.row = kept.row.map((x, k) => x + gone.row[k]);
  }
  const codes = new Int32Array(counts.length);
  for (const [code, { members }] of groups.entries()) for (const i of members) codes[i] = code;
  return codes;
}

interface Row {
  readonly row: Float64Array;
  readonly total: number;
}

/** Nats times counts: both rows' Kullback-Leibler divergence from what they are together. */
function informationLost(a: Row, b: Row): number {
  const total = a.total + b.total;
  let sum = 0;
  for (let k = 0; k < a.row.length; k++) {
    const both = (a.row[k] + b.row[k]) / total;
    sum += a.row[k] * Math.log(a.row[k] / a.total / both) + b.row[k] * Math.log(b.row[k] / b.total / both);
  }
  return sum;
}
