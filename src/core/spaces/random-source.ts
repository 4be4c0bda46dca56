import type { Pcg64 } from "../pcg64.ts";
import type { RandomStream } from "../random.ts";
import type { SpaceGenerator } from "./space-generator.ts";
import { standardExponential, standardNormal } from "./ziggurat.ts";

/**
 * What a space draws its samples from: a named stream; numpy's generator, as a space of Gymnasium has one; or, for spaces
 * in spaces, a tree of those (`seedSpace`). From a stream or a single generator, the parts draw one after the other.
 */
export type RandomSource = RandomStream | Pcg64 | SpaceGenerator;

// Told apart by what they can do: a policy's module may hold another copy of this package's classes.
function isTree(random: RandomSource): random is SpaceGenerator {
  return "part" in random;
}
function isStream(own: RandomStream | Pcg64): own is RandomStream {
  return "integer" in own;
}

/** The generator that a space itself draws from. */
export function ownSource(random: RandomSource): RandomStream | Pcg64 {
  return isTree(random) ? random.own : random;
}

/** What part `index` of a composed space draws from. */
export function partSource(random: RandomSource, index: number): RandomSource {
  return isTree(random) ? random.part(index) : random;
}

/** A uniform integer, low ≤ n < high: numpy's `integers(low, high)`. */
export function drawInteger(random: RandomSource, low: number, high: number): number {
  const own = ownSource(random);
  return isStream(own) ? own.integer(low, high) : own.integers(low, high);
}

/** Uniform on [0, 1). */
export function drawUniform(random: RandomSource): number {
  const own = ownSource(random);
  return isStream(own) ? own.uniform() : own.random();
}

export function drawNormal(random: RandomSource): number {
  const own = ownSource(random);
  return isStream(own) ? own.normal() : standardNormal(own);
}

/** Exponential with mean 1. */
export function drawExponential(random: RandomSource): number {
  const own = ownSource(random);
  return isStream(own) ? -Math.log1p(-own.uniform()) : standardExponential(own);
}

/** How often one must try until the first success, each with the given probability: at least 1 (by inversion, as numpy). */
export function drawGeometric(random: RandomSource, probability: number): number {
  return Math.max(1, Math.ceil(-drawExponential(random) / Math.log1p(-probability)));
}

/** An index with the given weights: numpy's `choice(n, p=weights)`. The weights need not sum to 1. */
export function drawWeighted(random: RandomSource, weights: ArrayLike<number>): number {
  const cumulative = Float64Array.from(weights);
  for (let i = 1; i < cumulative.length; i++) cumulative[i] += cumulative[i - 1];
  const total = cumulative[cumulative.length - 1];
  const u = drawUniform(random);
  return cumulative.findIndex((sum) => sum / total > u); // the last quotient is 1, and u is below it
}

/** n fair bits: numpy's `integers(0, 2, n, dtype=int8)`, which takes four from each 32-bit draw. */
export function drawBits(random: RandomSource, n: number): Int8Array {
  const own = ownSource(random);
  if (isStream(own)) return new Int8Array(n).map(() => (own.uniform() < 0.5 ? 1 : 0));
  let word = 0;
  return new Int8Array(n).map((_, i) => {
    word = i % 4 === 0 ? own.integers(0, 2 ** 32) : word >>> 8;
    return (word >>> 7) & 1; // Lemire's method for two values: the top bit of the byte
  });
}
