import { ConfigError, describe } from "../../base/errors.ts";
import { drawInteger, drawWeighted, type RandomSource } from "./random-source.ts";
import type { SampleOptions } from "./space.ts";

/** A mask or probabilities may be given, not both. */
export function refuseBoth({ mask, probability }: SampleOptions): void {
  if ((mask ?? undefined) !== undefined && (probability ?? undefined) !== undefined) {
    throw new ConfigError("Expected a mask or a probability, got both. Fold the mask into the probability.");
  }
}

/** Neither a mask nor probabilities, for spaces that have none. */
export function refuseMasks(space: string, { mask, probability }: SampleOptions = {}): void {
  if ((mask ?? undefined) !== undefined || (probability ?? undefined) !== undefined) {
    throw new ConfigError(`Expected no mask or probability for a ${space}, got one. Leave it out.`);
  }
}

/** An index 0 … n−1 under the mask or the probabilities of `options`; undefined where the mask allows none. */
export function drawMasked(random: RandomSource, n: number, { mask, probability }: SampleOptions): number | undefined {
  refuseBoth({ mask, probability });
  if (mask !== undefined && mask !== null) {
    const allowed = allowedIndices(mask, n);
    return allowed.length > 0 ? allowed[drawInteger(random, 0, allowed.length)] : undefined;
  }
  if (probability !== undefined && probability !== null) return drawWeighted(random, checkedWeights(probability, n));
  return drawInteger(random, 0, n);
}

/** Where a mask of n zeros and ones has its ones. */
export function allowedIndices(mask: unknown, n: number): number[] {
  const flags = numbers(mask, n, "mask");
  const allowed: number[] = [];
  for (let i = 0; i < n; i++) {
    if (flags[i] !== 0 && flags[i] !== 1) throw new ConfigError(`Expected a mask of 0 and 1, got ${describe(mask)}.`);
    if (flags[i] === 1) allowed.push(i);
  }
  return allowed;
}

/** n weights ≥ 0 that sum to 1, within 1e-5. */
export function checkedWeights(probability: unknown, n: number): ArrayLike<number> {
  const weights = numbers(probability, n, "probability");
  let sum = 0;
  for (let i = 0; i < n; i++) {
    if (!(weights[i] >= 0)) throw new ConfigError(`Expected probabilities ≥ 0, got ${weights[i]} at element ${i}.`);
    sum += weights[i];
  }
  if (Math.abs(sum - 1) > 1e-5) throw new ConfigError(`Expected probabilities that sum to 1, got the sum ${sum}.`);
  return weights;
}

function numbers(value: unknown, length: number, name: string): ArrayLike<number> {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
  if (!isList || (value as ArrayLike<number>).length !== length) {
    throw new ConfigError(`Expected ${name} to be a list of ${length} numbers, got ${describe(value)}.`);
  }
  return value as ArrayLike<number>;
}
