import { ConfigError, describe } from "../../base/errors.ts";
import type { RandomStream } from "../random.ts";
import type { SampleOptions } from "./space.ts";

/** An index 0 … n−1 under the mask or the probabilities of `options`; undefined where the mask allows none. */
export function drawMasked(random: RandomStream, n: number, { mask, probability }: SampleOptions): number | undefined {
  if (mask !== undefined && probability !== undefined) {
    throw new ConfigError("Expected a mask or a probability, got both. Fold the mask into the probability.");
  }
  if (mask !== undefined) return drawAllowed(random, n, mask);
  if (probability !== undefined) return drawWeighted(random, n, probability);
  return random.integer(0, n);
}

function drawAllowed(random: RandomStream, n: number, mask: unknown): number | undefined {
  const flags = numbers(mask, n, "mask");
  const allowed: number[] = [];
  for (let i = 0; i < n; i++) {
    if (flags[i] !== 0 && flags[i] !== 1) throw new ConfigError(`Expected a mask of 0 and 1, got ${describe(mask)}.`);
    if (flags[i] === 1) allowed.push(i);
  }
  return allowed.length > 0 ? allowed[random.integer(0, allowed.length)] : undefined;
}

function drawWeighted(random: RandomStream, n: number, probability: unknown): number {
  const weights = numbers(probability, n, "probability");
  let sum = 0;
  for (let i = 0; i < n; i++) {
    if (!(weights[i] >= 0)) throw new ConfigError(`Expected probabilities ≥ 0, got ${weights[i]} at element ${i}.`);
    sum += weights[i];
  }
  if (Math.abs(sum - 1) > 1e-5) throw new ConfigError(`Expected probabilities that sum to 1, got the sum ${sum}.`);
  let rest = random.uniform() * sum;
  let last = 0;
  for (let i = 0; i < n; i++) {
    if (weights[i] === 0) continue;
    last = i;
    rest -= weights[i];
    if (rest < 0) return i;
  }
  return last; // rounding left a crumb
}

function numbers(value: unknown, length: number, name: string): ArrayLike<number> {
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && "length" in value);
  if (!isList || (value as ArrayLike<number>).length !== length) {
    throw new ConfigError(`Expected ${name} to be a list of ${length} numbers, got ${describe(value)}.`);
  }
  return value as ArrayLike<number>;
}
